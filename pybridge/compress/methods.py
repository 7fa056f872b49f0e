"""The table of methods: a row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from pybridge.compress.method import (
    Compressed,
    Method,
    Weight,
    as_stored,
    as_tensor,
    require_settings,
    require_statistics,
    zeros_in,
)
from pybridge.compress.pruning import (
    Scale,
    colnorm_scale,
    magnitude_scale,
    prune,
    require_pattern_fits,
    wanda_scale,
)
from pybridge.compress.settings import Settings
from pybridge.compress.sparsegpt import SparseGPT
from pybridge.compress.statistics import ENERGY, GRAM, OUTPUT_GRAM, Statistics, wide
from pybridge.compress.truncation import activation_truncation, balanced_truncation, best_truncation

Truncate = Callable[[Tensor, int, Settings, Statistics | None], Tensor]


@dataclass(frozen=True)
class Pruning:
    """Ŵ = M ⊙ W, M by the scores |W_ij| · s_j within each row: `pruning.prune`."""

    name: str
    scale: Scale
    needs: frozenset[str] = frozenset()

    def require(self, settings: Settings) -> None:
        require_settings(self.name, settings, sparse=True, low_rank=False)

    def require_fits(self, settings: Settings, shape: tuple[int, int], where: str) -> None:
        require_pattern_fits(settings.pattern, shape, where)

    def compress(
        self, weight: Weight, settings: Settings, statistics: Statistics | None = None
    ) -> Compressed:
        self.require(settings)
        require_statistics(self.name, self.needs, statistics)
        matrix = as_tensor(weight)
        self.require_fits(settings, (matrix.shape[0], matrix.shape[1]), "the matrix")
        stored = as_stored(prune(matrix, self.scale(matrix, statistics), settings), weight)
        return Compressed(stored, zeros_in(stored))


@dataclass(frozen=True)
class Truncation:
    """Ŵ of rank r: `truncation`, multiplied out in float64 and rounded once to the model's dtype."""

    name: str
    truncate: Truncate
    needs: frozenset[str] = frozenset()

    def require(self, settings: Settings) -> None:
        require_settings(self.name, settings, sparse=False, low_rank=True)

    def require_fits(self, settings: Settings, shape: tuple[int, int], where: str) -> None:
        settings.rank_of(shape, where)

    def compress(
        self, weight: Weight, settings: Settings, statistics: Statistics | None = None
    ) -> Compressed:
        self.require(settings)
        require_statistics(self.name, self.needs, statistics)
        matrix = as_tensor(weight)
        rank = settings.rank_of((matrix.shape[0], matrix.shape[1]))
        stored = as_stored(self.truncate(matrix, rank, settings, statistics), weight)
        return Compressed(stored, zeros_in(stored), rank)


@dataclass(frozen=True)
class SparseAndLowRank:
    """A sparse and a low-rank part, one after the other.

    `remainder`: Ŵ = S + L, S the pruned W and L the truncation of what pruning removed, W - S.
    Otherwise the paper's composition: Ŵ = W_approx, the truncation of S itself; what is dropped is
    W - W_approx. Source: arXiv:2603.20991v1 §2.3, §2.4; Lean `composition_bound_dropped`.
    """

    name: str
    sparse: Pruning
    low_rank: Truncation
    remainder: bool

    @property
    def needs(self) -> frozenset[str]:
        return self.sparse.needs | self.low_rank.needs

    def require(self, settings: Settings) -> None:
        require_settings(self.name, settings, sparse=True, low_rank=True)

    def require_fits(self, settings: Settings, shape: tuple[int, int], where: str) -> None:
        self.sparse.require_fits(settings, shape, where)
        self.low_rank.require_fits(settings, shape, where)

    def compress(
        self, weight: Weight, settings: Settings, statistics: Statistics | None = None
    ) -> Compressed:
        self.require(settings)
        require_statistics(self.name, self.needs, statistics)
        matrix = as_tensor(weight)
        shape = (matrix.shape[0], matrix.shape[1])
        self.require_fits(settings, shape, "the matrix")
        rank = settings.rank_of(shape)
        sparse = prune(matrix, self.sparse.scale(matrix, statistics), settings)
        if self.remainder:
            part = wide(sparse)
            whole = part + self.low_rank.truncate(wide(matrix) - part, rank, settings, statistics)
        else:
            whole = self.low_rank.truncate(sparse, rank, settings, statistics)
        stored = as_stored(whole, weight)
        return Compressed(stored, zeros_in(stored), rank, zeros_in(sparse))


_MAGNITUDE = Pruning("magnitude", magnitude_scale)
_WANDA = Pruning("wanda", wanda_scale, frozenset({ENERGY}))
_SVD = Truncation("svd", best_truncation)
_ASVD = Truncation("asvd", activation_truncation, frozenset({GRAM}))

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        _MAGNITUDE,
        Pruning("colnorm", colnorm_scale),
        _WANDA,
        SparseGPT(),
        _SVD,
        _ASVD,
        Truncation("balanced", balanced_truncation, frozenset({GRAM, OUTPUT_GRAM})),
        SparseAndLowRank("magnitude+svd", _MAGNITUDE, _SVD, remainder=True),
        SparseAndLowRank("wanda+svd", _WANDA, _SVD, remainder=True),
        SparseAndLowRank("wanda+asvd", _WANDA, _ASVD, remainder=True),
        SparseAndLowRank("composition", _MAGNITUDE, _SVD, remainder=False),
    )
}
"""Every method by its name. `+` adds a low-rank part for what pruning removed; `composition` is the
paper's."""
