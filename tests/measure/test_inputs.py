"""Sampled inputs are bits of the model's own activations, with the neighbours and costs the definitions ask
for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from pybridge.errors import NonFiniteError
from pybridge.measure.inputs import EqualInputs, InputSample, sample_inputs, sample_of
from pybridge.measure.perturb import run_rows
from pybridge.models.adapter import Adapter


def test_samples_are_the_inputs_of_the_clean_row(adapter: Adapter, input_ids: torch.Tensor) -> None:
    names = [view.name for view in adapter.linear_maps()]
    seen: dict[str, np.ndarray] = {}
    with adapter.observe_inputs(names, lambda key, x: seen.__setitem__(key, x[0].numpy().copy())):
        adapter.trunk(input_ids.expand(2, -1))
    with sample_inputs(adapter, names, vectors=8, seed=1) as samples:
        run_rows(adapter, input_ids, eps=(0.05,), seed=0)
    assert set(samples) == {view.input_key for view in adapter.linear_maps()}
    for key, sample in samples.items():
        assert isinstance(sample, InputSample)
        assert len(sample.positions) == 8
        assert (sample.cached_positions < sample.positions).all()
        np.testing.assert_array_equal(sample.x, seen[key][sample.positions])
        np.testing.assert_array_equal(sample.cached, seen[key][sample.cached_positions])
        assert (sample.x != sample.cached).any(axis=1).all()


def test_quartiles_costs_and_hit_rate() -> None:
    x = np.array([[0.0], [1.0], [1.0], [3.0], [7.0], [7.5]])  # distances 1, 1, 2, 4, 0.5 from position 1 on
    sample = sample_of(x, vectors=99, seed=0)
    assert isinstance(sample, InputSample)
    assert sample.positions.tolist() == [1, 2, 3, 4, 5]
    assert sample.cached_positions.tolist() == [0, 0, 1, 3, 4]
    assert (sample.near_radius, sample.far_radius) == (1.0, 2.0)
    assert sample.hit_rate == 4 / 6
    assert sample.mean_searched == (0 + 1 + 2 + 3 + 4 + 5) / 6


def test_positions_are_seeded() -> None:
    x = np.random.default_rng(0).standard_normal((40, 3))
    one, same, other = (sample_of(x, 8, seed).positions.tolist() for seed in (0, 0, 1))
    assert one == same != other


def test_equal_inputs_have_no_pairs() -> None:
    sample = sample_of(np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0]]), 2, 0)
    assert isinstance(sample, EqualInputs)
    assert len(sample.positions) == len(sample.x) == len(sample.labels) == 2
    assert sample.mean_searched == 1


def test_a_damaged_input_is_named(adapter: Adapter, input_ids: torch.Tensor) -> None:
    block: Any = adapter.blocks[1]
    block.ln_2.register_forward_hook(lambda _m, _a, out: out * float("nan"))
    with pytest.raises(NonFiniteError, match=r"1\.mlp_in"), sample_inputs(adapter, ["1.mlp_up"], 8, 0):
        adapter.trunk(input_ids)


def test_an_expert_without_tokens_has_no_inputs_and_no_lookup_cost() -> None:
    sample = sample_of(np.zeros((0, 4), dtype=np.float32), vectors=8, seed=0)
    assert isinstance(sample, EqualInputs)
    assert sample.x.shape == (0, 4)
    assert sample.mean_searched == 0
