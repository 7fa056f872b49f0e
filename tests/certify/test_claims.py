"""A claim about a norm is confirmed, refuted, or open; each of the three is reached."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.certify.claims import NARROW, ROOM, Standing, examine, stated
from pybridge.runtime.norms import CERTIFIED_UPPER, DEFAULT_REL, NormEnclosure, operator_norm_enclosure

MATRIX = np.diag([3.0, 2.0, 1.0]) + 0.1
TRUTH = float(np.linalg.svd(MATRIX, compute_uv=False)[0])


def claim(lo: float, hi: float) -> NormEnclosure:
    return NormEnclosure(lo, hi, CERTIFIED_UPPER)


def compute(rel: float) -> NormEnclosure:
    return operator_norm_enclosure(MATRIX, rel=rel)


@pytest.mark.parametrize(
    ("lo", "hi", "standing"),
    [
        (0.0, TRUTH * 1.5, Standing.CONFIRMED),
        (TRUTH * (1 - 1e-8), TRUTH * (1 + 1e-8), Standing.CONFIRMED),  # inside 1 %: looked at again
        (0.0, TRUTH * (1 - 1e-8), Standing.REFUTED),
        (TRUTH * (1 + 1e-8), 2 * TRUTH, Standing.REFUTED),
        (0.0, TRUTH * (1 - 2**-53), Standing.OPEN),
    ],
)
def test_every_standing(lo: float, hi: float, standing: Standing) -> None:
    assert examine(claim(lo, hi), compute)[0] is standing


def test_a_second_computation_is_made_only_where_the_first_leaves_the_claim_open() -> None:
    asked: list[float] = []

    def counted(rel: float) -> NormEnclosure:
        asked.append(rel)
        return compute(rel)

    examine(claim(0.0, 9.0), counted)
    assert asked == [DEFAULT_REL]
    examine(claim(0.0, TRUTH * (1 + 1e-6)), counted)
    assert asked == [DEFAULT_REL, DEFAULT_REL, NARROW]


def test_what_is_stated_leaves_room_for_another_order_of_adding() -> None:
    computed = compute(DEFAULT_REL)
    said = stated(computed)
    assert said.lo < computed.lo * (1 - ROOM / 2)
    assert said.hi > computed.hi * (1 + ROOM / 2)
    moved = NormEnclosure(computed.lo * (1 - 1e-12), computed.hi * (1 + 1e-12), CERTIFIED_UPPER)
    assert examine(said, lambda _rel: moved)[0] is Standing.CONFIRMED


def test_zero_is_stated_as_zero() -> None:
    assert stated(claim(0.0, 0.0)) == claim(0.0, 0.0)
