"""Enclosed linear maps: integer combinations of exact matrices.

A map measured on a model is exact data: a dense matrix, or a product of two stored factors. What theorems
    build from such
maps are sums and differences, and these stay symbolic: `(W - W_sparse) + (W_sparse - A)` is `W - A`, nothing
rounded and nothing computed. Only when a norm or an image is asked for is the combination formed, with the
rounding of forming it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure.leaves import DenseLeaf, FactoredLeaf, Leaf
from pybridge.runtime.enclosure.memo import Memo
from pybridge.runtime.enclosure.reals import EnclosedReal
from pybridge.runtime.enclosure.vectors import EnclosedVec, ZeroVec
from pybridge.runtime.norms import frobenius_norm
from pybridge.runtime.rounding import UNIT, bound_product, padded

if TYPE_CHECKING:
    from pybridge.runtime.enclosure.source import NormSource

Terms = tuple[tuple[int, Leaf], ...]


class EnclosedMap:
    """Σ cᵢ Mᵢ, with integers cᵢ ≠ 0 and exact matrices Mᵢ of one shape; no terms for the zero map.

    Attributes:
        shape: (out, in).
        terms: (coefficient, leaf) pairs, one per distinct leaf.
    """

    __slots__ = ("__weakref__", "_memo", "shape", "terms")

    def __init__(self, shape: tuple[int, int], terms: Terms) -> None:
        self.shape, self.terms = shape, terms
        self._memo = Memo()

    @classmethod
    def exact(cls, weight: NDArray[np.floating], key: str | None = None) -> EnclosedMap:
        """A stored matrix (out, in), float32 or float64, taken as exact.

        Args:
            key: names the matrix's content (a digest) where norms are remembered; None forgets with the
                object.
        """
        return cls(weight.shape, ((1, DenseLeaf(weight, key)),))  # type: ignore[arg-type]

    @classmethod
    def factored(
        cls, left: Float[np.ndarray, "out rank"], right: Float[np.ndarray, "rank in"], key: str | None = None
    ) -> EnclosedMap:
        """The exact product U V of two stored factors; it is never rounded to a matrix unless it must be."""
        return cls((left.shape[0], right.shape[1]), ((1, FactoredLeaf(left, right, key)),))

    def __repr__(self) -> str:
        terms = " ".join(
            f"{coefficient:+d}·{leaf.key or type(leaf).__name__}" for coefficient, leaf in self.terms
        )
        return f"EnclosedMap{self.shape}({terms or '0'})"

    @property
    def key(self) -> str | None:
        """Names the map's norm: the same for f and -f; None when some leaf has no key."""
        if any(leaf.key is None for _, leaf in self.terms):
            return None
        named = sorted((leaf.key or "", coefficient) for coefficient, leaf in self.terms)
        sign = 1 if not named or named[0][1] > 0 else -1
        return " ".join(f"{sign * coefficient:+d}*{key}" for key, coefficient in named) or "0"

    # ---- sums ----------------------------------------------------------------------------------------------
    def __add__(self, other: EnclosedMap) -> EnclosedMap:
        return self._memo.once_with("+", other, lambda: _combine(self, other, 1))

    def __sub__(self, other: EnclosedMap) -> EnclosedMap:
        return self._memo.once_with("-", other, lambda: _combine(self, other, -1))

    def __neg__(self) -> EnclosedMap:
        terms = tuple((-coefficient, leaf) for coefficient, leaf in self.terms)
        return self._memo.once("neg", lambda: EnclosedMap(self.shape, terms))

    # ---- images --------------------------------------------------------------------------------------------
    def __call__(self, x: EnclosedVec | ZeroVec) -> EnclosedVec | ZeroVec:
        """f x per instance."""
        return x if isinstance(x, ZeroVec) else self.image(x)

    def image(self, x: EnclosedVec) -> EnclosedVec:
        """f x, computed once for each x."""
        return self._memo.once_with("image", x, lambda: self._image(x))

    def _image(self, x: EnclosedVec) -> EnclosedVec:
        if x.dimension != self.shape[1]:
            raise ValueError(f"a map of shape {self.shape} cannot take a vector of dimension {x.dimension}")
        if not self.terms:
            return EnclosedVec(np.zeros((*x.mid.shape[:-1], self.shape[0])), 0.0, (self, x))
        if self.is_leaf:
            sign, leaf = self.terms[0]
            result = leaf.image(x)
            return EnclosedVec(sign * result.mid, result.rad, (self, x))
        dense, radius = self.formed()
        result = dense.image(x, radius)
        return EnclosedVec(result.mid, result.rad, (self, x))

    # ---- norm ----------------------------------------------------------------------------------------------
    @property
    def is_leaf(self) -> bool:
        """Whether the map is one stored matrix up to sign."""
        return len(self.terms) == 1 and abs(self.terms[0][0]) == 1

    def norm(self, source: NormSource) -> EnclosedReal:
        """‖f‖ as one object per source, so that comparisons can see two products share it."""

        def enclose() -> EnclosedReal:
            found = source.enclose(self)
            return EnclosedReal(found.lo, found.hi)

        return self._memo.once_with("norm", source, enclose)

    def formed(self) -> tuple[DenseLeaf, float]:
        """A dense leaf D and a radius: ‖Σ cᵢ Mᵢ - D‖_F ≤ radius.

        Every entry of a sum of two matrices is rounded once, so a step costs u ‖sum‖_F, and nothing when one
        matrix is a masked part of the other; a factored leaf is multiplied out with its own radius.
        """
        dense = sorted(self.terms, key=lambda term: isinstance(term[1], FactoredLeaf))
        total, radius = _scaled(*dense[0])
        for coefficient, leaf in dense[1:]:
            matrix, its_radius = _scaled(coefficient, leaf)
            exact = its_radius == 0 and radius == 0 and _is_masked_part(matrix, total)
            total = total + matrix
            rounding = 0.0 if exact else bound_product(UNIT, frobenius_norm(total)[1])
            radius = float(padded(radius + its_radius + rounding))
        return DenseLeaf(total, None), radius

    def require_finite(self, name: str) -> None:
        """Raises: NonFiniteError naming the variable."""
        try:
            for _, leaf in self.terms:
                leaf.frobenius()
        except NonFiniteError as error:
            raise NonFiniteError(f"variable {name}: {error}") from None


