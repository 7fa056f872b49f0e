"""Matrices as such: products, transposes, entries and components.

A matrix and the map it stands for are the same array here (`ExactMap`); only their norms may differ, and in
ℓ2 they do not.
"""

from __future__ import annotations

from fractions import Fraction

from pybridge.errors import TypingError
from pybridge.runtime.exact.vectors import ExactMap, ExactVec, dot


def product(left: ExactMap, right: ExactMap) -> ExactMap:
    """left · right, (rows of left, columns of right); an inner dimension of 0 gives zeros."""
    if left.columns != len(right.rows):
        raise TypingError(
            f"a matrix of {left.columns} columns and one of {len(right.rows)} rows have no product."
        )
    columns = _columns(right)
    return ExactMap(tuple(tuple(dot(row, column) for column in columns) for row in left.rows), right.columns)


def transposed(matrix: ExactMap) -> ExactMap:
    return ExactMap(_columns(matrix), len(matrix.rows))


def entry(matrix: ExactMap, row: int, column: int) -> Fraction:
    return matrix.rows[row][column]


def component(vector: ExactVec, index: int) -> Fraction:
    """xⱼ; 0 of the zero vector that names no dimension."""
    return Fraction(0) if vector.coordinates is None else vector.coordinates[index]


def _columns(matrix: ExactMap) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(row[j] for row in matrix.rows) for j in range(matrix.columns))
