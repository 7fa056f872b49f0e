"""Comparing enclosed reals, vectors and maps: certainly true, certainly false, or undecided."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pybridge.runtime.claims import Claim, Truth, decide, relation
from pybridge.runtime.enclosure.reals import EnclosedReal, as_real

EQUALITY_WIDTH = 1e-6
"""`=` holds when the intervals meet and their hull is at most this wide relative to its magnitude."""

Truths = NDArray[np.int8]


def at_most(left: EnclosedReal, right: EnclosedReal) -> Claim:
    """`left ≤ right`."""
    same = left is right
    truth = decide((left.hi <= right.lo) | same, (left.lo > right.hi) & (not same))
    for a, b, shared in _shared_factors(left, right):
        # shared ≥ 0: a ≤ b suffices; shared > 0 is needed to carry a > b over
        cancelled = decide((a.hi <= b.lo) & (shared.lo >= 0), (a.lo > b.hi) & (shared.lo > 0))
        truth = np.where(truth == Truth.UNDECIDED, cancelled, truth)
    return relation("≤", truth, left, right)


def less(left: EnclosedReal, right: EnclosedReal) -> Claim:
    """`left < right`."""
    truth = decide(left.hi < right.lo, (left.lo >= right.hi) | (left is right))
    for a, b, shared in _shared_factors(left, right):
        cancelled = decide((a.hi < b.lo) & (shared.lo > 0), (a.lo >= b.hi) & (shared.lo >= 0))
        truth = np.where(truth == Truth.UNDECIDED, cancelled, truth)
    return relation("<", truth, left, right)


def equal(left: EnclosedReal, right: EnclosedReal) -> Claim:
    """`left = right`: false when the intervals are disjoint, true when they meet and are narrow."""
    return relation("=", decide(_meet(left, right) & _narrow(left, right), ~_meet(left, right)), left, right)


def different(left: EnclosedReal, right: EnclosedReal) -> Claim:
    """`left ≠ right`: false only when both are the same point."""
    same_point = left.is_point & right.is_point & (left.lo == right.lo)
    return relation("≠", decide(~_meet(left, right), same_point), left, right)


def equal_by_distance(distance: EnclosedReal, left_norm: EnclosedReal, right_norm: EnclosedReal) -> Truths:
    """`=` of vectors or maps from the norm of their difference, narrow against the larger of the two
    norms."""
    magnitude = np.maximum(left_norm.hi, right_norm.hi)
    narrow = (distance.hi <= EQUALITY_WIDTH * magnitude) & np.isfinite(magnitude)
    return decide((distance.lo == 0) & narrow, distance.lo > 0)


def different_by_distance(distance: EnclosedReal) -> Truths:
    """`≠` of vectors or maps from the norm of their difference."""
    return decide(distance.lo > 0, distance.hi == 0)


def _shared_factors(left: EnclosedReal, right: EnclosedReal):
    """(a, b, s) with left = a · s and right = b · s for one and the same s, or left = a/s and right = b/s.

    A real is 1 times itself. Where s = 0, both quotients are 0, as both products are.
    """
    if left.quotient and right.quotient and left.quotient[1] is right.quotient[1]:
        yield left.quotient[0], right.quotient[0], left.quotient[1]
    for a, shared in _as_products(left):
        for b, other in _as_products(right):
            if shared is other:
                yield a, b, shared


def _as_products(real: EnclosedReal) -> Iterator[tuple[EnclosedReal, EnclosedReal]]:
    yield as_real(1), real
    if real.factors is not None:
        a, b = real.factors
        yield a, b
        yield b, a


def _meet(left: EnclosedReal, right: EnclosedReal) -> NDArray[np.bool_]:
    return (left.lo <= right.hi) & (right.lo <= left.hi)


def _narrow(left: EnclosedReal, right: EnclosedReal) -> NDArray[np.bool_]:
    lo, hi = np.minimum(left.lo, right.lo), np.maximum(left.hi, right.hi)
    magnitude = np.maximum(np.abs(lo), np.abs(hi))
    with np.errstate(over="ignore", invalid="ignore"):
        return (hi - lo <= EQUALITY_WIDTH * magnitude) & np.isfinite(magnitude)
