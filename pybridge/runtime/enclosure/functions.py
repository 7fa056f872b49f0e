"""What is measured of a function and of a sequence: finitely many values, each remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pybridge.errors import UnsupportedError
from pybridge.runtime.enclosure.vectors import EnclosedVec

Pair = tuple[EnclosedVec, EnclosedVec]


class MeasuredFunction:
    """A function of vectors, known where it was measured: a finite table.

    Args:
        table: (argument, value) pairs; vectors of one batch. An argument that is data is known again by its
            numbers, any other only as the very object.
    """

    def __init__(self, table: Sequence[Pair]) -> None:
        self.table: tuple[Pair, ...] = tuple(table)

    def __call__(self, argument: EnclosedVec) -> EnclosedVec:
        """The value at `argument`.

        Raises: UnsupportedError where the function was not measured.
        """
        for known, value in self.table:
            if known is argument:
                return value
        for known, value in self.table:
            if _same(known, argument):
                return value
        raise UnsupportedError(
            f"a function is asked at a vector where it was not measured (it was at {len(self.table)} others)"
        )

    def require_finite(self, name: str) -> None:
        """Raises: NonFiniteError naming the function."""
        for _, value in self.table:
            value.require_finite(name)


class Remembered:
    """ℕ → values by a rule; an entry is computed when first asked for."""

    def __init__(self, entry: Callable[[int], Any]) -> None:
        self._entry = entry
        self._known: dict[int, Any] = {}

    def __call__(self, index: int) -> Any:
        if index not in self._known:
            self._known[index] = self._entry(index)
        return self._known[index]


def _same(left: Any, right: Any) -> bool:
    """Whether two vectors are the same data. Two balls may be one and the vectors within them two."""
    if not isinstance(left, EnclosedVec) or not isinstance(right, EnclosedVec):
        return False
    return not (np.any(left.rad) or np.any(right.rad)) and np.array_equal(left.mid, right.mid)
