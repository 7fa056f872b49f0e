"""The streamed profile against the definitions, applied naively to states that are all kept."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from pybridge.errors import NonFiniteError, SettingError
from pybridge.measure.noise import relative_floor
from pybridge.measure.perturb import gaussian_direction, perturbed_batch
from pybridge.measure.positions import PositionSet, position_sets
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.rows import ProfileRow
from pybridge.models.adapter import Adapter

SPEC = ProfileSpec(eps=(0.01, 0.1), seed=3, granularity="block", positions=position_sets(4, 24))


def states_of_every_row(adapter: Adapter, input_ids: torch.Tensor, spec: ProfileSpec) -> list[torch.Tensor]:
    """Reference: all residual points, float64, by one forward pass a row."""
    per_row = []
    for row in range(len(spec.eps) + 1):
        seen: list[torch.Tensor] = []

        def replace(h: torch.Tensor, row: int = row) -> torch.Tensor:
            return perturbed_batch(h.expand(len(spec.eps) + 1, -1, -1), spec.eps, spec.seed)[row : row + 1]

        with (
            adapter.replace_embedding(replace),
            adapter.observe_residual(spec.granularity, lambda _, h, seen=seen: seen.append(h[0].double())),
        ):
            adapter.trunk(input_ids)
        per_row.append(torch.stack(seen))
    return per_row


def assert_close(found: float, expected: torch.Tensor) -> None:
    # rows of one batch and single rows may be summed in another order by the float32 kernels
    assert math.isclose(found, float(expected), rel_tol=2e-3, abs_tol=1e-6)


@pytest.mark.parametrize("granularity", ["block", "sublayer"])
def test_rows_follow_the_definitions(adapter: Adapter, input_ids: torch.Tensor, granularity: str) -> None:
    spec = ProfileSpec(SPEC.eps, SPEC.seed, granularity, SPEC.positions)
    rows = measure_profile(adapter, input_ids, spec)
    clean, *others = states_of_every_row(adapter, input_ids, spec)
    updates = adapter.updates(granularity)
    assert len(rows) == len(updates) * len(spec.eps) * len(spec.positions)
    for row in rows:
        t = updates.index(str(row.update))
        start = 0 if row.positions == "all" else 4
        hat = others[spec.eps.index(row.eps)]
        h, h1, e, e1 = (
            x[start:].flatten()
            for x in (clean[t], clean[t + 1], hat[t] - clean[t], hat[t + 1] - clean[t + 1])
        )
        u, d = h1 - h, e1 - e
        assert row.error is not None
        assert_close(row.g, u.norm() / h.norm())
        assert_close(row.cos_theta, h @ u / (h.norm() * u.norm()))
        assert_close(row.alpha_sq, h1.norm() ** 2 / h.norm() ** 2)
        assert_close(row.error.L, d.norm() / e.norm())
        assert_close(row.error.rho, (e1.norm() / h1.norm()) ** 2 / (e.norm() / h.norm()) ** 2)
        assert_close(row.error.beta_sq, e1.norm() ** 2 / e.norm() ** 2)
        assert_close(row.error.cos_phi, e @ d / (e.norm() * d.norm()))


def test_every_row_satisfies_the_identities_to_rounding(adapter: Adapter, input_ids: torch.Tensor) -> None:
    for row in measure_profile(adapter, input_ids, SPEC):
        error = row.error
        assert error is not None
        assert error.bound is not None
        assert error.identity is not None
        assert error.lost_to_alignment is not None
        assert math.isclose(row.growth, row.alpha_sq, rel_tol=1e-12)
        assert math.isclose(error.identity, error.rho, rel_tol=1e-10)
        assert math.isclose(error.rho + error.lost_to_alignment, error.bound, rel_tol=1e-10)
        assert math.isclose(error.rho_amplitude**2, error.rho, rel_tol=1e-12)
        assert error.rho <= error.bound * (1 + 1e-10)
        if error.condition_holds:
            assert error.rho < 1


def test_the_perturbation_has_the_size_asked_for(adapter: Adapter, input_ids: torch.Tensor) -> None:
    first = [
        row
        for row in measure_profile(adapter, input_ids, SPEC)
        if row.update.block == 0 and row.positions == "all"
    ]
    for row in first:
        assert row.error is not None
        assert math.isclose(row.error.relative_error_in, row.eps, rel_tol=1e-5)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    again = ProfileSpec(SPEC.eps, SPEC.seed, "block", SPEC.positions)
    other = ProfileSpec(SPEC.eps, SPEC.seed + 1, "block", SPEC.positions)
    assert measure_profile(adapter, input_ids, SPEC) == measure_profile(adapter, input_ids, again)
    assert measure_profile(adapter, input_ids, SPEC) != measure_profile(adapter, input_ids, other)


def test_the_direction_is_one_gaussian_of_norm_one() -> None:
    direction = gaussian_direction(64, 32, seed=0)
    assert direction.dtype == torch.float64
    assert math.isclose(float(direction.norm()), 1.0, rel_tol=1e-12)
    assert torch.equal(direction, gaussian_direction(64, 32, seed=0))


def test_only_two_points_are_alive(adapter: Adapter, input_ids: torch.Tensor) -> None:
    import weakref

    seen: list[weakref.ref[torch.Tensor]] = []

    def remember(transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        assert len(rows) == 4
        seen.append(weakref.ref(transition.before))
        assert sum(ref() is not None for ref in seen) == 1

    measure_profile(adapter, input_ids, SPEC, remember)
    assert len(seen) == adapter.n_blocks


@pytest.mark.parametrize(
    ("dtype", "eps"), [(torch.float32, 9e-7), (torch.float16, 0.005), (torch.bfloat16, 0.05)]
)
def test_eps_below_the_floor_is_refused(
    adapter: Adapter, input_ids: torch.Tensor, dtype: torch.dtype, eps: float
) -> None:
    adapter.model.to(dtype)
    spec = ProfileSpec((eps,), 0, "block", (PositionSet("all", 0),))
    with pytest.raises(SettingError, match="noise floor"):
        measure_profile(adapter, input_ids, spec)


def test_an_error_that_dies_within_the_floor_is_no_number(adapter: Adapter, input_ids: torch.Tensor) -> None:
    """ε just above the floor, and a block that multiplies the state: the outgoing error is rounding."""
    block = adapter.blocks[1]
    block.register_forward_hook(lambda _m, _a, out: out * 0 + 1)
    eps = 2 * relative_floor(torch.float32)
    rows = measure_profile(adapter, input_ids, ProfileSpec((eps,), 0, "block", (PositionSet("all", 0),)))
    dead = rows[1]
    assert dead.error is None
    assert dead.noise is not None
    assert "noise floor" in dead.noise
    assert rows[0].error is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_damaged_activations_name_the_block(adapter: Adapter, input_ids: torch.Tensor, value: float) -> None:
    adapter.blocks[1].register_forward_hook(lambda _m, _a, out: out.index_fill(1, torch.tensor([7]), value))
    with pytest.raises(NonFiniteError, match=r"residual stream h2, clean run, position 7"):
        measure_profile(adapter, input_ids, SPEC)


def test_a_perturbation_that_overflows_is_told_from_damaged_weights(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    with pytest.raises(NonFiniteError, match=r"perturbed run 1, position 0 .*give a smaller --eps"):
        measure_profile(adapter, input_ids, replace(SPEC, eps=(1e300,)))


def rho(rows: tuple[ProfileRow, ...]) -> list[float]:
    return [row.error.rho for row in rows if row.error is not None]


def test_a_zeroed_block_leaves_rho_at_one(adapter: Adapter, input_ids: torch.Tensor) -> None:
    """An update of zero: ρ = 1, L = 0, g = 0, exactly."""
    adapter.blocks[1].register_forward_hook(lambda _m, args, _out: args[0])
    rows = [r for r in measure_profile(adapter, input_ids, SPEC) if r.update.block == 1]
    assert rho(tuple(rows)) == [1.0] * len(rows)
    assert {(r.g, r.cos_theta, r.error.L, r.error.cos_phi) for r in rows if r.error} == {(0.0, 0.0, 0.0, 0.0)}
