"""Enclosed reals: intervals [lo, hi] in float64, one per instance of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import directed

Array = NDArray[np.float64]


class EnclosedReal:
    """A real number known to lie in [lo, hi], for each instance of a batch.

    Attributes:
        lo, hi: float64 arrays of one shape, () or (B,); lo ≤ hi, lo < ∞, hi > -∞. An infinite end means
            "unbounded as far as is known"; it arises from overflow and from division by what may be 0.
        factors: the two reals this one is the product of, else None. A comparison of two products may cancel
            a factor they share, which their intervals alone could not.
    """

    __slots__ = ("factors", "hi", "lo")
    __array_ufunc__ = None  # NumPy arrays do not absorb enclosed reals elementwise

    def __init__(
        self, lo: ArrayLike, hi: ArrayLike, factors: tuple[EnclosedReal, EnclosedReal] | None = None
    ) -> None:
        self.lo, self.hi = np.broadcast_arrays(np.asarray(lo, np.float64), np.asarray(hi, np.float64))
        self.factors = factors
        if not np.all(self.lo <= self.hi):
            raise ValueError(f"no interval: [{self.lo}, {self.hi}]")

    @classmethod
    def exact(cls, value: ArrayLike) -> EnclosedReal:
        """Data: the interval [value, value]. Raises: NonFiniteError for NaN or infinity."""
        point = np.asarray(value, dtype=np.float64)
        if not np.all(np.isfinite(point)):
            raise NonFiniteError(
                f"a measured number is {point[~np.isfinite(point)].flat[0]}; only finite ones can be enclosed"
            )
        return cls(point, point)

    @classmethod
    def unknown(cls) -> EnclosedReal:
        """The whole line: nothing is known."""
        return cls(-np.inf, np.inf)

    def __repr__(self) -> str:
        return f"EnclosedReal({self.lo!r}, {self.hi!r})"

    @property
    def is_point(self) -> NDArray[np.bool_]:
        return self.lo == self.hi

    # ---- ring operations -----------------------------------------------------------------------------------
    def __add__(self, other: Any) -> EnclosedReal:
        other = as_real(other)
        return EnclosedReal(directed.add(self.lo, other.lo)[0], directed.add(self.hi, other.hi)[1])

    def __neg__(self) -> EnclosedReal:
        return EnclosedReal(-self.hi, -self.lo)

    def __sub__(self, other: Any) -> EnclosedReal:
        return self + -as_real(other)

    def __mul__(self, other: Any) -> EnclosedReal:
        other = as_real(other)
        products = [directed.multiply(a, b) for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        lo = np.minimum.reduce([down for down, _ in products])
        hi = np.maximum.reduce([up for _, up in products])
        return EnclosedReal(lo, hi, (self, other))

    def __pow__(self, exponent: int) -> EnclosedReal:
        return power(self, exponent)

    def __radd__(self, other: Any) -> EnclosedReal:
        return as_real(other) + self

    def __rsub__(self, other: Any) -> EnclosedReal:
        return as_real(other) - self

    def __rmul__(self, other: Any) -> EnclosedReal:
        return as_real(other) * self


def as_real(value: Any) -> EnclosedReal:
    """An enclosed real, from itself or from a number that float64 holds exactly."""
    if isinstance(value, EnclosedReal):
        return value
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float | np.floating | np.integer):
        return EnclosedReal.exact(value)
    raise TypeError(f"expected a real, got {type(value).__name__}")


def _integer(value: int) -> EnclosedReal:
    nearest = float(value)
    if int(nearest) == value:
        return EnclosedReal(nearest, nearest)
    return EnclosedReal(np.nextafter(nearest, -np.inf), np.nextafter(nearest, np.inf))


def divide(numerator: EnclosedReal, denominator: EnclosedReal) -> EnclosedReal:
    """a / b; 0 where b is certainly 0 (Lean's convention), unknown where b may be 0."""
    safe = (denominator.lo > 0) | (denominator.hi < 0)
    below, above = np.where(safe, denominator.lo, 1.0), np.where(safe, denominator.hi, 1.0)
    quotients = [directed.divide(a, b) for a in (numerator.lo, numerator.hi) for b in (below, above)]
    lo = np.minimum.reduce([down for down, _ in quotients])
    hi = np.maximum.reduce([up for _, up in quotients])
    zero = (denominator.lo == 0) & (denominator.hi == 0)
    lo, hi = np.where(safe, lo, -np.inf), np.where(safe, hi, np.inf)
    return EnclosedReal(np.where(zero, 0.0, lo), np.where(zero, 0.0, hi))


def absolute(value: EnclosedReal) -> EnclosedReal:
    lo = np.maximum(np.maximum(value.lo, -value.hi), 0.0)
    return EnclosedReal(lo, np.maximum(value.hi, -value.lo))


def square_root(value: EnclosedReal) -> EnclosedReal:
    """√, 0 of a negative number."""
    lo, hi = np.maximum(value.lo, 0.0), np.maximum(value.hi, 0.0)
    return EnclosedReal(directed.square_root(lo)[0], directed.square_root(hi)[1])


def power(base: EnclosedReal, exponent: int) -> EnclosedReal:
    """base ^ exponent for exponent ≥ 0, tight: the power is monotone in |base| on each side of 0."""
    if exponent == 0:
        return EnclosedReal(np.ones_like(base.lo), np.ones_like(base.hi))
    if exponent % 2 == 0:
        size = absolute(base)
        return EnclosedReal(
            _power_of_nonnegative(size.lo, exponent)[0], _power_of_nonnegative(size.hi, exponent)[1]
        )
    return EnclosedReal(_odd_power(base.lo, exponent)[0], _odd_power(base.hi, exponent)[1])


def _odd_power(value: Array, exponent: int) -> directed.Directed:
    down, up = _power_of_nonnegative(np.abs(value), exponent)
    return np.where(value < 0, -up, down), np.where(value < 0, -down, up)


def _power_of_nonnegative(value: Array, exponent: int) -> directed.Directed:
    down = up = np.ones_like(value)
    square_down = square_up = value
    while exponent:
        if exponent % 2:
            down = directed.multiply(down, square_down)[0]
            up = directed.multiply(up, square_up)[1]
        exponent //= 2
        if exponent:
            square_down = directed.multiply(square_down, square_down)[0]
            square_up = directed.multiply(square_up, square_up)[1]
    return np.maximum(down, 0.0), up
