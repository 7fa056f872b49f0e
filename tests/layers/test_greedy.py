"""The greedy search against every removal tried by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from pybridge.errors import SettingError
from pybridge.layers import greedy as greedy_module
from pybridge.layers.greedy import Round, greedy_rounds, losses_without_each, next_round
from pybridge.models.adapter import Adapter
from pybridge.models.deletion import without_blocks
from pybridge.models.ends import embedded, logits_of
from pybridge.perplexity.scores import chunk_losses
from tests.layers.conftest import tiny_adapter
from tests.models.tiny import CONFIGS, tiny_ids

IDS = tiny_ids(1, 17)
CLOSE = 1e-4
"""Rows of one batch may be rounded differently; the losses are near 5, their float32 logits near 10."""


def brute_force(adapter: Adapter, removed: list[int]) -> dict[int, float]:
    """Block → mean loss without it and without `removed`, each by a forward pass of the whole model."""
    found = {}
    for block in set(range(adapter.n_blocks)) - set(removed):
        with without_blocks(adapter, [*removed, block]):
            found[block] = float(np.mean(chunk_losses(adapter.model, IDS[0], torch.float64)))
    return found


@pytest.mark.parametrize("family", CONFIGS)
def test_the_head_of_a_state_is_the_models_own(family: str) -> None:
    adapter = tiny_adapter(family)
    model: Any = adapter.model
    with torch.no_grad():
        expected = model(input_ids=IDS, use_cache=False).logits
    last = adapter.run_from(0, embedded(adapter, IDS))
    assert torch.equal(logits_of(adapter, last), expected)


@pytest.mark.parametrize("family", ["llama", "gpt2", "lfm2", "gpt-neox", "opt-350m", "gemma3"])
def test_greedy_is_brute_force(family: str) -> None:
    adapter = tiny_adapter(family)
    rounds = greedy_rounds(adapter, IDS, 3)
    removed: list[int] = []
    for done in rounds:
        expected = brute_force(adapter, removed)
        assert done.candidates.keys() == expected.keys()
        for block, loss in expected.items():
            assert math.isclose(done.candidates[block], loss, rel_tol=CLOSE)
        best = min(expected, key=lambda block: expected[block])
        assert done.block == best or abs(expected[done.block] - expected[best]) < CLOSE * expected[best]
        assert done.mean_loss == done.candidates[done.block] == min(done.candidates.values())
        removed.append(done.block)
    assert len(set(removed)) == 3


def test_a_round_costs_half_of_a_pass_a_candidate(adapter: Adapter) -> None:
    rows: list[int] = []
    original = adapter.run_from

    def counting(start: int, state: torch.Tensor, **options: Any) -> torch.Tensor:
        rows.append(state.shape[0])
        return original(start, state, **options)

    adapter.run_from = counting  # type: ignore[method-assign]
    n = adapter.n_blocks
    losses_without_each(adapter, IDS, [])
    assert sum(rows) == n + n * (n - 1) / 2
    rows.clear()
    losses_without_each(adapter, IDS, [1])
    assert sum(rows) == (n - 1) + (n - 1) * (n - 2) / 2


def test_rounds_that_are_known_are_not_run_again(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, seen = greedy_rounds(adapter, IDS, 3), []
    assert greedy_rounds(adapter, IDS, 3, known=whole[:2], on_round=seen.append) == whole
    assert seen == [whole[2]]
    monkeypatch.setattr(greedy_module, "next_round", lambda *_: pytest.fail("a round was run"))
    assert greedy_rounds(adapter, IDS, 2, known=whole) == whole[:2]


def test_equal_candidates_go_by_index(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greedy_module, "losses_without_each", lambda *_: {2: 1.0, 0: 1.5, 1: 1.0})
    assert next_round(adapter, IDS, []) == Round(1, 1.0, {2: 1.0, 0: 1.5, 1: 1.0})


def test_a_model_that_overflows_without_any_block_is_one_message(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greedy_module, "losses_without_each", lambda *_: {0: math.inf, 1: math.inf})
    with pytest.raises(SettingError, match="after 2 removals every further one makes the model overflow"):
        next_round(adapter, IDS, [2, 3])
