"""Enclosed reals: intervals [lo, hi] in float64, one per instance of a batch."""

from __future__ import annotations

from collections.abc import Callable
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
        quotient: likewise numerator and denominator of a quotient.
    """

    __slots__ = ("factors", "hi", "lo", "quotient")
    __array_ufunc__ = None  # NumPy arrays do not absorb enclosed reals elementwise

    def __init__(
        self,
        lo: ArrayLike,
        hi: ArrayLike,
        factors: Pair | None = None,
        quotient: Pair | None = None,
    ) -> None:
        self.lo, self.hi = np.broadcast_arrays(np.asarray(lo, np.float64), np.asarray(hi, np.float64))
        self.factors, self.quotient = factors, quotient
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

    @property
    def is_zero(self) -> bool:
        """Certainly 0 in every instance."""
        return not (np.any(self.lo) or np.any(self.hi))

    # ---- ring operations -----------------------------------------------------------------------------------
    def __add__(self, other: Any) -> EnclosedReal:
        other = as_real(other)
        for zero, rest in ((self, other), (other, self)):
            if zero.is_zero and rest.lo.shape == np.broadcast_shapes(zero.lo.shape, rest.lo.shape):
                return rest  # the very object, so that a comparison still knows it
        return EnclosedReal(directed.add(self.lo, other.lo)[0], directed.add(self.hi, other.hi)[1])

    def __neg__(self) -> EnclosedReal:
        return EnclosedReal(-self.hi, -self.lo)

    def __sub__(self, other: Any) -> EnclosedReal:
        return self + -as_real(other)

    def __mul__(self, other: Any) -> EnclosedReal:
        other = as_real(other)
        lo, hi = _hull(directed.multiply, self, other.lo, other.hi)
        return EnclosedReal(lo, hi, (self, other))

    def __pow__(self, exponent: int) -> EnclosedReal:
        return power(self, exponent)

    def __radd__(self, other: Any) -> EnclosedReal:
        return as_real(other) + self

    def __rsub__(self, other: Any) -> EnclosedReal:
        return as_real(other) - self

    def __rmul__(self, other: Any) -> EnclosedReal:
        return as_real(other) * self


Pair = tuple[EnclosedReal, EnclosedReal]


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
    lo, hi = _hull(
        directed.divide, numerator, np.where(safe, denominator.lo, 1.0), np.where(safe, denominator.hi, 1.0)
    )
    zero = (denominator.lo == 0) & (denominator.hi == 0)
    lo, hi = np.where(safe, lo, -np.inf), np.where(safe, hi, np.inf)
    return EnclosedReal(np.where(zero, 0.0, lo), np.where(zero, 0.0, hi), quotient=(numerator, denominator))


def _hull(
    operation: Callable[[Array, Array], directed.Directed], a: EnclosedReal, lo: Array, hi: Array
) -> tuple[Array, Array]:
    """Ends of an operation monotone in each operand: the extremes over the four pairs of ends."""
    a_lo, a_hi, lo, hi = np.broadcast_arrays(a.lo, a.hi, lo, hi)
    down, up = operation(np.stack((a_lo, a_lo, a_hi, a_hi)), np.stack((lo, hi, lo, hi)))
    return down.min(axis=0), up.max(axis=0)


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
        return EnclosedReal(*_power_of_nonnegative(size.lo, size.hi, exponent))
    down, up = _power_of_nonnegative(np.abs(base.lo), np.abs(base.lo), exponent)
    lo = np.where(base.lo < 0, -up, down)
    down, up = _power_of_nonnegative(np.abs(base.hi), np.abs(base.hi), exponent)
    return EnclosedReal(lo, np.where(base.hi < 0, -down, up))


def _power_of_nonnegative(lo: Array, hi: Array, exponent: int) -> directed.Directed:
    """(lo^n rounded down, hi^n rounded up) for 0 ≤ lo ≤ hi and n ≥ 1, by repeated squaring."""
    square, result = (lo, hi), None
    while True:
        if exponent % 2:
            result = square if result is None else _product_of_nonnegative(result, square)
        exponent //= 2
        if not exponent:
            assert result is not None  # the leading bit is 1
            return result
        square = _product_of_nonnegative(square, square)


def _product_of_nonnegative(a: directed.Directed, b: directed.Directed) -> directed.Directed:
    down, up = directed.multiply(np.stack(a), np.stack(b))
    return np.maximum(down[0], 0.0), up[1]
