"""What an operator norm computation comes back with: two ends and a label saying what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

EXACT_ENCLOSURE = "exact enclosure"
CERTIFIED_UPPER = "certified upper"
ESTIMATE = "estimate"

EXACT_WIDTH = 1e-10
"""Relative width from which an enclosure may call itself exact."""


@dataclass(frozen=True)
class NormEnclosure:
    """lo ≤ ‖W‖ ≤ hi.

    Attributes:
        lo: certain lower end, ‖Wv‖ / ‖v‖ rounded down (Lean `ratio_le_l2_opNorm`, N4).
        hi: certain upper end (`l2_opNorm_sq_le_completed_gram`, N5, or `l2_opNorm_le_frobenius`, N1);
            infinite for an estimate, which certifies nothing above.
        label: `exact enclosure` (relative width at most 1e-10), `certified upper`, or `estimate`.
    """

    lo: float
    hi: float
    label: str

    @property
    def relative_width(self) -> float:
        """(hi - lo) / lo; 0 for the zero map."""
        return 0.0 if self.hi == self.lo else (self.hi - self.lo) / self.lo if self.lo > 0 else float("inf")


def certified(lo: float, hi: float) -> NormEnclosure:
    """A certified enclosure under the label its width deserves."""
    exact = hi - lo <= EXACT_WIDTH * lo
    return NormEnclosure(lo, hi, EXACT_ENCLOSURE if exact else CERTIFIED_UPPER)
