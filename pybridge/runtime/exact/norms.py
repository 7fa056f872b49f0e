"""Norms of rational vectors and operator norms of rational maps between spaces of one kind: ℓ1, ℓ2 or ℓ∞."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from pybridge.runtime.exact.reals import ONE, Real, quotient, square_root
from pybridge.runtime.exact.spectral import spectral_norm
from pybridge.runtime.exact.vectors import ExactMap, ExactVec, dot


class NormKind(StrEnum):
    L1 = "l1"
    L2 = "l2"
    LINF = "linf"


def vector_norm(kind: NormKind, vector: ExactVec) -> Real:
    """Σ|xᵢ|, √Σxᵢ² or max|xᵢ|; 0 in dimension 0."""
    entries = vector.entries
    match kind:
        case NormKind.L1:
            return _size(entries)
        case NormKind.L2:
            return square_root(dot(entries, entries))
        case NormKind.LINF:
            return max(map(abs, entries), default=Fraction(0))


def map_norm(kind: NormKind, matrix: ExactMap) -> Real:
    """sup ‖Ax‖/‖x‖: largest column sum, largest singular value, or largest row sum; 0 without a column."""
    match kind:
        case NormKind.L1:
            return max(map(_size, zip(*matrix.rows, strict=True)), default=Fraction(0))
        case NormKind.L2:
            return quotient(spectral_norm(matrix.rows, matrix.columns), ONE)
        case NormKind.LINF:
            return max(map(_size, matrix.rows), default=Fraction(0))


def frobenius_norm(matrix: ExactMap) -> Real:
    """√Σaᵢⱼ², in every kind of space: what a spectral norm gets confused with."""
    return square_root(sum((dot(row, row) for row in matrix.rows), Fraction(0)))


def _size(entries: tuple[Fraction, ...]) -> Fraction:
    return sum(map(abs, entries), Fraction(0))
