"""`docs/proofs/`: which Lean files a page covers, its sections, and its table of Mathlib names.

A page covers the Lean files that it names above its first section, and `LivingInference/<its stem>.lean`.
The table has the columns `Mathlib name` and `file at the pin`. A row may list several names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pybridge.audit.order import LIBRARY, TESTS
from pybridge.audit.pages import Page, quoted, read_page

FOLDER = "docs/proofs"
COLUMNS = ("Mathlib name", "file at the pin")
_LEAN_PATH = re.compile(rf"(?:{LIBRARY}|{TESTS})/[\w/]+\.lean")


@dataclass(frozen=True)
class Listed:
    """A name of the table, the files its row gives, and the row's line."""

    name: str
    files: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class ProofPage:
    """One page of the reading record."""

    page: Page
    covers: frozenset[str]
    sections: frozenset[str]
    listed: tuple[Listed, ...]


def read_proof_pages(root: Path) -> tuple[ProofPage, ...]:
    """All pages of the reading record.

    Raises:
        SettingError: a page that cannot be read.
    """
    paths = sorted((root / FOLDER).glob("*.md"))
    return tuple(_proof_page(read_page(root, path.relative_to(root).as_posix())) for path in paths)


def _proof_page(page: Page) -> ProofPage:
    stem = Path(page.path).stem
    sections = {word for _, text in page.headings() for word in re.findall(r"[\w.'₀-₉]+", text)}
    return ProofPage(
        page,
        frozenset((f"{LIBRARY}/{stem}.lean", *_LEAN_PATH.findall(_opening(page)))),
        frozenset(sections),
        tuple(_listed(page)),
    )


def _opening(page: Page) -> str:
    """What stands above the first section."""
    for number, line in enumerate(page.lines):
        if line.startswith("##"):
            return "\n".join(page.lines[:number])
    return "\n".join(page.lines)


def _listed(page: Page) -> list[Listed]:
    found = []
    for row in page.rows(*COLUMNS):
        names, *others = row.cells
        place = others[0] if others else ""
        for name in quoted(names):
            bare = name.strip().partition(" ")[0].lstrip("@←")
            found.append(Listed(bare, tuple(quoted(place) or [place]), row.line))
    return found


def module_of(file: str) -> str:
    """`Mathlib.Order.Basic` of `Mathlib/Order/Basic.lean:12`."""
    return file.split(":")[0].removesuffix(".lean").replace("/", ".")
