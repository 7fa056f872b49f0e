"""The exact matrices that maps are combined from: dense, or a product of two stored factors."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray

from pybridge.runtime.enclosure.vectors import EnclosedVec, without_overflow
from pybridge.runtime.norms import frobenius_norm
from pybridge.runtime.rounding import TINY, bound_product, gamma, padded


class DenseLeaf:
    """A stored matrix (out, in). float32 is converted when first needed; every float32 is a float64."""

    def __init__(self, weight: NDArray[np.floating], key: str | None) -> None:
        if weight.ndim != 2:
            raise ValueError(f"a linear map has shape (out, in), not {weight.shape}")
        self._weight, self.key = weight, key

    @property
    def shape(self) -> tuple[int, int]:
        return self._weight.shape  # type: ignore[return-value]  # two dimensions, as asked above

    @property
    def identity(self) -> Hashable:
        """Equal for leaves that are the same matrix."""
        return self.key if self.key is not None else id(self)

    @cached_property
    def array(self) -> Float[np.ndarray, "out in"]:
        return np.asarray(self._weight, dtype=np.float64)

    @cached_property
    def _frobenius(self) -> tuple[float, float]:
        return frobenius_norm(self.array)

    def frobenius(self) -> float:
        """Upper end of ‖W‖_F. Raises: NonFiniteError for NaN or infinity."""
        return self._frobenius[1]

    def matrix(self) -> tuple[Float[np.ndarray, "out in"], float]:
        """The matrix and its Frobenius radius, 0."""
        return self.array, 0.0

    def times(self, mid: Float[np.ndarray, "*batch in"]) -> Float[np.ndarray, "*batch out"]:
        """fl(W mid): each entry one inner product of length `in`, summed in any order."""
        return mid @ self.array.T

    def image(self, x: EnclosedVec, radius: float = 0.0) -> EnclosedVec:
        """(W + E) x with ‖E‖_F ≤ radius."""
        with np.errstate(over="ignore", invalid="ignore"):
            mid = self.times(x.mid)
            spread = image_radius(self.shape, self.frobenius(), x, radius)
        return without_overflow(EnclosedVec(mid, spread))


class FactoredLeaf:
    """U V for stored U (out, rank) and V (rank, in): applied by two products, multiplied out only in a
    sum."""

    def __init__(self, left: NDArray[np.floating], right: NDArray[np.floating], key: str | None) -> None:
        if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
            raise ValueError(f"factors of shapes {left.shape} and {right.shape} have no product")
        self.left, self.right, self.key = DenseLeaf(left, None), DenseLeaf(right, None), key

    @property
    def identity(self) -> Hashable:
        return self.key if self.key is not None else id(self)

    def frobenius(self) -> float:
        """Upper end of ‖U‖_F ‖V‖_F ≥ ‖U V‖_F."""
        return float(bound_product(self.left.frobenius(), self.right.frobenius()))

    def matrix(self) -> tuple[Float[np.ndarray, "out in"], float]:
        """fl(U V) and a Frobenius radius: entrywise γ_rank |U||V| + rank TINY, so γ ‖U‖_F ‖V‖_F + √(out·in)
        rank TINY."""
        product = self.left.array @ self.right.array
        if 0.0 in (self.left.frobenius(), self.right.frobenius()):
            return product, 0.0  # nothing is rounded, so theorem 3 stays decidable on a dead map
        rank = self.left.array.shape[1]
        underflow = math.sqrt(product.size) * rank * TINY
        return product, float(padded(gamma(rank) * self.frobenius() + underflow))

    def image(self, x: EnclosedVec) -> EnclosedVec:
        """U (V x), each product with its own rounding."""
        return self.left.image(self.right.image(x))


Leaf = DenseLeaf | FactoredLeaf


def image_radius(
    shape: tuple[int, int], frobenius: ArrayLike, x: EnclosedVec, radius: float = 0.0
) -> NDArray[np.float64]:
    """How far (W + E) x may be from `fl(W mid)`, for ‖W‖_F ≤ frobenius and ‖E‖_F ≤ radius.

    Entry i of fl(W mid) errs by γ_in Σ|Wᵢⱼ||midⱼ| + in TINY; over all entries that is at most
    γ_in ‖W‖_F ‖mid‖ + √out in TINY. The radius of x adds ‖W‖_F rad, E adds ‖E‖_F (‖mid‖ + rad).

    Args:
        shape: (out, in) of W.
        frobenius: () for one matrix, (B,) for a matrix of this shape for each instance of x.
    """
    rows, columns = shape
    size, frobenius = x.mid_norm()[1], np.asarray(frobenius)
    underflow = math.sqrt(rows) * columns * TINY
    # γ last: with W subnormal, γ ‖W‖_F alone would underflow to 0, however large x is
    rounding = gamma(columns) * bound_product(frobenius, size) + underflow
    rounding = np.where((size == 0) | (frobenius == 0), 0.0, rounding)
    known = bound_product(frobenius, x.rad) + bound_product(radius, size + x.rad)
    return np.asarray(padded(rounding + known))
