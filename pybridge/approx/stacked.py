"""Maps of one shape side by side: instance i of a batch is a vector of one of them, and meets that one alone.

A theorem asked of two hundred maps is two hundred times the same few formulas on one number each. Stacked,
they are formulas on arrays, entry by entry the same ones; only the products with the matrices are taken map
by map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import add, sub
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Float

from pybridge.approx.matrices import PendingImage, TermwiseMap
from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec, NormSource
from pybridge.runtime.enclosure.leaves import DenseLeaf, FactoredLeaf, Leaf, image_radius
from pybridge.runtime.enclosure.memo import Memo
from pybridge.runtime.enclosure.vectors import without_overflow

Column = tuple[Leaf, ...]
"""One leaf of every map."""


class Rows:
    """Which instances belong to which map: the first `counts[0]` to the first, and so on.

    Args:
        counts: instances of each map, ≥ 1.
    """

    def __init__(self, counts: Iterable[int]) -> None:
        self.counts = tuple(counts)
        ends = tuple(accumulate(self.counts))
        self.parts = tuple(slice(end - count, end) for end, count in zip(ends, self.counts, strict=True))
        self._images: dict[Column, WeakKeyDictionary[EnclosedVec, EnclosedVec]] = {}

    def spread(self, values: Iterable[float]) -> Float[np.ndarray, " vectors"]:
        """A number of each map, at each of its instances."""
        return np.repeat(np.fromiter(values, np.float64, len(self.counts)), self.counts)

    def image(self, column: Column, x: EnclosedVec) -> EnclosedVec:
        """Every map's own leaf at its own instances; once for each x, since theorems share it."""
        known = self._images.setdefault(column, WeakKeyDictionary())
        if x not in known:
            known[x] = self._image(column, x)
        return known[x]

    def _image(self, column: Column, x: EnclosedVec) -> EnclosedVec:
        dense = [leaf for leaf in column if isinstance(leaf, DenseLeaf)]
        if len(dense) == len(column):
            return self._dense_image(dense, x)
        factored = [leaf for leaf in column if isinstance(leaf, FactoredLeaf)]
        assert len(factored) == len(column)  # as `StackedMap._columns` asks
        inner = self._dense_image([leaf.right for leaf in factored], x)
        return self._dense_image([leaf.left for leaf in factored], inner)

    def _dense_image(self, leaves: Sequence[DenseLeaf], x: EnclosedVec) -> EnclosedVec:
        """Row by row the product and the radius of `DenseLeaf.image`; the leaves have one shape."""
        with np.errstate(over="ignore", invalid="ignore"):
            products = [leaf.times(x.mid[part]) for leaf, part in zip(leaves, self.parts, strict=True)]
            frobenius = self.spread(leaf.frobenius() for leaf in leaves)
            spread = image_radius(leaves[0].shape, frobenius, x)
        return without_overflow(EnclosedVec(np.concatenate(products), spread))


class StackedMap(EnclosedMap):
    """A map for each instance. It has no terms of its own: sums, norms and images are those of its maps.

    Attributes:
        maps: of one shape.
        rows: which instances are whose.
    """

    __slots__ = ("maps", "rows")

    def __init__(self, maps: Sequence[TermwiseMap], rows: Rows) -> None:
        self.shape, self.maps, self.rows = maps[0].shape, tuple(maps), rows
        self._memo = Memo()

    def __repr__(self) -> str:
        return f"StackedMap{self.shape}({len(self.maps)} maps)"

    @property
    def key(self) -> None:
        """It has no norm of its own either."""
        return None

    # ---- sums ----------------------------------------------------------------------------------------------
    def __add__(self, other: EnclosedMap) -> StackedMap:
        return self._memo.once_with("+", other, lambda: self._combined(other, add))

    def __sub__(self, other: EnclosedMap) -> StackedMap:
        return self._memo.once_with("-", other, lambda: self._combined(other, sub))

    def __neg__(self) -> StackedMap:
        return self._memo.once("neg", lambda: StackedMap([-f for f in self.maps], self.rows))

    def _combined(self, other: EnclosedMap, operation: Callable[..., TermwiseMap]) -> StackedMap:
        if not isinstance(other, StackedMap) or other.rows is not self.rows:
            raise ValueError(f"{self!r} and {other!r} do not stand side by side")
        return StackedMap([operation(f, g) for f, g in zip(self.maps, other.maps, strict=True)], self.rows)

    # ---- images and norms ----------------------------------------------------------------------------------
    def image(self, x: EnclosedVec) -> EnclosedVec:
        """f x, not yet computed."""
        return PendingImage(self, x)

    def product(self, x: EnclosedVec) -> EnclosedVec:
        """Σ cᵢ Mᵢ x with the terms taken in the order of `TermwiseMap.product`."""
        if self._columns is None:
            return self._one_by_one(x)
        total: EnclosedVec | None = None
        for coefficient, column in self._columns:
            image = self.rows.image(column, x)
            image = image if coefficient == 1 else -image
            total = image if total is None else total + image
        assert total is not None  # there is a term
        return total

    @property
    def _columns(self) -> tuple[tuple[int, Column], ...] | None:
        """The terms of all maps, the first ones together, and so on; None unless they are alike."""
        return self._memo.once("columns", lambda: _columns([f.terms for f in self.maps]))

    def _one_by_one(self, x: EnclosedVec) -> EnclosedVec:
        rad = np.broadcast_to(x.rad, len(x.mid))
        images = [
            f.product(EnclosedVec(x.mid[part], rad[part]))
            for f, part in zip(self.maps, self.rows.parts, strict=True)
        ]
        radii = [np.broadcast_to(image.rad, len(image.mid)) for image in images]
        return EnclosedVec(np.concatenate([image.mid for image in images]), np.concatenate(radii))

    def norm(self, source: NormSource) -> EnclosedReal:
        """‖f‖ of each instance's map, found once for each map."""

        def enclose() -> EnclosedReal:
            norms = [f.norm(source) for f in self.maps]
            lo, hi = (self.rows.spread(ends) for ends in zip(*((n.lo, n.hi) for n in norms), strict=True))
            return EnclosedReal(lo, hi)

        return self._memo.once_with("norm", source, enclose)

    def require_finite(self, name: str) -> None:
        """Raises: NonFiniteError naming the variable."""
        for f in self.maps:
            f.require_finite(name)


def _columns(terms: Sequence[tuple[tuple[int, Leaf], ...]]) -> tuple[tuple[int, Column], ...] | None:
    forms = {tuple((coefficient, _form(leaf)) for coefficient, leaf in own) for own in terms}
    if len(forms) != 1 or not terms[0] or any(abs(coefficient) != 1 for coefficient, _ in terms[0]):
        return None
    return tuple((column[0][0], tuple(leaf for _, leaf in column)) for column in zip(*terms, strict=True))


def _form(leaf: Leaf) -> object:
    return leaf.left.shape if isinstance(leaf, FactoredLeaf) else "dense"
