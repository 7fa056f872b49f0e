"""Text with a name: from an offset to a position, and from there to a positioned error."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NoReturn

from pybridge.errors import StatementError
from pybridge.parser.messages import MESSAGES


class Source:
    """A Lean text and the path the user knows it by."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0] + [i + 1 for i, char in enumerate(self.text) if char == "\n"]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1; the column counts code points."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self.line_start(line) + 1

    def line_start(self, line: int) -> int:
        return self._line_starts[line - 1]

    def line_text(self, line: int) -> str:
        return self.text[self.line_start(line) :].partition("\n")[0].rstrip("\r")

    def fail(self, code: str, offset: int, **fields: object) -> NoReturn:
        """Raise the StatementError of a row of MESSAGES at an offset."""
        row = MESSAGES[code]
        line, column = self.position(min(offset, len(self.text)))
        raise StatementError(
            row.template.format(**fields) + ".",
            file=self.file,
            line=line,
            column=column,
            source_line=self.line_text(line),
            advice=row.advice.format(**fields),
        )
