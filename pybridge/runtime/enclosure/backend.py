"""The enclosure arithmetic behind `Backend`: float64 intervals with rounding bounded a priori, over a
batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pybridge.errors import NonFiniteError, UnsupportedError
from pybridge.runtime import claims
from pybridge.runtime.claims import Claim, Truth, relation
from pybridge.runtime.enclosure import comparison, reals
from pybridge.runtime.enclosure.functions import MeasuredFunction, Remembered
from pybridge.runtime.enclosure.maps import EnclosedMap
from pybridge.runtime.enclosure.reals import EnclosedReal, as_real
from pybridge.runtime.enclosure.solving import smallest_factor, upper_point
from pybridge.runtime.enclosure.source import NormSource
from pybridge.runtime.enclosure.vectors import AnyVec, EnclosedVec, ZeroVec

AS_ONE_MAP = "the enclosure arithmetic takes a matrix as one map; such a statement is for property tests"


class EnclosureBackend:
    """Implements `pybridge.runtime.backend.Backend` on enclosed reals, vectors and maps.

    Args:
        norms: where operator norms come from; by default computed and remembered in memory.
    """

    def __init__(self, norms: NormSource | None = None) -> None:
        self.norms = norms if norms is not None else NormSource()

    # ---- data ----------------------------------------------------------------------------------------------
    def admit(self, name: str, value: Any) -> Any:
        """Enclosed values as they are, floats as points, naturals untouched.

        Sequences and functions (any callables) are admitted value by value, as they are asked.
        """
        if isinstance(value, EnclosedVec | ZeroVec | EnclosedMap | MeasuredFunction):
            value.require_finite(name)
            return value
        if isinstance(value, EnclosedReal | int):
            return value
        if callable(value):
            return lambda at: self.admit(f"{name} {at}" if isinstance(at, int) else name, value(at))
        try:
            return as_real(value)
        except NonFiniteError as error:
            raise NonFiniteError(f"variable {name}: {error}") from None

    def ends(self, real: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        enclosed = as_real(real)
        return enclosed.lo, enclosed.hi

    # ---- reals ---------------------------------------------------------------------------------------------
    def real(self, value: int) -> EnclosedReal:
        return as_real(value)

    def cast(self, natural: int) -> EnclosedReal:
        return as_real(natural)

    def div(self, numerator: Any, denominator: Any) -> EnclosedReal:
        return reals.divide(as_real(numerator), as_real(denominator))

    def abs(self, real: Any) -> EnclosedReal:
        return reals.absolute(as_real(real))

    def sqrt(self, real: Any) -> EnclosedReal:
        return reals.square_root(as_real(real))

    def pow(self, base: Any, exponent: int) -> EnclosedReal:
        return reals.power(as_real(base), exponent)

    def sum(self, start: int, stop: int, body: Callable[[int], Any]) -> EnclosedReal:
        total = as_real(0)
        for i in range(start, stop):
            total = total + body(i)
        return total

    def product(self, start: int, stop: int, body: Callable[[int], Any]) -> EnclosedReal:
        total = as_real(1)
        for i in range(start, stop):
            total = total * body(i)
        return total

    # ---- vectors and maps ----------------------------------------------------------------------------------
    def zero(self, space: str) -> ZeroVec:
        return ZeroVec()

    def vec_norm(self, vector: AnyVec) -> EnclosedReal:
        return vector.norm()

    def map_norm(self, linear_map: EnclosedMap) -> EnclosedReal:
        return linear_map.norm(self.norms)

    def inner(self, left: AnyVec, right: AnyVec) -> EnclosedReal:
        return left.inner(right)

    # ---- matrices ------------------------------------------------------------------------------------------
    def size(self, index: str) -> int:
        raise UnsupportedError(f"a sum or quantifier over the index type {index}: {AS_ONE_MAP}")

    def lin_map(self, matrix: EnclosedMap) -> EnclosedMap:
        """A matrix is a map here."""
        return matrix

    def matrix_norm(self, matrix: EnclosedMap) -> EnclosedReal:
        return self.map_norm(matrix)

    def matmul(self, left: EnclosedMap, right: EnclosedMap) -> EnclosedMap:
        raise UnsupportedError(f"a product of two matrices: {AS_ONE_MAP}")

    def transpose(self, matrix: EnclosedMap) -> EnclosedMap:
        raise UnsupportedError(f"a transposed matrix: {AS_ONE_MAP}")

    def entry(self, matrix: EnclosedMap, row: int, column: int) -> EnclosedReal:
        raise UnsupportedError(f"an entry of a matrix: {AS_ONE_MAP}")

    def component(self, vector: AnyVec, index: int) -> EnclosedReal:
        raise UnsupportedError(
            "a component of a vector: the enclosure arithmetic knows a vector up to its Euclidean distance; "
            "such a statement is for property tests"
        )

    # ---- sequences -----------------------------------------------------------------------------------------
    def sequence(self, entry: Callable[[int], Any]) -> Remembered:
        return Remembered(entry)

    # ---- claims --------------------------------------------------------------------------------------------
    def le(self, left: Any, right: Any) -> Claim:
        return comparison.at_most(as_real(left), as_real(right))

    def lt(self, left: Any, right: Any) -> Claim:
        return comparison.less(as_real(left), as_real(right))

    def eq(self, left: Any, right: Any) -> Claim:
        if isinstance(left, EnclosedVec | ZeroVec | EnclosedMap):
            distance, left_norm, right_norm = self._norm(left - right), self._norm(left), self._norm(right)
            return relation("=", comparison.equal_by_distance(distance, left_norm, right_norm), left, right)
        return comparison.equal(as_real(left), as_real(right))

    def ne(self, left: Any, right: Any) -> Claim:
        if isinstance(left, EnclosedVec | ZeroVec | EnclosedMap):
            return relation("≠", comparison.different_by_distance(self._norm(left - right)), left, right)
        return comparison.different(as_real(left), as_real(right))

    def both(self, left: Claim, right: Claim) -> Claim:
        return claims.both(left, right)

    def iff(self, left: Claim, right: Claim) -> Claim:
        return claims.iff(left, right)

    def forall(self, start: int, stop: int, body: Callable[[int], Claim]) -> Claim:
        return claims.forall([body(i) for i in range(start, stop)])

    def _norm(self, value: AnyVec | EnclosedMap) -> EnclosedReal:
        return self.map_norm(value) if isinstance(value, EnclosedMap) else value.norm()

    # ---- values solved from a hypothesis -------------------------------------------------------------------
    def upper_end(self, real: Any) -> EnclosedReal:
        return upper_point(as_real(real))

    def smallest_factor(self, covered: Any, factor: Any) -> EnclosedReal:
        return smallest_factor(as_real(covered), as_real(factor))

    def upper_end_over(self, start: int, stop: int, body: Callable[[int], Any]) -> EnclosedReal:
        ends = [as_real(body(i)) for i in range(start, stop)]
        if not ends:
            return as_real(0)
        return upper_point(
            EnclosedReal(*(np.maximum.reduce([getattr(e, end) for e in ends]) for end in ("lo", "hi")))
        )


__all__ = ["EnclosureBackend", "Truth"]
