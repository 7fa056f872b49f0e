"""What a certificate says of a norm, and whether another computation confirms it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pybridge.runtime.norms import DEFAULT_REL, NormEnclosure
from pybridge.runtime.rounding import above, below

ROOM = 2.0**-32
"""A stated end stands this much, relative, outside the computed one: a verifier whose BLAS adds in another
order computes ends that differ in their last digits, and must still find them inside.
"""

NARROW = 1e-10
"""The relative width at which a claim that the first computation leaves open is looked at again."""


class Standing(StrEnum):
    """What a computation says of a claim."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    OPEN = "open"


def stated(computed: NormEnclosure) -> NormEnclosure:
    """The enclosure as a certificate states it: both ends outward by ROOM."""
    lo = max(0.0, float(below(computed.lo * (1 - ROOM))))
    hi = float(above(computed.hi * (1 + ROOM))) if computed.hi > 0 else 0.0
    return NormEnclosure(lo, hi, computed.label)


def examine(
    claim: NormEnclosure, compute: Callable[[float], NormEnclosure]
) -> tuple[Standing, NormEnclosure]:
    """Hold a claim lo ≤ ‖M‖ ≤ hi against ‖M‖ computed anew.

    Confirmed where the computed enclosure lies inside the claim, refuted where the two do not meet. Where
    they overlap, ‖M‖ is computed once more, as narrow as rounding allows.

    Args:
        compute: an enclosure of ‖M‖ at the relative width it is given.
    Returns: the standing, and the enclosure that decided it.
    """
    found = compute(DEFAULT_REL)
    if _standing(claim, found) is Standing.OPEN:
        found = compute(NARROW)
    return _standing(claim, found), found


def _standing(claim: NormEnclosure, found: NormEnclosure) -> Standing:
    if claim.lo <= found.lo and found.hi <= claim.hi:
        return Standing.CONFIRMED
    if claim.hi < found.lo or found.hi < claim.lo:
        return Standing.REFUTED
    return Standing.OPEN
