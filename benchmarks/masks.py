"""Two masks of one map held against each other: where they differ, and whether that is a near-tie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Pruned:
    """One map after Wanda: float64 scores |W_ij| ‖X_:j‖₂ of the dense weights, and what became zero."""

    scores: Tensor
    dropped: Tensor


@dataclass(frozen=True)
class Difference:
    """A row in which the two sides drop different entries: the columns that only one of them drops.

    Attributes:
        gap: (largest - smallest) / largest score among those columns; below 1e-3 it is a near-tie.
    """

    map: str
    row: int
    ours_only: list[int]
    theirs_only: list[int]
    gap: float

    def __str__(self) -> str:
        columns = f"{self.ours_only} here, {self.theirs_only} there"
        return f"  {self.map} row {self.row}: {columns}, gap {self.gap:.1e}"


def differences(name: str, ours: Pruned, theirs: Tensor) -> Iterator[Difference]:
    """Row by row; `theirs` is True where the other side has a zero."""
    for row in (ours.dropped != theirs).any(dim=1).nonzero().flatten().tolist():
        here, there = ours.dropped[row], theirs[row]
        scores = ours.scores[row][here != there]
        largest = float(scores.max())
        gap = (largest - float(scores.min())) / largest if largest else 0.0
        only_here, only_there = (here & ~there).nonzero().flatten(), (there & ~here).nonzero().flatten()
        yield Difference(name, row, only_here.tolist(), only_there.tolist(), gap)
