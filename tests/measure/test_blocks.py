"""Blocks run one by one are the forward pass, and equal states stay equal."""

from __future__ import annotations

import torch

from pybridge.measure.blocks import ROWS_AT_ONCE, Held, run_block
from pybridge.models.adapter import Adapter


def states_of(adapter: Adapter, input_ids: torch.Tensor) -> list[torch.Tensor]:
    seen: list[torch.Tensor] = []
    with adapter.observe_residual("block", lambda _, h: seen.append(h[0].clone())):
        adapter.trunk(input_ids)
    return seen


def test_one_block_after_the_other_is_the_forward_pass(adapter: Adapter, input_ids: torch.Tensor) -> None:
    states = states_of(adapter, input_ids)
    for t in range(adapter.n_blocks):
        (found,) = run_block(adapter, t, [states[t]])
        torch.testing.assert_close(found, states[t + 1])


def test_more_rows_than_go_at_once_come_back_in_order(adapter: Adapter, input_ids: torch.Tensor) -> None:
    h = states_of(adapter, input_ids)[1]
    some = [h * (1 + 0.1 * i) for i in range(2 * ROWS_AT_ONCE + 3)]
    found = run_block(adapter, 1, some)
    assert len(found) == len(some)
    for state, output in zip(some, found, strict=True):
        torch.testing.assert_close(output, run_block(adapter, 1, [state])[0])


def test_a_state_equal_to_the_first_shares_its_output(adapter: Adapter, input_ids: torch.Tensor) -> None:
    h = states_of(adapter, input_ids)[0]
    first, other, copy = run_block(adapter, 0, [h, 2 * h, h.clone()])
    assert copy is first
    assert other is not first


def test_held_states_are_exact_and_say_whether_they_are_finite() -> None:
    state = torch.tensor([[1.1, 2.0]], dtype=torch.bfloat16)
    held = Held(state)
    assert held.wide.dtype == torch.float64
    assert torch.equal(held.wide.to(torch.bfloat16), state)
    assert held.finite
    assert not Held(torch.tensor([[float("inf"), 0.0]])).finite
