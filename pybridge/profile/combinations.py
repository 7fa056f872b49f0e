"""Vectors known by what was measured of them: combinations of h, u, e and d, with a table of their norms.

The theorems about a residual update speak of norms and inner products of sums of four vectors: the state h,
its update u, the error e = ĥ - h and what the update does to it, d = û - u. Those numbers are taken while the
states are alive and kept; the states are not. One batch then holds every block, ε and position set of a
forward pass, and each theorem is evaluated once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pybridge.errors import UnsupportedError
from pybridge.runtime.claims import Claim, relation
from pybridge.runtime.enclosure import EnclosedReal, EnclosureBackend
from pybridge.runtime.enclosure.comparison import different_by_distance, equal_by_distance
from pybridge.runtime.enclosure.vectors import ZeroVec

Coefficients = tuple[int, int, int, int]

STATE: Coefficients = (1, 0, 0, 0)
UPDATE: Coefficients = (0, 1, 0, 0)
NEXT_STATE: Coefficients = (1, 1, 0, 0)
ERROR: Coefficients = (0, 0, 1, 0)
ERROR_UPDATE: Coefficients = (0, 0, 0, 1)
NEXT_ERROR: Coefficients = (0, 0, 1, 1)


@dataclass(frozen=True)
class Measured:
    """Enclosures over a batch, by coefficients of (h, u, e, d); a vector and its negative share one entry."""

    norms: Mapping[Coefficients, EnclosedReal]
    inners: Mapping[tuple[Coefficients, Coefficients], EnclosedReal]


class Combination:
    """a h + b u + c e + k d in exact arithmetic; sums of combinations are exact."""

    __slots__ = ("_at", "_measured")
    __array_ufunc__ = None

    def __init__(self, measured: Measured, at: Coefficients) -> None:
        self._measured, self._at = measured, at

    def __repr__(self) -> str:
        return f"Combination{self._at}"

    def __add__(self, other: Combination | ZeroVec) -> Combination:
        return self if isinstance(other, ZeroVec) else self._plus(other, 1)

    def __sub__(self, other: Combination | ZeroVec) -> Combination:
        return self if isinstance(other, ZeroVec) else self._plus(other, -1)

    def __neg__(self) -> Combination:
        return Combination(self._measured, _negative(self._at))

    def _plus(self, other: Combination, sign: int) -> Combination:
        a, b = self._at, other._at
        at = (a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2], a[3] + sign * b[3])
        return Combination(self._measured, at)

    def norm(self) -> EnclosedReal:
        """‖x‖; 0 where every coefficient is. Raises: UnsupportedError for one that was not measured."""
        if not any(self._at):
            return EnclosedReal(0.0, 0.0)
        at, _ = _upright(self._at)
        if at not in self._measured.norms:
            raise UnsupportedError(f"the norm of the combination {self._at} of h, u, e, d was not measured")
        return self._measured.norms[at]

    def inner(self, other: Combination | ZeroVec) -> EnclosedReal:
        """⟨x, y⟩. Raises: UnsupportedError for a pair that was not measured."""
        if isinstance(other, ZeroVec) or not any(self._at) or not any(other._at):
            return EnclosedReal(0.0, 0.0)
        (left, left_sign), (right, right_sign) = _upright(self._at), _upright(other._at)
        for pair in ((left, right), (right, left)):
            if pair in self._measured.inners:
                found = self._measured.inners[pair]
                return found if left_sign == right_sign else -found
        raise UnsupportedError(f"the inner product of {self!r} and {other!r} was not measured")


def _negative(at: Coefficients) -> Coefficients:
    return (-at[0], -at[1], -at[2], -at[3])


def _upright(at: Coefficients) -> tuple[Coefficients, int]:
    """The one of x and -x whose first coefficient is positive, and which it is."""
    return (at, 1) if next(c for c in at if c) > 0 else (_negative(at), -1)


class CombinationBackend(EnclosureBackend):
    """The enclosure arithmetic, with combinations for vectors."""

    def admit(self, name: str, value: Any) -> Any:
        return value if isinstance(value, Combination) else super().admit(name, value)

    def eq(self, left: Any, right: Any) -> Claim:
        if not isinstance(left, Combination):
            return super().eq(left, right)
        distance = (left - right).norm()
        return relation("=", equal_by_distance(distance, left.norm(), right.norm()), left, right)

    def ne(self, left: Any, right: Any) -> Claim:
        if not isinstance(left, Combination):
            return super().ne(left, right)
        return relation("≠", different_by_distance((left - right).norm()), left, right)
