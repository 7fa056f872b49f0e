"""The thirty configurations of a map: five methods, six levels each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Configuration:
    """One way to compress one map; what a method does not use is None.

    Attributes:
        method: `magnitude`, `colnorm`, `wanda` (rows lose `sparsity` of their entries), `svd` (rank
            `rank_frac` of the smaller side), `sparse_svd` (the largest `keep` of all entries, then the rank).
    """

    method: str
    sparsity: float | None = None
    keep: float | None = None
    rank_frac: float | None = None

    @property
    def name(self) -> str:
        """As keys and tables spell it: `wanda sparsity=0.5`."""
        levels = {"sparsity": self.sparsity, "keep": self.keep, "rank_frac": self.rank_frac}
        return " ".join([self.method, *(f"{k}={v:g}" for k, v in levels.items() if v is not None)])


SPARSITIES = (0.1, 0.3, 0.5, 0.7, 0.9, 0.95)
RANK_FRACTIONS = (0.9, 0.7, 0.5, 0.3, 0.1, 0.05)
KEEP_AND_RANK = ((0.5, 0.5), (0.5, 0.25), (0.2, 0.25), (0.2, 0.1), (0.05, 0.1), (0.05, 0.05))
PRUNING = ("magnitude", "colnorm", "wanda")

GRID = (
    *(Configuration(method, sparsity=sparsity) for method in PRUNING for sparsity in SPARSITIES),
    *(Configuration("svd", rank_frac=fraction) for fraction in RANK_FRACTIONS),
    *(Configuration("sparse_svd", keep=keep, rank_frac=fraction) for keep, fraction in KEEP_AND_RANK),
)
"""Thirty, as many as the paper's 468 maps have each (468 × 30 = 14,040)."""
