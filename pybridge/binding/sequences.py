"""Measured numbers: a sequence asked for by index, as a statement asks, and the end that people read."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pybridge.runtime.enclosure import EnclosedReal


class Values:
    """t ↦ v_t for t = 0 … len - 1."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[EnclosedReal]) -> None:
        self._values = tuple(values)

    def __call__(self, index: int) -> EnclosedReal:
        """Raises: IndexError beyond what was measured."""
        if index < 0:
            raise IndexError(f"a sequence has no entry {index}")
        return self._values[index]

    def __len__(self) -> int:
        return len(self._values)


def upper(value: EnclosedReal) -> float | None:
    """The upper end of one real as a number for people; None where there is none."""
    top = float(value.hi)
    return top if math.isfinite(top) else None
