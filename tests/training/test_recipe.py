"""Batches: seeded, no repetition in an epoch, every position trained; a resumed run is the same run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.errors import TrainingError
from training.recipe import CONTEXT, Recipe, batch
from training.train import fit

TOKENS = np.arange(40_000, dtype=np.uint16)  # a token's id is its place
SMALL = Recipe(
    blocks=1,
    d_model=8,
    heads=2,
    batch_tokens=1024,
    short_window=256,
    short_steps=3,
    full_steps=2,
    cooldown_steps=2,
)


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    recipe = Recipe()
    first, again = batch(recipe, TOKENS, 7), batch(recipe, TOKENS, 7)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    other = batch(Recipe(seed=1), TOKENS, 7)
    assert not np.array_equal(first[0], other[0])


def test_no_window_is_seen_twice_in_an_epoch() -> None:
    recipe = Recipe()
    rows = recipe.batch_tokens // recipe.short_window
    steps = ((len(TOKENS) - 1) // recipe.short_window - 1) // rows
    starts = np.concatenate([batch(recipe, TOKENS, step)[0][:, 0] for step in range(steps)])
    assert len(set(starts.tolist())) == steps * rows


def test_windows_are_runs_of_the_text_and_positions_stay_inside_the_context() -> None:
    recipe = Recipe()
    for step in (0, recipe.short_steps - 1, recipe.short_steps, recipe.steps - 1):
        ids, positions = batch(recipe, TOKENS, step)
        assert (np.diff(ids) == 1).all()
        assert (np.diff(positions) == 1).all()
        assert positions.min() >= 0
        assert positions[:, :-1].max() < CONTEXT


def test_the_second_stage_is_the_whole_context_from_zero() -> None:
    _, positions = batch(Recipe(), TOKENS, Recipe().short_steps)
    assert positions[:, :-1].tolist() == [list(range(CONTEXT))] * 4


def test_the_learning_rate_warms_up_and_falls() -> None:
    recipe = Recipe()
    rates = [recipe.learning_rate_at(step) for step in range(recipe.steps)]
    assert max(rates) == rates[recipe.warmup_steps - 1] == recipe.learning_rate
    assert rates[recipe.warmup_steps :] == sorted(rates[recipe.warmup_steps :], reverse=True)
    assert 0 < rates[-1] < recipe.learning_rate / 100


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach() for parameter in model.parameters()]


def test_a_resumed_run_ends_in_the_same_bits(tmp_path: Path) -> None:
    tokens = TOKENS % 1024
    straight = fit(SMALL, tokens, tmp_path / "a.safetensors", resume=False, until=5)
    fit(SMALL, tokens, tmp_path / "b.safetensors", resume=False, until=2)
    resumed = fit(SMALL, tokens, tmp_path / "b.safetensors", resume=True, until=5)
    assert all(torch.equal(a, b) for a, b in zip(weights(straight), weights(resumed), strict=True))


def test_resuming_from_nothing_or_another_model_says_so(tmp_path: Path) -> None:
    tokens = TOKENS % 1024
    with pytest.raises(TrainingError, match="Start again without --resume"):
        fit(SMALL, tokens, tmp_path / "none.safetensors", resume=True, until=1)
    fit(SMALL, tokens, tmp_path / "c.safetensors", resume=False, until=1)
    with pytest.raises(TrainingError, match="Start again without --resume"):
        fit(Recipe(blocks=1, d_model=16, heads=2), tokens, tmp_path / "c.safetensors", resume=True, until=1)
