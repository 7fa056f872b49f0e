"""Euclidean operator norms of rational matrices, decided exactly.

t ≥ ‖A‖ iff t ≥ 0 and t²·I − AᵀA is positive semidefinite, and a rational LDLᵀ decides that. The Gram matrix
is scaled to a primitive integer matrix G, ‖A‖² = q·λ(G). A rational root of the characteristic polynomial of
an integer matrix is an integer, so λ(G) is rational exactly when the least integer k with k·I − G positive
semidefinite makes it singular.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm

from pybridge.runtime.exact.surds import Poly, atom, multiply, root_of_rational

Rows = tuple[tuple[Fraction, ...], ...]
IntegerRows = tuple[tuple[int, ...], ...]


def gram(rows: Rows, columns: int) -> Rows:
    """AᵀA or AAᵀ, whichever is smaller: they have the same largest eigenvalue."""
    vectors = rows if len(rows) <= columns else tuple(zip(*rows, strict=True))
    return tuple(
        tuple(sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)) for v in vectors) for u in vectors
    )


def positive_semidefinite(matrix: Rows | IntegerRows) -> bool:
    """Whether a symmetric rational matrix is positive semidefinite, by LDLᵀ with exact pivots.

    A zero pivot is allowed only above a zero column, since a principal 2×2 minor [[0, b], [b, c]] is −b².
    """
    rest = [[Fraction(entry) for entry in row] for row in matrix]
    while rest:
        pivot, column = rest[0][0], [row[0] for row in rest[1:]]
        if pivot < 0 or (pivot == 0 and any(column)):
            return False
        rest = [
            [entry - (c * d / pivot if c and d else 0) for entry, d in zip(row[1:], column, strict=True)]
            for row, c in zip(rest[1:], column, strict=True)
        ]
    return True


def at_least_norm(bound: Fraction, rows: Rows, columns: int) -> bool:
    """Whether bound ≥ ‖A‖₂."""
    return bound >= 0 and positive_semidefinite(_shifted(gram(rows, columns), bound * bound))


def spectral_norm(rows: Rows, columns: int) -> Poly:
    """‖A‖₂: rational or a surd when ‖A‖² is rational, else an atom that brackets refine."""
    square = gram(rows, columns)
    entries = [entry for row in square for entry in row]
    if not any(entries):
        return Poly(())
    content = Fraction(gcd(*(e.numerator for e in entries)), lcm(*(e.denominator for e in entries)))
    primitive = tuple(tuple(int(entry / content) for entry in row) for row in square)
    top = _integer_eigenvalue(primitive)
    if top is not None:
        return root_of_rational(content * top)
    return multiply(root_of_rational(content), atom(SpectralRoot(primitive)))


@dataclass(frozen=True)
class SpectralRoot:
    """√λ, λ the largest eigenvalue of a primitive integer Gram matrix, irrational."""

    gram: IntegerRows

    @property
    def square(self) -> None:
        return None

    def __str__(self) -> str:
        return f"√λmax({[list(row) for row in self.gram]})"

    def square_at_most(self, bound: Fraction) -> bool:
        """Whether λ ≤ bound."""
        return positive_semidefinite(_shifted(self.gram, bound))

    def bracket(self, bits: int) -> tuple[Fraction, Fraction]:
        return _bracket(self, bits)


@lru_cache(maxsize=4096)
def _integer_eigenvalue(matrix: IntegerRows) -> int | None:
    above = _ceiling_eigenvalue(matrix)
    return above if above == 0 or _singular(_shifted(matrix, Fraction(above))) else None


@lru_cache(maxsize=4096)
def _ceiling_eigenvalue(matrix: IntegerRows) -> int:
    """The least integer k with k·I − G positive semidefinite: between largest diagonal entry and trace."""
    low, high = max(matrix[i][i] for i in range(len(matrix))), sum(row[i] for i, row in enumerate(matrix))
    while low < high:
        middle = (low + high) // 2
        if positive_semidefinite(_shifted(matrix, Fraction(middle))):
            high = middle
        else:
            low = middle + 1
    return high


@lru_cache(maxsize=4096)
def _bracket(root: SpectralRoot, bits: int) -> tuple[Fraction, Fraction]:
    """Ends of √λ from ends of λ ≥ 1: there the root's slope is at most 1/2."""
    low, high = _eigenvalue_ends(root, bits + 2)
    return (
        Fraction(isqrt((low.numerator << (2 * bits + 4)) // low.denominator), 1 << (bits + 2)),
        Fraction(isqrt((high.numerator << (2 * bits + 4)) // high.denominator) + 1, 1 << (bits + 2)),
    )


def _eigenvalue_ends(root: SpectralRoot, bits: int) -> tuple[Fraction, Fraction]:
    """low < λ < high, at most 2⁻ᵇⁱᵗˢ apart.

    Newton's method from above on the characteristic polynomial p, in units of 2⁻ᵍ. All n roots of p are real,
    so beyond the largest one a step p/p′ never passes it and covers at least 1/n of the way. Steps are
    rounded down; when one is shorter than a unit, λ is less than n units away.
    """
    polynomial = characteristic_polynomial(root.gram)
    slope = [power * coefficient for power, coefficient in enumerate(polynomial)][1:]
    degree = len(slope)
    unit = bits + degree.bit_length()
    point = _ceiling_eigenvalue(root.gram) << unit
    while step := _scaled_value(polynomial, point, unit) // _scaled_value(slope, point, unit):
        point -= step
    return Fraction(point - degree, 1 << unit), Fraction(point, 1 << unit)


def _scaled_value(polynomial: list[int], point: int, unit: int) -> int:
    """2^(unit · degree) · p(point / 2^unit)."""
    total = 0
    for lost, coefficient in enumerate(reversed(polynomial)):
        total = total * point + (coefficient << (unit * lost))
    return total


def characteristic_polynomial(matrix: IntegerRows) -> list[int]:
    """det(x·I - A), constant term first, by Faddeev and LeVerrier: every division is exact."""
    size = len(matrix)
    coefficients, powers = [1], [[0] * size for _ in range(size)]
    for k in range(1, size + 1):
        for i in range(size):
            powers[i][i] += coefficients[-1]
        powers = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*powers, strict=True)]
            for row in matrix
        ]
        coefficients.append(-sum(powers[i][i] for i in range(size)) // k)
    return coefficients[::-1]


def _shifted(matrix: Rows | IntegerRows, shift: Fraction) -> Rows:
    """shift·I − matrix."""
    return tuple(
        tuple((shift if i == j else Fraction(0)) - entry for j, entry in enumerate(row))
        for i, row in enumerate(matrix)
    )


def _singular(matrix: Rows) -> bool:
    """Whether a positive semidefinite matrix has a zero pivot."""
    rest = [list(row) for row in matrix]
    while rest:
        pivot, column = rest[0][0], [row[0] for row in rest[1:]]
        if pivot == 0:
            return True
        rest = [
            [entry - c * d / pivot for entry, d in zip(row[1:], column, strict=True)]
            for row, c in zip(rest[1:], column, strict=True)
        ]
    return False
