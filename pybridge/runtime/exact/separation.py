"""How near to 0 a polynomial that is not 0 can come: what makes equality with operator norms decidable.

Multiplied by its denominators, a polynomial P in square roots and operator norms is an algebraic integer v.
The product of |σ(v)| over all D embeddings σ of the field its parts generate is a positive integer when
v ≠ 0. If no |σ(v)| exceeds H ≥ 1, then |v| ≥ H^(1-D): brackets narrower than that around 0 prove v = 0.

H comes from the parts. The conjugates of √r are ±√r. Those of an operator norm √λ are ±√μ for other
eigenvalues μ of the same Gram matrix, and 0 ≤ μ ≤ λ: none is larger than the norm itself. Those of √Q are
bounded by the root of Q's own H. D is at most the product of the degrees of the parts: 2 for a square root, n
for λ and 2n for √λ of an n × n Gram matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from pybridge.runtime.exact import surds
from pybridge.runtime.exact.roots import Root
from pybridge.runtime.exact.spectral import SpectralRoot
from pybridge.runtime.exact.surds import Atom, Poly

COARSE_BITS = 16


def cleared(poly: Poly) -> Poly:
    """The polynomial times a positive number that makes it an algebraic integer: of the same sign."""
    poly = surds.multiply(poly, surds.negative_powers(poly))
    scale = lcm(*(term.coefficient.denominator for term in poly.terms))
    for atom, power in _highest_powers(poly).items():
        scale *= _denominator(atom) ** power
    return surds.scale(poly, Fraction(scale))


def separation_bits(poly: Poly) -> int:
    """b such that a cleared polynomial is 0 or of size at least 2⁻ᵇ."""
    bound = _conjugate_bound(poly)
    return (_degree(poly) - 1) * (bound.numerator // bound.denominator + 1).bit_length()


def _highest_powers(poly: Poly) -> dict[Atom, int]:
    highest: dict[Atom, int] = {}
    for term in poly.terms:
        for atom, power in term.powers:
            highest[atom] = max(highest.get(atom, 0), power)
    return highest


def _denominator(atom: Atom) -> int:
    """q such that q · atom is an algebraic integer: q²Q is one when qQ is."""
    return _content_denominator(atom.radicand) if isinstance(atom, Root) else 1


def _content_denominator(poly: Poly) -> int:
    nested = (_denominator(atom) ** power for atom, power in _highest_powers(poly).items())
    total = lcm(*(term.coefficient.denominator for term in poly.terms))
    for factor in nested:
        total *= factor
    return total


def _conjugate_bound(poly: Poly) -> Fraction:
    """H: at least |σ(v)| for every embedding σ, and at least 1."""
    total = Fraction(0)
    for term in poly.terms:
        size = abs(term.coefficient) * _upper_root(Fraction(term.radicand))
        for atom, power in term.powers:
            size *= _largest_conjugate(atom) ** power
        total += size
    return max(total, Fraction(1))


def _largest_conjugate(atom: Atom) -> Fraction:
    if isinstance(atom, Root):
        return _upper_root(_conjugate_bound(atom.radicand))
    return atom.bracket(COARSE_BITS)[1]


def _upper_root(value: Fraction) -> Fraction:
    ends = surds.bracket(surds.root_of_rational(value), COARSE_BITS)
    assert ends is not None  # a root of a rational has no atoms
    return ends[1]


def _degree(poly: Poly) -> int:
    """At least the degree of the field that the parts generate."""
    polys = [poly]
    odd: dict[Atom, bool] = {}
    for part in polys:
        for term in part.terms:
            for atom, power in term.powers:
                if isinstance(atom, Root) and atom not in odd:
                    polys.append(atom.radicand)
                odd[atom] = odd.get(atom, False) or power % 2 == 1
    radicands = {term.radicand for part in polys for term in part.terms} - {1}
    degree = 1 << min(len(radicands), len(_coprime_base(radicands)))
    for atom, is_odd in odd.items():
        assert isinstance(atom, Root | SpectralRoot), atom
        degree *= 2 if isinstance(atom, Root) else len(atom.gram) * (2 if is_odd else 1)
    return degree


def _coprime_base(numbers: Iterable[int]) -> set[int]:
    """Pairwise coprime numbers of which every given one is a product."""
    base: set[int] = set()
    pending = list(numbers)
    while pending:
        number = pending.pop()
        shared = next((other for other in base if gcd(number, other) > 1), None)
        if number == 1 or number in base:
            continue
        if shared is None:
            base.add(number)
            continue
        common = gcd(number, shared)
        base.remove(shared)
        pending += [common, number // common, shared // common]
    return base
