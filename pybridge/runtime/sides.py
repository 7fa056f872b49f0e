"""The two sides of a compared conclusion: their ends, how tight the bound is, and how to say it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pybridge.runtime.backend import Backend
from pybridge.runtime.claims import Claim, Truth

Ends = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sides:
    """lhs in [lhs_lo, lhs_hi] and rhs in [rhs_lo, rhs_hi], per instance."""

    lhs_lo: Ends
    lhs_hi: Ends
    rhs_lo: Ends
    rhs_hi: Ends

    @property
    def ends(self) -> tuple[Ends, Ends, Ends, Ends]:
        return self.lhs_lo, self.lhs_hi, self.rhs_lo, self.rhs_hi

    @property
    def shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(np.shape(end) for end in self.ends))

    def broadcast(self, size: int) -> Sides:
        """Every end as an array (size,)."""
        return Sides(*(np.broadcast_to(np.asarray(end, dtype=np.float64), (size,)) for end in self.ends))

    def at(self, instance: int) -> Sides:
        """The sides of one instance."""
        return Sides(*(end[instance] for end in self.ends))

    def relative_width(self) -> Ends:
        """Width of the hull of both intervals over its largest magnitude; 0 when both are the point 0."""
        lo, hi = np.minimum(self.lhs_lo, self.rhs_lo), np.maximum(self.lhs_hi, self.rhs_hi)
        magnitude = np.maximum(np.abs(lo), np.abs(hi))
        with np.errstate(invalid="ignore", over="ignore"):
            return np.where(magnitude == 0, 0.0, (hi - lo) / np.where(magnitude == 0, 1.0, magnitude))

    def tightness(self, certain: NDArray[np.bool_]) -> Ends:
        """lhs / rhs from the ends that make it largest: 1 for 0/0, NaN when rhs may be negative.

        Args:
            certain: where `lhs ≤ rhs` is certain, perhaps not by these ends (a factor cancelled); at most 1.
        """
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            both_zero = (self.rhs_lo == 0) & (self.lhs_hi == 0)
            ratio = np.where(both_zero, 1.0, self.lhs_hi / self.rhs_lo)
        ratio = np.where(certain, np.minimum(ratio, 1.0), ratio)
        return np.where(self.rhs_lo < 0, np.nan, ratio)

    def __str__(self) -> str:
        lhs_lo, lhs_hi, rhs_lo, rhs_hi = (float(end) for end in self.ends)
        return f"left in [{lhs_lo!r}, {lhs_hi!r}], right in [{rhs_lo!r}, {rhs_hi!r}]"


def sides_of(ops: Backend, conclusion: Claim) -> Sides | None:
    """The sides of a comparison of reals, None for any other claim."""
    if not conclusion.is_relation:
        return None
    try:
        return Sides(*ops.ends(conclusion.left), *ops.ends(conclusion.right))
    except TypeError:  # vectors and maps have no ends
        return None


def reason(claim: Claim, truth: int, every: Sides | None, instance: int) -> str:
    """Why one instance got its verdict; empty when there is nothing to add.

    Args:
        every: the sides of the whole batch, each end an array.
    """
    if truth == Truth.TRUE and (every is None or claim.op != "="):
        return ""
    if every is None:
        return _reason_of_parts(claim, truth)
    sides = every.at(instance)
    width = float(sides.relative_width())
    if truth == Truth.TRUE:
        return f"joint relative width {width:.3g}" if claim.op == "=" else ""
    if truth == Truth.FALSE:
        return f"certainly not left {claim.op} right: {sides}"
    return f"left {claim.op} right undecided, joint relative width {width:.3g}: {sides}"


def _reason_of_parts(claim: Claim, truth: int) -> str:
    if claim.op == "↔":
        return "one side true, the other false" if truth == Truth.FALSE else "a side of ↔ is undecided"
    what = f"a part of {claim.op}" if claim.parts else f"left {claim.op} right"
    return f"{what} is {'false' if truth == Truth.FALSE else 'undecided'}"