def _combine(left: EnclosedMap, right: EnclosedMap, sign: int) -> EnclosedMap:
    if left.shape != right.shape:
        raise ValueError(f"maps of shapes {left.shape} and {right.shape} cannot be added")
    coefficients: dict[Any, int] = {}
    leaves: dict[Any, Leaf] = {}
    for factor, terms in ((1, left.terms), (sign, right.terms)):
        for coefficient, leaf in terms:
            leaves.setdefault(leaf.identity, leaf)
            coefficients[leaf.identity] = coefficients.get(leaf.identity, 0) + factor * coefficient
    terms = tuple((coefficients[i], leaves[i]) for i in leaves if coefficients[i])
    return EnclosedMap(left.shape, terms)


def _scaled(coefficient: int, leaf: Leaf) -> tuple[Float[np.ndarray, "out in"], float]:
    """coefficient · leaf as a matrix with a Frobenius radius; ±1 is exact, other integers round once."""
    matrix, radius = leaf.matrix()
    if coefficient == 1:
        return matrix, radius
    scaled = coefficient * matrix
    if coefficient == -1:
        return scaled, radius
    rounding = bound_product(UNIT, frobenius_norm(scaled)[1])
    return scaled, float(padded(bound_product(abs(coefficient), radius) + rounding))


def _is_masked_part(part: Float[np.ndarray, "out in"], whole: Float[np.ndarray, "out in"]) -> bool:
    """Whether the entries of whole + part are x + 0, 0 + x or x - x throughout: nothing to round."""
    return bool(np.all((part == 0) | (whole == 0) | (part == -whole)))
