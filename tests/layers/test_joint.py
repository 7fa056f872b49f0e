"""Several blocks removed at once, in lockstep with the whole model."""

from __future__ import annotations

import pytest
import torch

from pybridge.errors import NonFiniteError
from pybridge.layers.joint import run_joint_removal
from pybridge.measure.lockstep import LockstepStep
from pybridge.models.adapter import Adapter
from pybridge.models.deletion import without_blocks
from pybridge.models.ends import embedded
from tests.layers.conftest import tiny_adapter
from tests.models.tiny import tiny_ids

IDS = tiny_ids(1, 17)
UNIT = 2.0**-24
"""float32; a state behind one block is a few hundred roundings, of rows of one batch or of one."""


def steps_without(adapter: Adapter, *removed: int) -> list[LockstepStep]:
    seen: list[LockstepStep] = []
    assert run_joint_removal(adapter, embedded(adapter, IDS)[0], removed, seen.append) is None
    return seen


@pytest.mark.parametrize("family", ["gpt2", "lfm2", "gpt-neox", "qwen3-moe"])
@pytest.mark.parametrize("removed", [(1,), (0, 2), (1, 2, 3)])
def test_the_shorter_run_is_the_model_without_the_blocks(family: str, removed: tuple[int, ...]) -> None:
    adapter = tiny_adapter(family)
    seen = steps_without(adapter, *removed)
    whole = adapter.trunk(IDS)[0].double()
    with without_blocks(adapter, removed):
        shorter = adapter.trunk(IDS)[0].double()
    for expected, found in ((whole, seen[-1].next_h), (shorter, seen[-1].next_hhat)):
        assert torch.linalg.vector_norm(found - expected) <= 1000 * UNIT * torch.linalg.vector_norm(expected)
    assert [step.block for step in seen] == list(range(adapter.n_blocks))


def test_a_removed_block_hands_on_the_very_state_and_another_is_not_compressed(adapter: Adapter) -> None:
    for step in steps_without(adapter, 1, 3):
        if step.block in (1, 3):
            assert step.next_hhat is step.hhat
        else:
            assert step.next_hhat is step.dense_next
    first = steps_without(adapter, 1)[0]
    assert first.hhat is first.h
    assert first.dense_next is first.next_h


def test_an_overflow_is_an_error_of_the_whole_model_and_a_reason_of_the_shorter(adapter: Adapter) -> None:
    marker: list[torch.Tensor] = []

    def explode(_module: object, args: tuple[torch.Tensor], out: torch.Tensor) -> torch.Tensor:
        same = (args[0] == marker[0]).all(dim=2).all(dim=1)[:, None, None]
        return torch.where(same, out, torch.full_like(out, torch.inf))

    h_0 = embedded(adapter, IDS)[0]
    marker.append(adapter.run_from(0, h_0[None], stop=1)[0])
    adapter.blocks[1].register_forward_hook(explode)
    seen: list[LockstepStep] = []
    reason = run_joint_removal(adapter, h_0, [0], seen.append)
    assert reason == "the run without the removed blocks is not finite at block 1"
    assert [step.block for step in seen] == [0]
    marker[0] = torch.zeros_like(h_0)
    with pytest.raises(NonFiniteError, match="h2, clean run"):
        run_joint_removal(adapter, h_0, [2], seen.append)
