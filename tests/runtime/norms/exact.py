"""Small rational matrices in exact arithmetic, and the certificate of theorem N5 over the rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Rows = list[list[Fraction]]


def rational(matrix: NDArray[np.floating]) -> Rows:
    """The entries as they are stored."""
    return [[Fraction(float(entry)) for entry in row] for row in matrix]


def transpose(rows: Rows, width: int) -> Rows:
    """Aᵀ, where A has `width` columns (which a matrix without rows does not show)."""
    return [[row[column] for row in rows] for column in range(width)]


def product(left: Rows, right: Rows, width: int) -> Rows:
    """A B, where B has `width` columns."""
    return [
        [sum((a * row[j] for a, row in zip(entries, right, strict=True)), Fraction(0)) for j in range(width)]
        for entries in left
    ]


def gram(rows: Rows, width: int) -> Rows:
    """AᵀA."""
    return product(transpose(rows, width), rows, width)


def squares(rows: Rows) -> Fraction:
    """Σ Aᵢⱼ²."""
    return sum((entry * entry for row in rows for entry in row), Fraction(0))


def apply(rows: Rows, vector: Sequence[Fraction]) -> list[Fraction]:
    """A v."""
    return [sum((a * x for a, x in zip(row, vector, strict=True)), Fraction(0)) for row in rows]


def is_semidefinite(symmetric: Rows) -> bool:
    """Whether 0 ≤ A, by elimination: A = RᵀR with R the square roots of the pivots times the rows."""
    rest = [list(row) for row in symmetric]
    while rest:
        pivot, head = rest[0][0], rest[0]
        if pivot < 0 or (pivot == 0 and any(head)):
            return False
        rest = [
            [entry - (row[0] * head[j + 1] / pivot if pivot else 0) for j, entry in enumerate(row[1:])]
            for row in rest[1:]
        ]
    return True


def stays_below(end: Fraction, rows: Rows, width: int) -> bool:
    """Whether end ≤ ‖A‖: anything less than end² is completed by no R."""
    return end <= 0 or not completes(rows, width, end**2 * (1 - Fraction(1, 2**60)))


def completes(rows: Rows, width: int, square: Fraction) -> bool:
    """Whether some R has AᵀA + RᵀR = square · I: what N5 needs for ‖A‖² ≤ square, and it is needed."""
    return is_semidefinite(
        [
            [(square if i == j else 0) - entry for j, entry in enumerate(row)]
            for i, row in enumerate(gram(rows, width))
        ]
    )
