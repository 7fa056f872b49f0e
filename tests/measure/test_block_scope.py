"""Enclosed block and profile quantities hold the plain float64 ones, and noise never reaches a theorem."""

from __future__ import annotations

from typing import Any

import torch

from pybridge.measure.block_scope import BlockScope
from pybridge.measure.instances import SCOPES, Instances
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
    assert len(blocks) == len(rows) == 6 * 2 * 2
    by_place = {i.where: i for i in blocks}
    for row in rows:
        instances = by_place[f"block {row.update}, ε = {row.eps:g}, positions {row.positions}"]
        assert set(instances.given) == SCOPES["block"]
        assert row.error is not None
        assert_encloses(instances.given["gain"], row.g)
        assert_encloses(instances.given["alignment"], row.cos_theta)
        assert_encloses(instances.given["state growth"], row.alpha_sq**0.5)
        assert_encloses(instances.given["error growth"], row.error.beta_sq**0.5)
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
    assert max(amplitudes) * (1 - 1e-12) <= contraction[0] == contraction[1] <= max(amplitudes) * (1 + 1e-9)


def test_noise_is_absent_not_a_number(adapter: Adapter, input_ids: torch.Tensor) -> None:
    adapter.blocks[1].register_forward_hook(lambda _m, _a, out: out * 0 + 1)
    spec = ProfileSpec((2 * relative_floor(torch.float32),), 0, "block", (PositionSet("all", 0),))
    found, _ = measured(adapter, input_ids, spec)
    dead, profile = found[1], found[-1]
    assert set(dead.given) == {"state", "update", "gain", "alignment", "state growth"}
    assert set(dead.absent) == SCOPES["block"] - set(dead.given)
    assert profile.given == {}
    assert set(profile.absent) == SCOPES["profile"]
    assert "block 1" in profile.absent["block count"]
