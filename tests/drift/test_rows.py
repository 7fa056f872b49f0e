"""What becomes a number and what becomes a reason."""

from __future__ import annotations

import torch

from pybridge.drift.rows import NO_CHANGE, NOT_CHOSEN, NOT_FINITE, DriftRow, DriftRows
from pybridge.drift.walk import DriftStep
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import Transition
from pybridge.measure.rows import UpdateName

POSITIONS = position_sets(1, 2)
H = torch.tensor([[3.0, 4.0], [0.0, 2.0]], dtype=torch.float64)


def step(block: int, compressed: torch.Tensor | None, *, error: float = 0.1) -> DriftStep:
    """States that never change; the perturbation is doubled by every block."""
    before = torch.stack([H, H * (1 + error * 2**block)])
    after = torch.stack([H, H * (1 + error * 2 ** (block + 1))])
    return DriftStep(block, Transition(UpdateName(block), before, after), compressed)


def rows(
    *compressed: torch.Tensor | None, ends: dict[int, torch.Tensor | None], error: float = 0.1
) -> tuple[DriftRow, ...]:
    collected = DriftRows(POSITIONS, error, torch.float32)
    for block, state in enumerate(compressed):
        collected.see(step(block, state, error=error))
    return collected.rows(ends)


def test_numbers_follow_their_definitions() -> None:
    wrong, far = H.clone(), H.clone()
    wrong[1, 1], far[0, 0] = 2.5, 3.5
    found = rows(wrong, None, H, ends={0: far, 2: far})
    assert [(row.positions, row.block) for row in found] == [(p.name, t) for p in POSITIONS for t in range(3)]
    first = found[0]
    assert (first.injected, first.drift) == (0.25 / 29, 0.25 / 29)
    assert first.amplification == 1
    assert first.rho is not None
    assert abs(first.rho - 4) < 1e-12
    assert first.downstream is not None
    assert abs(first.downstream - 16) < 1e-11
    later = found[3]
    assert (later.injected, later.drift, later.amplification) == (0.25 / 4, 0.0, 0.0)


def test_what_cannot_be_measured_has_a_reason() -> None:
    wide, tiny, broken = H * 1.5, H * (1 + 1e-8), H * float("nan")
    found = rows(None, H, tiny, wide, wide, ends={1: None, 2: wide, 3: broken, 4: tiny})[:5]
    assert [row.left_out for row in found[:2]] == [NOT_CHOSEN, NO_CHANGE]
    assert found[2].left_out is not None
    assert found[2].left_out.startswith("the injected error is 1.0e-08 of the state, within the noise floor")
    assert found[3].left_out == NOT_FINITE
    assert found[4].left_out is not None
    assert found[4].left_out.startswith("the last error is 1.0e-08 of the state")
    assert all((row.injected, row.drift, row.amplification) == (None, None, None) for row in found)


def test_a_rho_that_is_noise_takes_the_products_before_it() -> None:
    quiet = rows(H * 1.5, H * 1.5, ends={0: H * 1.5, 1: H * 1.5}, error=1e-8)[:2]
    assert [row.rho for row in quiet] == [None, None]
    assert [row.downstream for row in quiet] == [None, 1.0]
    assert [row.drift for row in quiet] == [0.25, 0.25]
