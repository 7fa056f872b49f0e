"""Linear combinations Σ cᵢ·√rᵢ·(product of atoms) over ℚ: the polynomials exact reals are made of.

A radicand rᵢ is a positive integer and an atom an irrational known only by brackets (`Atom`). Two terms are
merged when their atoms agree and r·r′ is a perfect square, so the radicands of one polynomial lie in
different square classes. Square roots of different square classes are linearly independent over ℚ
(Besicovitch 1940): a polynomial without atoms is zero exactly when it has no terms, and that is what makes
its sign decidable.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Protocol


class Atom(Protocol):
    """A positive irrational, known by rational brackets; atoms of one value are one hashable value."""

    def bracket(self, bits: int) -> tuple[Fraction, Fraction]:
        """A pair low ≤ value ≤ high that shrinks to the value as `bits` grows."""
        ...

    @property
    def square(self) -> Poly | None:
        """value², where it is a polynomial; None where only brackets are known."""
        ...


Powers = tuple[tuple[Atom, int], ...]


@dataclass(frozen=True)
class Term:
    """coefficient · √radicand · Π atom^power, the coefficient not 0."""

    coefficient: Fraction
    radicand: int
    powers: Powers


@dataclass(frozen=True)
class Poly:
    """A sum of terms of pairwise different kinds; no terms is zero."""

    terms: tuple[Term, ...]

    @property
    def rational(self) -> Fraction | None:
        """The value when the polynomial is visibly rational."""
        if not self.terms:
            return Fraction(0)
        term = self.terms[0]
        if len(self.terms) == 1 and term.radicand == 1 and not term.powers:
            return term.coefficient
        return None

    @property
    def has_atoms(self) -> bool:
        return any(term.powers for term in self.terms)


def constant(value: Fraction) -> Poly:
    return Poly((Term(value, 1, ()),)) if value else Poly(())


def atom(value: Atom) -> Poly:
    return Poly((Term(Fraction(1), 1, ((value, 1),)),))


def root_of_rational(value: Fraction) -> Poly:
    """√value for a rational value ≥ 0, as c·√r."""
    if not value:
        return Poly(())
    outside, radicand = _split_square(value.numerator * value.denominator)
    return Poly((Term(Fraction(outside, value.denominator), radicand, ()),))


def add(left: Poly, right: Poly) -> Poly:
    return _collect((*left.terms, *right.terms))


def scale(poly: Poly, factor: Fraction) -> Poly:
    if not factor:
        return Poly(())
    return Poly(tuple(Term(t.coefficient * factor, t.radicand, t.powers) for t in poly.terms))


def multiply(left: Poly, right: Poly) -> Poly:
    total = Poly(())
    for a in left.terms:
        for b in right.terms:
            total = add(total, _term_product(a, b))
    return total


def reciprocal(term: Term) -> Term:
    """1/(c·√r·Πa^k) = (1/(c·r))·√r·Πa^{-k}."""
    powers = tuple((a, -k) for a, k in term.powers)
    return Term(1 / (term.coefficient * term.radicand), term.radicand, powers)


def negative_powers(poly: Poly) -> Poly:
    """The product of atom powers that clears every atom from the denominators of a polynomial."""
    lowest: dict[Atom, int] = {}
    for term in poly.terms:
        for value, power in term.powers:
            lowest[value] = min(lowest.get(value, 0), power)
    powers = tuple((value, -power) for value, power in lowest.items() if power)
    return Poly((Term(Fraction(1), 1, powers),))


def bracket(poly: Poly, bits: int) -> tuple[Fraction, Fraction] | None:
    """Rational low ≤ value ≤ high; None when an atom in a denominator is not yet bounded away from 0."""
    low = high = Fraction(0)
    for term in poly.terms:
        ends = _term_bracket(term, bits)
        if ends is None:
            return None
        low, high = low + ends[0], high + ends[1]
    return low, high


def poly_text(poly: Poly) -> str:
    """`2 - 1/2·√5`; `0` without terms."""
    text = ""
    for term in poly.terms:
        size = _term_text(term)
        if not text:
            text = size if term.coefficient > 0 else f"-{size}"
        else:
            text += f" + {size}" if term.coefficient > 0 else f" - {size}"
    return text or "0"


def _term_text(term: Term) -> str:
    factors = [f"√{term.radicand}"] if term.radicand != 1 else []
    factors += [str(value) + (f"^{k}" if k != 1 else "") for value, k in term.powers]
    size = abs(term.coefficient)
    if size != 1 or not factors:
        factors.insert(0, str(size))
    return "·".join(factors)


def _collect(terms: tuple[Term, ...]) -> Poly:
    kept: list[Term] = []
    for term in terms:
        for index, other in enumerate(kept):
            ratio = _root_ratio(term.radicand, other.radicand) if term.powers == other.powers else None
            if ratio is not None:
                merged = other.coefficient + term.coefficient * ratio
                kept[index] = Term(merged, other.radicand, other.powers)
                break
        else:
            kept.append(term)
    return Poly(tuple(term for term in kept if term.coefficient))


def _root_ratio(a: int, b: int) -> Fraction | None:
    """√a/√b when it is rational."""
    if a == b:
        return Fraction(1)
    root = isqrt(a * b)
    return Fraction(root, b) if root * root == a * b else None


def _split_square(n: int) -> tuple[int, int]:
    """(s, r) with n = s²·r; r is freed of small square factors and is 1 for a perfect square."""
    root = isqrt(n)
    if root * root == n:
        return root, 1
    outside = 1
    for p in (2, 3, 5, 7, 11, 13):
        while n % (p * p) == 0:
            outside, n = outside * p, n // (p * p)
    root = isqrt(n)
    return (outside * root, 1) if root * root == n else (outside, n)


def _term_product(a: Term, b: Term) -> Poly:
    outside, radicand = _split_square(a.radicand * b.radicand)
    powers: dict[Atom, int] = dict(a.powers)
    for value, k in b.powers:
        powers[value] = powers.get(value, 0) + k
    factor = Poly(())
    plain: list[tuple[Atom, int]] = []
    for value, k in powers.items():
        square = value.square if k >= 2 else None
        if square is not None:
            part = square
            for _ in range(k // 2 - 1):
                part = multiply(part, square)
            factor = multiply(factor, part) if factor.terms else part
            k %= 2
        if k:
            plain.append((value, k))
    ordered = tuple(sorted(plain, key=repr))
    term = Poly((Term(a.coefficient * b.coefficient * outside, radicand, ordered),))
    return multiply(term, factor) if factor.terms else term


def _term_bracket(term: Term, bits: int) -> tuple[Fraction, Fraction] | None:
    low, high = _root_bracket(term.radicand, bits)
    for value, power in term.powers:
        below, above = value.bracket(bits)
        if power < 0:
            if below <= 0:
                return None
            below, above, power = 1 / above, 1 / below, -power
        low, high = low * below**power, high * above**power
    low, high = term.coefficient * low, term.coefficient * high
    return (low, high) if term.coefficient > 0 else (high, low)


def _root_bracket(n: int, bits: int) -> tuple[Fraction, Fraction]:
    root = isqrt(n)
    if root * root == n:
        return Fraction(root), Fraction(root)
    below = isqrt(n << (2 * bits))
    return Fraction(below, 1 << bits), Fraction(below + 1, 1 << bits)
