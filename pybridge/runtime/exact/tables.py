"""Sequences and functions that are filled in when asked, and then never change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from pybridge.runtime.exact.vectors import ExactVec


class MemoSeq:
    """ℕ → values by a rule; an entry is computed once."""

    def __init__(self, entry: Callable[[int], Any]) -> None:
        self._entry = entry
        self._known: dict[int, Any] = {}

    def __call__(self, index: int) -> Any:
        if index not in self._known:
            self._known[index] = self._entry(index)
        return self._known[index]

    @property
    def entries(self) -> tuple[Any, ...]:
        """Entries from 0 up to the last one that was asked for."""
        return tuple(self(index) for index in range(max(self._known, default=-1) + 1))

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.entries))}, …"


class ExactFunction:
    """A function of vectors, any function: a value is drawn when an argument is first met.

    Equal arguments have equal values. What a statement has never asked is not decided yet.

    Args:
        dimension: of the domain, for the zero vector that names none.
        value: the value at an argument not met before.
        otherwise: the value that a written table names for arguments never met.
        known: values at the arguments met so far.
    """

    def __init__(
        self,
        dimension: int,
        value: Callable[[ExactVec], ExactVec],
        otherwise: ExactVec,
        known: Mapping[ExactVec, ExactVec] | None = None,
    ) -> None:
        self.dimension, self._value, self.otherwise = dimension, value, otherwise
        self._known = dict(known or {})

    def __call__(self, argument: ExactVec) -> ExactVec:
        if argument.coordinates is None:
            argument = ExactVec((Fraction(0),) * self.dimension)
        if argument not in self._known:
            self._known[argument] = self._value(argument)
        return self._known[argument]

    @property
    def table(self) -> tuple[tuple[ExactVec, ExactVec], ...]:
        """(argument, value) pairs in the order they were asked."""
        return tuple(self._known.items())

    def __str__(self) -> str:
        return ", ".join(f"{x} ↦ {y}" for x, y in self.table) or "never asked"


def constant_beyond(table: Mapping[ExactVec, ExactVec], dimension: int, otherwise: ExactVec) -> ExactFunction:
    """The function of a finite table that has one value everywhere else."""
    return ExactFunction(dimension, lambda _: otherwise, otherwise, table)
