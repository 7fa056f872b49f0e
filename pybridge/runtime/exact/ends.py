"""Rational and floating-point ends of exact reals, and the extremes of several."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter

from pybridge.errors import UndecidedError
from pybridge.runtime.exact import surds
from pybridge.runtime.exact.reals import LIMIT_BITS, Irrational, Real, compare, parts, sign

BITS = 80


def as_real(value: Real | int) -> Real:
    return value if isinstance(value, Fraction | Irrational) else Fraction(value)


def largest(first: Real | int, *rest: Real | int) -> Real:
    """The greatest of exact reals."""
    best = as_real(first)
    for value in map(as_real, rest):
        best = value if compare(value, best) > 0 else best
    return best


def smallest(first: Real | int, *rest: Real | int) -> Real:
    """The least of exact reals."""
    best = as_real(first)
    for value in map(as_real, rest):
        best = value if compare(value, best) < 0 else best
    return best


def rational_below(value: Real) -> Fraction:
    """A rational at most `value` and of its sign; `value` itself when that is rational."""
    if isinstance(value, Fraction):
        return value
    above, bits = sign(value), BITS
    low, _ = rational_ends(value, bits)
    while above > 0 >= low and bits < LIMIT_BITS:
        bits *= 2
        low, _ = rational_ends(value, bits)
    return low if above < 0 else max(low, Fraction(0))


def rational_ends(value: Real, bits: int = BITS) -> tuple[Fraction, Fraction]:
    """Rationals low ≤ value ≤ high; both are `value` when that is rational.

    Raises: UndecidedError when the denominator's brackets still contain 0.
    """
    if isinstance(value, Fraction):
        return value, value
    numerator, denominator = (surds.bracket(poly, bits) for poly in parts(value))
    if numerator is None or denominator is None or denominator[0] <= 0 <= denominator[1]:
        raise UndecidedError(f"no rational ends of {value} with brackets of {bits} bits.")
    corners = [n / d for n in numerator for d in denominator]
    return min(corners), max(corners)


def float_ends(value: Real) -> tuple[float, float]:
    """The ends as float64, rounded outward."""
    low, high = rational_ends(value)
    return _float_below(low), -_float_below(-high)


def _float_below(value: Fraction) -> float:
    """The largest float64 at most `value`; -inf below the range."""
    try:
        nearest = float(value)
    except OverflowError:
        return -inf if value < 0 else nextafter(inf, 0.0)
    return nearest if Fraction(nearest) <= value else nextafter(nearest, -inf)
