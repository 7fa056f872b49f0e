"""Enclosed maps for watching: applied every pass to few vectors, so built for little memory and no rework.

A `DenseLeaf` keeps a float64 copy of its matrix, and a sum of matrices is formed again for every image. Both
are right for a check that puts many theorems to many vectors once. Here a map meets one vector a pass, for a
thousand passes.
"""

from __future__ import annotations

from typing import Protocol
from weakref import WeakKeyDictionary, ref

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec
from pybridge.runtime.enclosure.leaves import DenseLeaf
from pybridge.runtime.enclosure.memo import Memo

_ENTRIES_AT_ONCE = 2**17
"""A megabyte of float64: a widened part of the matrix is still in the processor's cache when it is used."""


class StreamedLeaf(DenseLeaf):
    """A stored matrix that is widened to float64 part by part, whenever it is used, and never kept so."""

    def __init__(self, weight: NDArray[np.floating], key: str | None) -> None:
        super().__init__(weight, key)
        self._stored = weight
        self._images: WeakKeyDictionary[EnclosedVec, EnclosedVec] = WeakKeyDictionary()

    @property
    def array(self) -> Float[np.ndarray, "out in"]:  # type: ignore[override]
        """The whole of it in float64, made anew for each who asks (the norms do, once)."""
        return np.asarray(self._stored, dtype=np.float64)

    def image(self, x: EnclosedVec, radius: float = 0.0) -> EnclosedVec:
        """That of `DenseLeaf`. W x is remembered for as long as x lives: the theorems about one input share
        it.
        """
        if radius:
            return super().image(x, radius)
        if x not in self._images:
            self._images[x] = super().image(x)
        return self._images[x]

    def times(self, mid: Float[np.ndarray, "*batch in"]) -> Float[np.ndarray, "*batch out"]:
        """Some rows of W at a time: every entry is one inner product of length `in` all the same."""
        rows, columns = self._stored.shape
        step = max(1, _ENTRIES_AT_ONCE // max(1, columns))
        parts = [
            mid @ self._stored[start : start + step].astype(np.float64).T for start in range(0, rows, step)
        ]
        return np.concatenate(parts, axis=-1) if parts else np.zeros((*mid.shape[:-1], 0))


class TermwiseMap(EnclosedMap):
    """Σ cᵢ Mᵢ whose images are the sums of the images Mᵢ x, each with its radius: no sum is ever formed.

    Differences of such maps still cancel symbolically, so that (f - fSparse) x is one product with the
    residual. Norms are those of `EnclosedMap`, of the matrix formed.
    """

    __slots__ = ()

    def __add__(self, other: EnclosedMap) -> TermwiseMap:
        return self._memo.once_with("termwise +", other, lambda: _termwise(EnclosedMap.__add__(self, other)))

    def __sub__(self, other: EnclosedMap) -> TermwiseMap:
        return self._memo.once_with("termwise -", other, lambda: _termwise(EnclosedMap.__sub__(self, other)))

    def __neg__(self) -> TermwiseMap:
        return self._memo.once("termwise neg", lambda: _termwise(EnclosedMap.__neg__(self)))

    def image(self, x: EnclosedVec) -> EnclosedVec:
        """f x, not yet computed."""
        return PendingImage(self, x)

    def product(self, x: EnclosedVec) -> EnclosedVec:
        """f x, computed now."""
        if len(self.terms) < 2 or any(abs(coefficient) != 1 for coefficient, _ in self.terms):
            return super()._image(x)
        total: EnclosedVec | None = None
        for coefficient, leaf in self.terms:
            image = leaf.image(x)
            image = image if coefficient == 1 else -image
            total = image if total is None else total + image
        assert total is not None  # there are two terms at least
        return total


class Multiplies(Protocol):
    """A map that computes its images itself."""

    def product(self, x: EnclosedVec) -> EnclosedVec: ...


class PendingImage(EnclosedVec):
    """f x, computed when an entry or a norm of it is asked for.

    Most are not: of f x - fSparse x only (f - fSparse) x is wanted, and that is a third product.
    """

    __slots__ = ("_known", "_map", "_of")

    def __init__(self, linear_map: Multiplies, x: EnclosedVec) -> None:
        self._map, self._of = linear_map, x
        self._known: EnclosedVec | None = None
        self._image = (ref(linear_map), ref(x))  # type: ignore[assignment]  # of an enclosed map that does
        self._summands = None
        self._memo = Memo()

    def _computed(self) -> EnclosedVec:
        if self._known is None:
            self._known = self._map.product(self._of)
        return self._known

    @property
    def mid(self) -> Float[np.ndarray, "*batch d"]:  # type: ignore[override]
        return self._computed().mid

    @property
    def rad(self) -> NDArray[np.float64]:  # type: ignore[override]
        return self._computed().rad


def _termwise(plain: EnclosedMap) -> TermwiseMap:
    return TermwiseMap(plain.shape, plain.terms)


def streamed(weight: NDArray[np.floating], key: str) -> TermwiseMap:
    """A stored matrix (out, in), float32 or float64, exact; `key` names its content, as in `EnclosedMap`."""
    return TermwiseMap((weight.shape[0], weight.shape[1]), ((1, StreamedLeaf(weight, key)),))


def product_map(
    left: Float[np.ndarray, "out rank"], right: Float[np.ndarray, "rank in"], key: str
) -> TermwiseMap:
    """The exact product of two stored factors."""
    return _termwise(EnclosedMap.factored(left, right, key))
