"""Everything that the page is made of, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pybridge.crosscheck import LedgerRow, trust_ledger
from pybridge.errors import SettingError
from pybridge.ir import digest
from pybridge.ir.nodes import Statement
from pybridge.pages.evidence import Row, Run, read_runs
from pybridge.pages.module_text import ModuleText, module_text
from pybridge.pages.mutants import Mutants, read_mutants
from pybridge.pages.necessity import Necessity, read_necessity
from pybridge.pages.paper import Paper, read_paper
from pybridge.pages.prose import Prose, prose_of
from pybridge.parser import read_project

_NUMBER = re.compile(r"([A-Z]?)(\d+)([a-z]?)('*)")


@dataclass(frozen=True)
class Theorem:
    """A statement with all that is recorded of it.

    Attributes:
        necessity: None where the search has not seen this statement.
        rows: a recorded row and its run; of older statements too, which `is_current` tells.
    """

    statement: Statement
    digest: str
    prose: Prose
    necessity: Necessity | None
    mutants: Mutants
    rows: tuple[tuple[Run, Row], ...]
    ledger: LedgerRow

    @property
    def name(self) -> str:
        return self.statement.name

    @property
    def number(self) -> str:
        return self.statement.doc.number

    def is_current(self, row: Row) -> bool:
        return row.statement == self.digest

    @property
    def current_rows(self) -> list[Row]:
        return [row for _, row in self.rows if self.is_current(row)]


@dataclass(frozen=True)
class Chapter:
    """One Lean file."""

    file: str
    text: ModuleText
    theorems: tuple[Theorem, ...]


@dataclass(frozen=True)
class Library:
    chapters: tuple[Chapter, ...]
    runs: tuple[Run, ...]
    paper: Paper

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        return tuple(theorem for chapter in self.chapters for theorem in chapter.theorems)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(theorem.name for theorem in self.theorems)


def read_library(root: Path) -> Library:
    """All of a clone.

    Raises:
        StatementError: Lean text outside the grammar.
        SettingError: a file beside it that is missing, damaged or does not fit the Lean sources.
    """
    statements = read_project(root)
    names = {statement.name for statement in statements}
    necessity, mutants, runs = read_necessity(root), read_mutants(root), read_runs(root, names)
    ledger = {row.theorem: row for row in trust_ledger(root)}
    _refuse_stale_manifest(names, ledger)

    def theorem(statement: Statement) -> Theorem:
        key = digest(statement)
        found = necessity.get(statement.name)
        return Theorem(
            statement,
            key,
            prose_of(statement.doc),
            found if found is not None and found.statement == key else None,
            mutants.get(statement.name, Mutants()),
            tuple((run, run.rows[statement.name]) for run in runs if statement.name in run.rows),
            ledger[statement.name],
        )

    files = dict.fromkeys(statement.file for statement in statements)
    chapters = tuple(
        Chapter(
            file,
            module_text(root, file),
            in_reading_order([theorem(s) for s in statements if s.file == file]),
        )
        for file in files
    )
    return Library(chapters, runs, read_paper([statement.doc.number for statement in statements]))


def _refuse_stale_manifest(names: Iterable[str], ledger: Iterable[str]) -> None:
    missing = sorted(set(names).difference(ledger))
    if missing:
        raise SettingError(
            f"extracted/manifest.json does not know {', '.join(missing)}.\n"
            "  Run `python -m pybridge.extract` first."
        )


def in_reading_order(theorems: Sequence[Theorem]) -> tuple[Theorem, ...]:
    """By number, where a file has them in the order of proof: 4 before 4a, N3 before N6. Letters stay in the
    order in which the file brings them, and so do theorems of one number."""
    letters = list(dict.fromkeys(_parts(theorem.number)[0] for theorem in theorems))

    def place(theorem: Theorem) -> tuple[int, int, str, str]:
        letter, number, variant, primes = _parts(theorem.number)
        return letters.index(letter), number, variant, primes

    return tuple(sorted(theorems, key=place))


def _parts(number: str) -> tuple[str, int, str, str]:
    found = _NUMBER.match(number)
    if found is None:
        raise SettingError(
            f"a theorem is numbered {number!r}; expected a number such as `4b'` or `D2 (limit)`"
        )
    return found[1], int(found[2]), found[3], found[4]
