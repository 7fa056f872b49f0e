"""The exact arithmetic of generated checks: rationals, refinable reals, spaces ℓ1, ℓ2 and ℓ∞."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from pybridge.errors import NonFiniteError, SettingError, TypingError
from pybridge.runtime import claims
from pybridge.runtime.claims import Claim
from pybridge.runtime.exact import matrices
from pybridge.runtime.exact.ends import as_real, float_ends, largest
from pybridge.runtime.exact.norms import NormKind, frobenius_norm, map_norm, vector_norm
from pybridge.runtime.exact.reals import Real, absolute, compare, divide, square_root
from pybridge.runtime.exact.tables import MemoSeq
from pybridge.runtime.exact.vectors import ExactMap, ExactVec, dot

SPACES = ("l1", "l2", "linf", "real")

EUCLIDEAN = "ℝ^"
"""How the names of Euclidean spaces begin: `ℝ^n` over the index type n."""

Value = Any


class ExactBackend:
    """Every space is ℝᵈ with one kind of norm: `l1`, `l2` or `linf`; `real` where a statement has none.

    A comparison that refinement cannot decide raises UndecidedError; it never passes as true. Euclidean
    spaces `ℝ^n` and matrices live in `l2` only: elsewhere their verbs raise TypingError, so a check of them
    that named another kind of space could not pass by accident.

    Args:
        space: `l1`, `l2`, `linf` or `real`.
        sizes: how many elements each index type has; a draw or `learn` adds to them.
    """

    def __init__(self, space: str, sizes: Mapping[str, int] | None = None) -> None:
        if space not in SPACES:
            raise SettingError(f"no space `{space}`; choose one of {', '.join(SPACES)}.")
        self.space = space
        self.kind = NormKind.L2 if space == "real" else NormKind(space)
        self.sizes: dict[str, int] = dict(sizes or {})

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
        return float_ends(as_real(real))

    # ---- reals ---------------------------------------------------------------------------------------------
    def real(self, value: int) -> Fraction:
        return Fraction(value)

    def cast(self, natural: int) -> Fraction:
        return Fraction(natural)

    def div(self, numerator: Value, denominator: Value) -> Real:
        return divide(as_real(numerator), as_real(denominator))

    def abs(self, real: Value) -> Real:
        return absolute(as_real(real))

    def sqrt(self, real: Value) -> Real:
        return square_root(as_real(real))

    def pow(self, base: Value, exponent: int) -> Real:
        return as_real(base) ** exponent

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
        if space.startswith(EUCLIDEAN):
            self.require_euclidean(f"the space {space}")
        return ExactVec(None)

    def vec_norm(self, vector: ExactVec) -> Real:
        return vector_norm(self.kind, vector)

    def map_norm(self, linear_map: ExactMap) -> Real:
        return map_norm(self.kind, linear_map)

    def frob_norm(self, linear_map: ExactMap) -> Real:
        """√Σaᵢⱼ²: only statement mutants ask for it."""
        return frobenius_norm(linear_map)

    def inner(self, left: ExactVec, right: ExactVec) -> Fraction:
        self.require_euclidean("an inner product")
        if left.coordinates is None or right.coordinates is None:
            return Fraction(0)
        return dot(left.coordinates, right.coordinates)

    def require_euclidean(self, what: str) -> None:
        """Raises: TypingError outside ℓ2."""
        if self.kind is not NormKind.L2:
            raise TypingError(f"{what} in {self.space}: only l2 has one.")

    # ---- matrices ------------------------------------------------------------------------------------------
    def size(self, index: str) -> int:
        """Raises: TypingError for an index type of which nothing was drawn or learned."""
        if index not in self.sizes:
            raise TypingError(
                f"nobody said how many elements the index type {index} has. "
                "Draw a matrix or a size before, or give ExactBackend the sizes."
            )
        return self.sizes[index]

    def learn(self, bindings: Mapping[str, Value]) -> None:
        """Take the sizes of the index types from the matrices and Euclidean vectors among some values, as
        after reading a witness."""
        for value in bindings.values():
            match value:
                case ExactMap(over=(rows, columns)):
                    self.sizes[rows], self.sizes[columns] = value.shape
                case ExactVec(coordinates=tuple() as entries, over=str() as index):
                    self.sizes[index] = len(entries)

    def lin_map(self, matrix: ExactMap) -> ExactMap:
        self.require_euclidean("the map of a matrix")
        return matrix

    def matrix_norm(self, matrix: ExactMap) -> Real:
        self.require_euclidean("the norm of a matrix")
        return map_norm(NormKind.L2, matrix)

    def matmul(self, left: ExactMap, right: ExactMap) -> ExactMap:
        return matrices.product(left, right)

    def transpose(self, matrix: ExactMap) -> ExactMap:
        return matrices.transposed(matrix)

    def entry(self, matrix: ExactMap, row: int, column: int) -> Fraction:
        return matrices.entry(matrix, row, column)

    def component(self, vector: ExactVec, index: int) -> Fraction:
        return matrices.component(vector, index)

    # ---- sequences -----------------------------------------------------------------------------------------
    def sequence(self, entry: Callable[[int], Value]) -> MemoSeq:
        return MemoSeq(entry)

    # ---- claims --------------------------------------------------------------------------------------------
    def le(self, left: Value, right: Value) -> Claim:
        return _claim("≤", compare(as_real(left), as_real(right)) <= 0, left, right)

    def lt(self, left: Value, right: Value) -> Claim:
        return _claim("<", compare(as_real(left), as_real(right)) < 0, left, right)

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
        return as_real(real)

    def smallest_factor(self, covered: Value, factor: Value) -> Real:
        """covered/factor; 0 where factor = 0, and then `covered ≤ v * factor` holds only for covered ≤ 0."""
        return divide(as_real(covered), as_real(factor))

    def upper_end_over(self, start: int, stop: int, body: Callable[[int], Value]) -> Real:
        return largest(*(body(index) for index in range(start, stop))) if start < stop else Fraction(0)


def _claim(op: str, truth: bool, left: Value, right: Value) -> Claim:
    return claims.relation(op, 1 if truth else -1, left, right)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, ExactVec):
        return (left - right).is_zero
    if isinstance(left, ExactMap):
        return not any(entry for row in (left - right).rows for entry in row)
    return compare(as_real(left), as_real(right)) == 0
