"""One pass: energies over the first tokens, vectors from the others."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.errors import NonFiniteError
from pybridge.measure.capture import MapInputs, capture_inputs
from pybridge.models.adapter import Adapter


def captured(adapter: Adapter, input_ids: torch.Tensor, **settings: int) -> dict[str, MapInputs]:
    names = [view.name for view in adapter.linear_maps()]
    defaults = {"calibration_tokens": 10, "vectors": 8, "seed": 0}
    return capture_inputs(adapter, input_ids, names, **(defaults | settings))


def seen(adapter: Adapter, input_ids: torch.Tensor) -> dict[str, np.ndarray]:
    inputs: dict[str, np.ndarray] = {}
    names = [view.name for view in adapter.linear_maps()]
    with adapter.observe_inputs(names, lambda key, x: inputs.__setitem__(key, x[0].double().numpy().copy())):
        adapter.trunk(input_ids)
    return inputs


def test_energy_and_vectors_are_those_of_the_run(adapter: Adapter, input_ids: torch.Tensor) -> None:
    found, inputs = captured(adapter, input_ids), seen(adapter, input_ids)
    assert set(found) == set(inputs) == {view.input_key for view in adapter.linear_maps()}
    for key, own in found.items():
        np.testing.assert_array_equal(own.energy, torch.tensor(inputs[key][:10]).square().sum(0).numpy())
        np.testing.assert_array_equal(own.x, inputs[key][own.positions])


def test_no_vector_is_among_the_calibration_tokens(adapter: Adapter, input_ids: torch.Tensor) -> None:
    for seed in range(5):
        for own in captured(adapter, input_ids, seed=seed).values():
            assert len(set(own.positions)) == 8
            assert own.positions.min() >= 10


def test_every_map_has_the_same_positions_and_another_seed_has_others(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    first = [tuple(own.positions) for own in captured(adapter, input_ids).values()]
    other = [tuple(own.positions) for own in captured(adapter, input_ids, seed=1).values()]
    assert len(set(first)) == len(set(other)) == 1
    assert first[0] != other[0]


def test_activations_that_are_not_finite_are_named(adapter: Adapter, input_ids: torch.Tensor) -> None:
    with torch.no_grad():
        adapter.linear_maps()[0].read()[0, 0] = float("nan")
    with pytest.raises(NonFiniteError, match=r"input 0\.attn_mixed"):
        captured(adapter, input_ids)
