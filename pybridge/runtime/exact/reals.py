"""Exact reals: rationals are `Fraction`s, everything else is a quotient of surd polynomials.

Lean's total functions: x/0 = 0, √x = 0 for x < 0. A sign is decided in this order: no terms (zero); a
comparison of one operator norm with a rational (positive semidefiniteness, exact); rational brackets, refined
until they leave 0. Without atoms a nonempty polynomial is not zero, so refinement ends. With atoms it ends as
well, at a separation bound (`exact.separation`): a number that is not 0 is not that small. Only where this
bound is beyond `LIMIT_BITS` is `UndecidedError` raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pybridge.errors import UndecidedError
from pybridge.runtime.exact import surds
from pybridge.runtime.exact.roots import Root
from pybridge.runtime.exact.separation import cleared, separation_bits
from pybridge.runtime.exact.spectral import SpectralRoot
from pybridge.runtime.exact.surds import Poly

START_BITS = 64
LIMIT_BITS = 1 << 17
"""Refinement with atoms stops here: two different values that agree to this many bits are left undecided."""

ONE = surds.constant(Fraction(1))


@dataclass(frozen=True, eq=False)
class Irrational:
    """numerator / denominator, the denominator known not to be zero.

    The name says how it is held, not what it is: an equal rational may hide in it. Compare with `compare`,
    never `==`.
    """

    numerator: Poly
    denominator: Poly = ONE

    def __add__(self, other: Real | int) -> Real:
        n, d = parts(other)
        if self.denominator == d:
            return quotient(surds.add(self.numerator, n), d)
        cross = surds.add(surds.multiply(self.numerator, d), surds.multiply(n, self.denominator))
        return quotient(cross, surds.multiply(self.denominator, d))

    def __radd__(self, other: Real | int) -> Real:
        return Irrational(*parts(other)) + self

    def __neg__(self) -> Real:
        return Irrational(surds.scale(self.numerator, Fraction(-1)), self.denominator)

    def __sub__(self, other: Real | int) -> Real:
        return self + (-other)

    def __rsub__(self, other: Real | int) -> Real:
        return Irrational(*parts(other)) + (-self)

    def __mul__(self, other: Real | int) -> Real:
        n, d = parts(other)
        return quotient(surds.multiply(self.numerator, n), surds.multiply(self.denominator, d))

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Real:
        result: Real = Fraction(1)
        for _ in range(exponent):
            result = self * result
        return result

    def __str__(self) -> str:
        if self.denominator == ONE:
            return surds.poly_text(self.numerator)
        top, bottom = (surds.poly_text(poly) for poly in (self.numerator, self.denominator))
        return f"{top if len(self.numerator.terms) == 1 else f'({top})'} / ({bottom})"

    __repr__ = __str__


Real = Fraction | Irrational


def parts(value: Real | int) -> tuple[Poly, Poly]:
    if isinstance(value, Irrational):
        return value.numerator, value.denominator
    return surds.constant(Fraction(value)), ONE


def quotient(numerator: Poly, denominator: Poly) -> Real:
    """numerator/denominator in its simplest form; the denominator is known not to be zero."""
    if len(denominator.terms) == 1 and denominator != ONE:
        numerator = surds.multiply(numerator, Poly((surds.reciprocal(denominator.terms[0]),)))
        denominator = ONE
    value = numerator.rational
    if value is not None and (denominator == ONE or not value):
        return value
    return Irrational(numerator, denominator)


def divide(left: Real, right: Real) -> Real:
    """left/right, 0 when right = 0."""
    if isinstance(right, Fraction):
        return left * (1 / right) if right else Fraction(0)
    if sign(right) == 0:
        return Fraction(0)
    n, d = parts(left)
    return quotient(surds.multiply(n, right.denominator), surds.multiply(d, right.numerator))


def square_root(value: Real) -> Real:
    """√value, 0 for a negative value; √(v)² is v again."""
    if isinstance(value, Fraction):
        return quotient(surds.root_of_rational(max(value, Fraction(0))), ONE)
    if sign(value) <= 0:
        return Fraction(0)
    # √(n/d) = √(n·d)/|d|
    size = absolute(quotient(value.denominator, ONE))
    product = surds.multiply(value.numerator, value.denominator)
    powers = surds.negative_powers(product)  # √(p·a⁻ᵏ) = √(p·aᵏ)/aᵏ
    product = surds.multiply(product, surds.multiply(powers, powers))
    size = quotient(surds.multiply(parts(size)[0], powers), parts(size)[1])
    rational = product.rational
    root = surds.root_of_rational(rational) if rational is not None else surds.atom(Root(product))
    return divide(quotient(root, ONE), size)


def absolute(value: Real) -> Real:
    if isinstance(value, Fraction):
        return abs(value)
    return -value if sign(value) < 0 else value


def compare(left: Real, right: Real) -> int:
    """−1, 0 or 1 as left <, = or > right.

    Raises: UndecidedError when refinement to `LIMIT_BITS` does not separate them.
    """
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return (left > right) - (left < right)
    return sign(left - right)


def sign(value: Real) -> int:
    if isinstance(value, Fraction):
        return (value > 0) - (value < 0)
    above = _poly_sign(value.numerator)
    return above and above * (1 if value.denominator == ONE else _poly_sign(value.denominator))


def _poly_sign(poly: Poly) -> int:
    if not poly.terms:
        return 0
    if len(poly.terms) == 1:  # surds and atoms are positive
        return 1 if poly.terms[0].coefficient > 0 else -1
    decided = _norm_against_surd(poly)
    if decided is not None:
        return decided
    return _refined_sign(poly)


def _refined_sign(poly: Poly) -> int:
    small = None
    if poly.has_atoms:
        poly = cleared(poly)
        small = Fraction(1, 1 << separation_bits(poly))
    bits = START_BITS
    while bits <= LIMIT_BITS or small is None:
        ends = surds.bracket(poly, bits)
        if ends is not None and (ends[0] > 0 or ends[1] < 0):
            return 1 if ends[0] > 0 else -1
        if ends is not None and small is not None and -small < ends[0] and ends[1] < small:
            return 0
        bits *= 2
    raise UndecidedError(
        f"the sign of {quotient(poly, ONE)} is not decided by brackets of {LIMIT_BITS} bits. "
        "Draw data whose norms are rational, or raise LIMIT_BITS in pybridge/runtime/exact/reals.py."
    )


def _norm_against_surd(poly: Poly) -> int | None:
    """Sign of a·√p + b·√q·‖A‖ or of a + b·‖A‖², ‖A‖² irrational: never 0, and one definiteness test decides
    it."""
    if len(poly.terms) != 2:
        return None
    plain = [t for t in poly.terms if not t.powers]
    norms = [t for t in poly.terms if len(t.powers) == 1]
    if len(plain) != 1 or len(norms) != 1:
        return None
    (root, power), surd, norm = norms[0].powers[0], plain[0], norms[0]
    if not isinstance(root, SpectralRoot) or power not in (1, 2):
        return None
    if power == 2 and (surd.radicand, norm.radicand) != (1, 1):
        return None
    bound = -surd.coefficient / norm.coefficient
    if power == 1:
        bound = bound * abs(bound) * Fraction(surd.radicand, norm.radicand)
    return (-1 if root.square_at_most(bound) else 1) * (1 if norm.coefficient > 0 else -1)
