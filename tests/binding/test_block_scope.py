"""Enclosed block and profile quantities hold the plain float64 ones, and noise never reaches a theorem."""

from __future__ import annotations

from typing import Any

import torch

from pybridge.binding.block_scope import OF_THE_ERROR, BlockScope
from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.steps import deciding
from pybridge.measure.noise import relative_floor
from pybridge.measure.positions import PositionSet, position_sets
from pybridge.measure.profile import ProfileSpec, measure_profile
from pybridge.measure.rows import ProfileRow
from pybridge.models.adapter import Adapter
from pybridge.runtime.enclosure import EnclosureBackend

OPS = EnclosureBackend()


def measured(
    adapter: Adapter, input_ids: torch.Tensor, spec: ProfileSpec
) -> tuple[list[Instances], tuple[ProfileRow, ...]]:
    found: list[Instances] = []
    scope = BlockScope(spec, OPS, found.append)
    rows = measure_profile(adapter, input_ids, spec, scope.see)
    return found + list(scope.profiles()), rows


def ends(value: Any) -> tuple[float, float]:
    lo, hi = OPS.ends(value)
    return float(lo), float(hi)


def assert_encloses(value: Any, plain: float) -> None:
    """Within the enclosure, allowing the plain value's own rounding (a sum of under 1000 squares and a few
    more).
    """
    lo, hi = ends(value)
    assert lo - abs(lo) * 1e-12 <= plain <= hi + abs(hi) * 1e-12
    assert hi - lo <= 1e-9 * max(1.0, abs(hi))


def test_block_values_enclose_the_profile(adapter: Adapter, input_ids: torch.Tensor) -> None:
    spec = ProfileSpec((0.01, 0.1), 3, "sublayer", position_sets(4, 24))
    found, rows = measured(adapter, input_ids, spec)
    blocks = [i for i in found if i.scope == "block"]
    clean = [i for i in blocks if "ε" not in i.where]
    assert len(clean) == 6 * 2
    assert all(set(i.given) == SCOPES["block"] - OF_THE_ERROR and i.new is None for i in clean)
    assert len(blocks) - len(clean) == len(rows) == 6 * 2 * 2
    by_place = {i.where: i for i in blocks}
    for row in rows:
        instances = by_place[f"block {row.update}, ε = {row.eps:g}, positions {row.positions}"]
        assert set(instances.given) == SCOPES["block"]
        assert instances.new == OF_THE_ERROR
        assert row.error is not None
        assert_encloses(instances.given["gain"], row.g)
        assert_encloses(instances.given["alignment"], row.cos_theta)
        assert_encloses(instances.given["state growth"], row.alpha_sq**0.5)
        assert_encloses(instances.given["error growth"], row.error.beta_sq**0.5)
        assert_encloses(instances.given["amplitude ratio"], row.error.rho_amplitude)
        assert ends(instances.given["lipschitz ratio"])[0] >= row.error.L * (1 - 1e-12)


def test_profile_caps_cover_every_block(adapter: Adapter, input_ids: torch.Tensor) -> None:
    spec = ProfileSpec((0.05,), 3, "block", (PositionSet("all", 0),))
    found, rows = measured(adapter, input_ids, spec)
    (profile,) = (i for i in found if i.scope == "profile")
    assert set(profile.given) == SCOPES["profile"]
    assert profile.given["block count"] == adapter.n_blocks
    amplitudes = [row.error.rho_amplitude for row in rows if row.error]
    injections = [ends(profile.given["relative injections"](t)) for t in range(adapter.n_blocks)]
    cap, contraction = ends(profile.given["injection cap"]), ends(profile.given["contraction cap"])
    assert cap[0] == cap[1] == max(hi for _, hi in injections)
    assert profile.given["middle block"] == adapter.n_blocks // 2
    energies, factors = profile.given["error energies"], profile.given["step factors"]
    assert (len(energies), len(factors)) == (adapter.n_blocks + 1, adapter.n_blocks)
    for t, error in enumerate(row.error for row in rows if row.error):
        assert_encloses(energies(t), error.relative_error_in**2)
        assert_encloses(energies(t + 1), error.relative_error_out**2)
        assert error.bound is not None
        assert (
            error.bound * (1 - 1e-12)
            <= ends(factors(t))[0]
            == ends(factors(t))[1]
            <= error.bound * (1 + 1e-9)
        )
    assert max(amplitudes) * (1 - 1e-12) <= contraction[0] == contraction[1] <= max(amplitudes) * (1 + 1e-9)


def test_noise_is_absent_not_a_number(adapter: Adapter, input_ids: torch.Tensor) -> None:
    adapter.blocks[1].register_forward_hook(lambda _m, _a, out: out * 0 + 1)
    spec = ProfileSpec((2 * relative_floor(torch.float32),), 0, "block", (PositionSet("all", 0),))
    found, _ = measured(adapter, input_ids, spec)
    dead, profile = found[3], found[-1]
    assert dead.where.startswith("block 1, ε = ")
    assert set(dead.absent) == OF_THE_ERROR
    assert set(dead.given) == SCOPES["block"] - OF_THE_ERROR
    assert profile.given == {}
    assert set(profile.absent) == SCOPES["profile"]
    assert "block 1" in profile.absent["block count"]


def test_a_block_that_changes_nothing_leaves_its_step_decided(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    """V' = V and L = 0, so V' ≤ factor · V is an equality, which no interval could decide by itself."""
    adapter.blocks[1].register_forward_hook(lambda _m, args, _out: args[0])
    spec = ProfileSpec((0.05,), 3, "block", position_sets(4, 24))
    found, _ = measured(adapter, input_ids, spec)
    for profile in (i for i in found if i.scope == "profile"):
        energies, factors = profile.given["error energies"], profile.given["step factors"]
        assert ends(factors(1)) != (1.0, 1.0)
        assert abs(ends(factors(1))[1] - 1) < 1e-11
        assert all(OPS.le(energies(t + 1), factors(t) * energies(t)).all_true() for t in range(3))


def test_a_step_above_its_factor_is_left_to_fail() -> None:
    half, one = OPS.div(OPS.real(1), OPS.real(2)), OPS.real(1)
    assert ends(deciding(OPS, half, one, one)) == (0.5, 0.5)
    assert ends(deciding(OPS, half, one, one, OPS.div(one, OPS.real(4)))) == (0.5, 0.5)
    assert ends(deciding(OPS, half, one, one, half)) == (0.5, 0.5)
