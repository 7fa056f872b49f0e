"""The exact arithmetic of generated checks: rationals, refinable reals, spaces ℓ1, ℓ2 and ℓ∞."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, isfinite, nextafter
from typing import Any

from pybridge.errors import NonFiniteError, SettingError, TypingError, UndecidedError
from pybridge.runtime import claims
from pybridge.runtime.claims import Claim
from pybridge.runtime.exact import surds
from pybridge.runtime.exact.norms import NormKind, frobenius_norm, map_norm, vector_norm
from pybridge.runtime.exact.reals import Irrational, Real, absolute, compare, divide, parts, square_root
from pybridge.runtime.exact.vectors import ExactMap, ExactVec, dot

SPACES = ("l1", "l2", "linf", "real")
ENDS_BITS = 80

Value = Any


class ExactBackend:
    """Every space is ℝᵈ with one kind of norm: `l1`, `l2` or `linf`; `real` where a statement has none.

    A comparison that refinement cannot decide raises UndecidedError; it never passes as true.
    """

    def __init__(self, space: str) -> None:
        if space not in SPACES:
            raise SettingError(f"no space `{space}`; choose one of {', '.join(SPACES)}.")
        self.space = space
        self.kind = NormKind.L2 if space == "real" else NormKind(space)

    # ---- data ----------------------------------------------------------------------------------------------
    def admit(self, name: str, value: Value) -> Value:
        """Numbers become rationals of the same value; exact vectors, maps, sequences and reals stay.

        Raises: NonFiniteError for a NaN or an infinity.
        """
        if isinstance(value, float):
            if not isfinite(value):
                raise NonFiniteError(f"`{name}` is {value}; exact arithmetic needs finite numbers.")
            return Fraction(value)
        return value

    def ends(self, real: Value) -> tuple[float, float]:
        if isinstance(real, ExactVec | ExactMap):
            raise TypeError("vectors and maps have no ends")
        low, high = _rational_ends(_real(real))
        return _float_below(low), -_float_below(-high)

    # ---- reals ---------------------------------------------------------------------------------------------
    def real(self, value: int) -> Fraction:
        return Fraction(value)

    def cast(self, natural: int) -> Fraction:
        return Fraction(natural)

    def div(self, numerator: Value, denominator: Value) -> Real:
        return divide(_real(numerator), _real(denominator))

    def abs(self, real: Value) -> Real:
        return absolute(_real(real))

    def sqrt(self, real: Value) -> Real:
        return square_root(_real(real))

    def pow(self, base: Value, exponent: int) -> Real:
        return _real(base) ** exponent

    def sum(self, start: int, stop: int, body: Callable[[int], Value]) -> Value:
        total: Value = Fraction(0)
        for index in range(start, stop):
            total = body(index) if index == start else total + body(index)
        return total

    def product(self, start: int, stop: int, body: Callable[[int], Value]) -> Value:
        total: Value = Fraction(1)
        for index in range(start, stop):
            total = total * body(index)
        return total

    # ---- vectors and maps ----------------------------------------------------------------------------------
    def zero(self, space: str) -> ExactVec:
        return ExactVec(None)

    def vec_norm(self, vector: ExactVec) -> Real:
        return vector_norm(self.kind, vector)

    def map_norm(self, linear_map: ExactMap) -> Real:
        return map_norm(self.kind, linear_map)

    def frob_norm(self, linear_map: ExactMap) -> Real:
        """√Σaᵢⱼ²: only statement mutants ask for it."""
        return frobenius_norm(linear_map)

    def inner(self, left: ExactVec, right: ExactVec) -> Fraction:
        if self.kind is not NormKind.L2:
            raise TypingError(f"an inner product in {self.space}: only l2 has one.")
        if left.coordinates is None or right.coordinates is None:
            return Fraction(0)
        return dot(left.coordinates, right.coordinates)

    # ---- claims --------------------------------------------------------------------------------------------
    def le(self, left: Value, right: Value) -> Claim:
        return _claim("≤", compare(_real(left), _real(right)) <= 0, left, right)

    def lt(self, left: Value, right: Value) -> Claim:
        return _claim("<", compare(_real(left), _real(right)) < 0, left, right)

    def eq(self, left: Value, right: Value) -> Claim:
        return _claim("=", _equal(left, right), left, right)

    def ne(self, left: Value, right: Value) -> Claim:
        return _claim("≠", not _equal(left, right), left, right)

    def both(self, left: Claim, right: Claim) -> Claim:
        return claims.both(left, right)

    def iff(self, left: Claim, right: Claim) -> Claim:
        return claims.iff(left, right)

    def forall(self, start: int, stop: int, body: Callable[[int], Claim]) -> Claim:
        return claims.forall([body(index) for index in range(start, stop)])

    # ---- values solved from a hypothesis -------------------------------------------------------------------
    def upper_end(self, real: Value) -> Real:
        return _real(real)

    def smallest_factor(self, covered: Value, factor: Value) -> Real:
        """covered/factor; 0 where factor = 0, and then `covered ≤ v * factor` holds only for covered ≤ 0."""
        return divide(_real(covered), _real(factor))

    def upper_end_over(self, start: int, stop: int, body: Callable[[int], Value]) -> Real:
        return largest(*(body(index) for index in range(start, stop))) if start < stop else Fraction(0)


def largest(first: Value, *rest: Value) -> Real:
    """The greatest of exact reals."""
    best = _real(first)
    for value in map(_real, rest):
        best = value if compare(value, best) > 0 else best
    return best


def smallest(first: Value, *rest: Value) -> Real:
    """The least of exact reals."""
    best = _real(first)
    for value in map(_real, rest):
        best = value if compare(value, best) < 0 else best
    return best


def rational_below(value: Real) -> Fraction:
    """A rational at most `value`, and `value` itself when that is rational."""
    return _rational_ends(value)[0]


def _claim(op: str, truth: bool, left: Value, right: Value) -> Claim:
    return claims.relation(op, 1 if truth else -1, left, right)


def _real(value: Value) -> Real:
    return value if isinstance(value, Fraction | Irrational) else Fraction(value)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, ExactVec):
        return (left - right).is_zero
    if isinstance(left, ExactMap):
        return not any(entry for row in (left - right).rows for entry in row)
    return compare(_real(left), _real(right)) == 0


def _rational_ends(value: Real) -> tuple[Fraction, Fraction]:
    if isinstance(value, Fraction):
        return value, value
    numerator, denominator = (surds.bracket(poly, ENDS_BITS) for poly in parts(value))
    if numerator is None or denominator is None or denominator[0] <= 0 <= denominator[1]:
        raise UndecidedError(f"no rational ends of {value} with brackets of {ENDS_BITS} bits.")
    corners = [n / d for n in numerator for d in denominator]
    return min(corners), max(corners)


def _float_below(value: Fraction) -> float:
    """The largest float64 at most `value`; -inf below the range."""
    try:
        nearest = float(value)
    except OverflowError:
        return -inf if value < 0 else nextafter(inf, 0.0)
    if nearest in (inf, -inf):
        return -inf if nearest < 0 else nextafter(inf, 0.0)
    return nearest if Fraction(nearest) <= value else nextafter(nearest, -inf)
