"""Vectors and dense linear maps over ℚ; zero-dimensional spaces are ordinary here."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from pybridge.errors import TypingError


@dataclass(frozen=True)
class ExactVec:
    """Coordinates; None is the zero of whatever dimension it meets (`0` in a statement names no
    dimension). `over` names the index type of a drawn vector of a Euclidean space.
    """

    coordinates: tuple[Fraction, ...] | None
    over: str | None = field(default=None, compare=False)

    def __add__(self, other: ExactVec) -> ExactVec:
        if self.coordinates is None or other.coordinates is None:
            return other if self.coordinates is None else self
        _same(len(self.coordinates), len(other.coordinates), "vectors")
        return ExactVec(tuple(a + b for a, b in zip(self.coordinates, other.coordinates, strict=True)))

    def __neg__(self) -> ExactVec:
        if self.coordinates is None:
            return self
        return ExactVec(tuple(-a for a in self.coordinates))

    def __sub__(self, other: ExactVec) -> ExactVec:
        return self + (-other)

    @property
    def entries(self) -> tuple[Fraction, ...]:
        return self.coordinates or ()

    @property
    def is_zero(self) -> bool:
        return not any(self.entries)

    def __str__(self) -> str:
        return "0" if self.coordinates is None else f"({', '.join(map(str, self.coordinates))})"


@dataclass(frozen=True)
class ExactMap:
    """A matrix (codomain rows, domain columns); `columns` is kept, as a map into dimension 0 has no rows.

    `over` names the index types of rows and columns where a matrix was drawn as one.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    columns: int
    over: tuple[str, str] | None = field(default=None, compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), self.columns

    def __call__(self, vector: ExactVec) -> ExactVec:
        if vector.coordinates is None:
            return ExactVec(None)
        _same(self.columns, len(vector.coordinates), "a map and its argument")
        return ExactVec(tuple(dot(row, vector.coordinates) for row in self.rows))

    def __add__(self, other: ExactMap) -> ExactMap:
        _same((len(self.rows), self.columns), (len(other.rows), other.columns), "maps")
        return ExactMap(
            tuple(
                tuple(a + b for a, b in zip(u, v, strict=True))
                for u, v in zip(self.rows, other.rows, strict=True)
            ),
            self.columns,
        )

    def __neg__(self) -> ExactMap:
        return ExactMap(tuple(tuple(-a for a in row) for row in self.rows), self.columns)

    def __sub__(self, other: ExactMap) -> ExactMap:
        return self + (-other)

    def __str__(self) -> str:
        rows = "; ".join(" ".join(map(str, row)) for row in self.rows)
        return f"[{rows}]" if self.rows and self.columns else f"[{len(self.rows)}×{self.columns}]"


def dot(left: tuple[Fraction, ...], right: tuple[Fraction, ...]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def _same(left: object, right: object, what: str) -> None:
    if left != right:
        raise TypingError(f"{what} of different dimensions: {left} and {right}.")
