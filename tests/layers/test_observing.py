"""ρ, block influence and angular distances against loops in float64, and what they cost."""

from __future__ import annotations

import math

import pytest
import torch

from pybridge.errors import SettingError
from pybridge.layers.observing import Angles, Observed, ObservingSpec, observe, unit_rows
from pybridge.measure.perturb import perturbed_batch
from pybridge.models.adapter import Adapter
from tests.layers.conftest import tiny_adapter
from tests.models.tiny import CONFIGS, tiny_ids

TOKENS = 17
IDS = tiny_ids(1, TOKENS)
SPEC = ObservingSpec(longest_run=3)


def states(adapter: Adapter) -> list[torch.Tensor]:
    """h_0 … h_n of one batch [clean, perturbed], float64."""
    found: list[torch.Tensor] = []
    with (
        adapter.replace_embedding(lambda h: perturbed_batch(h, (0.01,), 0)),
        adapter.observe_residual("block", lambda _point, h: found.append(h.detach().double())),
    ):
        adapter.trunk(IDS.expand(2, -1))
    return found


def cosine(left: torch.Tensor, right: torch.Tensor) -> float:
    dot = sum(float(a) * float(b) for a, b in zip(left, right, strict=True))
    return dot / math.sqrt(sum(float(a) ** 2 for a in left) * sum(float(b) ** 2 for b in right))


@pytest.mark.parametrize("family", CONFIGS)
def test_every_number_follows_its_definition(family: str) -> None:
    adapter = tiny_adapter(family)
    h, observed = states(adapter), observe(adapter, IDS, SPEC)
    n = adapter.n_blocks
    assert observed.blocks == n
    for t in range(n):
        cosines = [cosine(h[t][0, i], h[t + 1][0, i]) for i in range(TOKENS)]
        assert math.isclose(observed.influence[t], 1 - sum(cosines) / TOKENS, rel_tol=1e-9, abs_tol=1e-12)
        for over, start in zip(observed.rho, (0, 4), strict=True):
            energy = [
                float((h[s][1, start:] - h[s][0, start:]).norm() ** 2 / h[s][0, start:].norm() ** 2)
                for s in (t, t + 1)
            ]
            rho = over.rho[t]
            assert rho is not None
            assert math.isclose(rho, energy[1] / energy[0], rel_tol=1e-9)
    assert [over.positions for over in observed.rho] == ["all", "skip:4"]


@pytest.mark.parametrize("last_token", [False, True])
def test_angles_of_runs_follow_their_definition(adapter: Adapter, last_token: bool) -> None:
    h, n = states(adapter), adapter.n_blocks
    found = observe(adapter, IDS, ObservingSpec(longest_run=3, last_token=last_token)).angular
    for k in (1, 2, 3):
        assert len(found[k]) == n - k + 1
        for t in range(n - k + 1):
            cosines = [cosine(h[t][0, i], h[t + k][0, i]) for i in range(TOKENS)]
            angles = [math.acos(min(1.0, c)) / math.pi for c in (cosines[-1:] if last_token else cosines)]
            assert math.isclose(found[k][t], sum(angles) / len(angles), rel_tol=1e-7)


@pytest.mark.parametrize("family", ["gpt2", "lfm2", "gpt-neox", "mixtral"])
def test_a_ranking_costs_two_block_rows_a_block_and_nothing_else(family: str) -> None:
    adapter, rows = tiny_adapter(family), []
    for block in adapter.blocks:
        block.register_forward_hook(lambda _m, args, kwargs, _out: rows.append(1), with_kwargs=True)
        block.register_forward_pre_hook(
            lambda _m, args, kwargs: sizes.append((args[0] if args else kwargs["hidden_states"]).shape[0]),
            with_kwargs=True,
        )
    sizes: list[int] = []
    heads: list[int] = []
    adapter.model.get_output_embeddings().register_forward_hook(lambda *_: heads.append(1))  # type: ignore[operator]
    observe(adapter, IDS, SPEC)
    assert sum(sizes) == 2 * adapter.n_blocks
    assert len(rows) == adapter.n_blocks
    assert heads == []


def test_what_is_measured_does_not_depend_on_chance(adapter: Adapter) -> None:
    assert observe(adapter, IDS, SPEC) == observe(adapter, IDS, SPEC)
    assert observe(adapter, IDS, SPEC).rho != observe(adapter, IDS, ObservingSpec(seed=1)).rho


def test_no_runs_are_measured_unless_asked(adapter: Adapter) -> None:
    observed: Observed = observe(adapter, IDS, ObservingSpec(skip_tokens=0))
    assert observed.angular == {}
    assert [over.positions for over in observed.rho] == ["all"]
    assert len(observed.influence) == adapter.n_blocks


def test_a_state_of_zero_is_at_a_right_angle() -> None:
    zero, one = torch.zeros(1, 3, dtype=torch.float64), torch.ones(1, 3, dtype=torch.float64)
    assert unit_rows(zero).tolist() == [[0.0, 0.0, 0.0]]
    angles = Angles(1, last_token=False)
    angles.see(zero, one)
    assert angles.influence == [1.0]
    assert angles.angular == {1: [0.5]}


def test_an_eps_below_the_noise_floor_is_refused(adapter: Adapter) -> None:
    with pytest.raises(SettingError, match="noise floor"):
        observe(adapter, IDS, ObservingSpec(eps=1e-8))
