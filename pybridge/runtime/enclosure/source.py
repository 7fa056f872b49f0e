"""Where operator norms come from: computed once per map, remembered by its key."""

from __future__ import annotations

from typing import Protocol

from pybridge.runtime.enclosure.leaves import DenseLeaf
from pybridge.runtime.enclosure.maps import EnclosedMap
from pybridge.runtime.norms import DEFAULT_REL, NormEnclosure, factored_norm_enclosure
from pybridge.runtime.norms import operator_norm_enclosure as norm_enclosure
from pybridge.runtime.norms.result import certified
from pybridge.runtime.rounding import above, below

METHOD = "cholesky-1"
"""Names the method in cache keys; a change that could change a bound changes it, and old entries are lost."""


class NormCache(Protocol):
    """A store of norms. Only what it returns is trusted, so a damaged entry must come back as None."""

    def get(self, key: str) -> NormEnclosure | None: ...

    def put(self, key: str, enclosure: NormEnclosure) -> None: ...


class MemoryNormCache:
    """Remembers for as long as the process lives."""

    def __init__(self) -> None:
        self._known: dict[str, NormEnclosure] = {}

    def get(self, key: str) -> NormEnclosure | None:
        return self._known.get(key)

    def put(self, key: str, enclosure: NormEnclosure) -> None:
        self._known[key] = enclosure


class NormSource:
    """Certified operator norms of enclosed maps, at one relative width.

    Args:
        cache: where norms of maps with a key are remembered; by default for the life of this object.
        rel: relative width of the enclosures, 1 % unless asked otherwise.
    """

    def __init__(self, cache: NormCache | None = None, *, rel: float = DEFAULT_REL) -> None:
        self.cache: NormCache = cache if cache is not None else MemoryNormCache()
        self.rel = rel

    def enclose(self, linear_map: EnclosedMap) -> NormEnclosure:
        """lo ≤ ‖f‖ ≤ hi for every matrix the enclosed map may be."""
        if linear_map.key is None:
            return compute(linear_map, self.rel)
        key = f"{METHOD} rel={self.rel!r} {linear_map.key}"
        known = self.cache.get(key)
        if known is None:
            known = compute(linear_map, self.rel)
            self.cache.put(key, known)
        return known


def compute(linear_map: EnclosedMap, rel: float) -> NormEnclosure:
    """The norm itself: a stored matrix or product as it is, a combination formed and widened by its
    radius."""
    if not linear_map.terms:
        return certified(0.0, 0.0)
    if not linear_map.is_leaf:
        dense, radius = linear_map.formed()
        inner = norm_enclosure(dense.array, rel=rel)
        if radius == 0.0:
            return inner
        return certified(max(0.0, float(below(inner.lo - radius))), float(above(inner.hi + radius)))
    leaf = linear_map.terms[0][1]
    if isinstance(leaf, DenseLeaf):
        return norm_enclosure(leaf.array, rel=rel)
    return factored_norm_enclosure(leaf.left.array, leaf.right.array, rel=rel)
