"""Markdown pages: their lines, headings and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pybridge.errors import SettingError

_QUOTED = re.compile(r"`([^`\n]+)`")
_CELL_EDGE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Row:
    """One row of a table below its header; `line` counts from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page that exists has lines."""

    path: str
    lines: tuple[str, ...]

    def headings(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self.lines, start=1):
            if line.startswith("#"):
                yield number, line.lstrip("#").strip()

    def rows(self, *columns: str) -> Iterator[Row]:
        """Rows of every table whose header starts with these columns."""
        inside = False
        for number, line in enumerate(self.lines, start=1):
            if not line.startswith("|"):
                inside = False
                continue
            cells = _cells(line)
            if inside:
                if not set(line) <= set("|-: "):
                    yield Row(number, cells)
            else:
                inside = tuple(c.casefold() for c in cells[: len(columns)]) == tuple(
                    c.casefold() for c in columns
                )


def quoted(text: str) -> list[str]:
    """What stands in backticks."""
    return _QUOTED.findall(text)


def read_page(root: Path, path: str) -> Page:
    """A page of a project; one without lines if there is none.

    Raises:
        SettingError: a page that cannot be read as UTF-8.
    """
    file = root / path
    if not file.is_file():
        return Page(path, ())
    try:
        return Page(path, tuple(file.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}.\n  Save it as UTF-8.") from None


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _CELL_EDGE.split(line.strip().strip("|")))
