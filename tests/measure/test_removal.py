"""Blocks removed in one walk, against each removal run on its own."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.removal_scope import RemovalRow, measure_removals
from pybridge.errors import NonFiniteError, SettingError
from pybridge.measure.positions import position_sets
from pybridge.measure.removal import RemovalStep, chosen_blocks, run_removals
from pybridge.models.adapter import Adapter
from pybridge.runtime.enclosure import EnclosureBackend
from tests.measure.test_blocks import states_of

OPS = EnclosureBackend()
POSITIONS = position_sets(4, 24)


def removed(
    adapter: Adapter, input_ids: torch.Tensor, *blocks: int
) -> tuple[list[RemovalRow], list[Instances]]:
    found: list[Instances] = []
    h_0 = states_of(adapter, input_ids)[0]
    return measure_removals(adapter, h_0, blocks, POSITIONS, OPS, found.append), found


def without(adapter: Adapter, clean: list[torch.Tensor], removal: int) -> dict[int, torch.Tensor]:
    """t → ĥ_t for t > removal, each by its own run."""
    states = {removal + 1: clean[removal]}
    for t in range(removal + 1, adapter.n_blocks):
        states[t + 1] = adapter.run_from(t, states[t][None], stop=t + 1)[0]
    return states


def test_rows_follow_their_definitions(adapter: Adapter, input_ids: torch.Tensor) -> None:
    clean = states_of(adapter, input_ids)
    n = adapter.n_blocks
    rows, _ = removed(adapter, input_ids, *range(n))
    assert [(r.positions, r.block) for r in rows] == [(p.name, r) for p in POSITIONS for r in range(n)]
    for row in rows:
        start, r = (0 if row.positions == "all" else 4), row.block
        hats = {t: s[start:].double() for t, s in without(adapter, clean, r).items()}
        h = [s[start:].double() for s in clean]
        energies = [((h[t] - hats[t]).norm() / h[t].norm()) ** 2 for t in range(r + 1, n + 1)]
        u = h[r + 1] - h[r]
        g, cosθ = u.norm() / h[r].norm(), (h[r] * u).sum() / (h[r].norm() * u.norm())
        e1 = g**2 / (1 + 2 * g * cosθ + g**2)
        assert row.removal_error is not None
        assert math.isclose(row.removal_error, float(e1), rel_tol=1e-9)
        assert len(row.energies) == n - r
        assert len(row.factors) == len(row.lipschitz) == n - r - 1
        for found, naive in zip(row.energies, energies, strict=True):
            assert found is not None
            assert math.isclose(found, float(naive), rel_tol=1e-5)
        product = 1.0
        for i, t in enumerate(range(r + 1, n)):
            d = (h[t + 1] - h[t]) - (hats[t + 1] - hats[t])
            L = float(d.norm() / (h[t] - hats[t]).norm())
            factor = (1 + L) ** 2 / float((h[t + 1].norm() / h[t].norm()) ** 2)
            product *= factor
            assert math.isclose(row.lipschitz[i] or 0, L, rel_tol=1e-5)
            assert math.isclose(row.factors[i] or 0, factor, rel_tol=1e-5)
        assert math.isclose(row.downstream or 0, product, rel_tol=1e-4)
        assert math.isclose(row.bound or 0, product * row.removal_error, rel_tol=1e-4)
        assert row.measured == row.energies[-1]
        assert row.tightness is not None
        assert 0 < row.tightness <= 1 + 1e-12
        assert r < n - 1 or abs(row.tightness - 1) < 1e-12


def test_each_instance_is_one_of_theorem_e3(adapter: Adapter, input_ids: torch.Tensor) -> None:
    n = adapter.n_blocks
    _, found = removed(adapter, input_ids, *range(n))
    assert len(found) == 2 * n
    for instances in found:
        given: Any = instances.given
        assert set(given) == SCOPES["removal"]
        r, V, ρ = given["removed block"], given["error energies"], given["step factors"]
        assert instances.where.startswith(f"block {r} removed, positions ")
        assert (given["block count"], len(V), len(ρ)) == (n, n + 1, n)
        assert all(float(V(t).hi) == 0 for t in range(r + 1))
        for t in range(r + 1, n):
            assert OPS.le(OPS.real(0), ρ(t)).all_true()
            assert OPS.le(V(t + 1), ρ(t) * V(t)).all_true()


def test_a_choice_of_blocks_is_the_same_as_all_of_them(adapter: Adapter, input_ids: torch.Tensor) -> None:
    every, _ = removed(adapter, input_ids, 0, 1, 2)
    some, _ = removed(adapter, input_ids, 1)
    for row in some:
        (same,) = [r for r in every if (r.block, r.positions) == (1, row.positions)]
        assert math.isclose(row.measured or 0, same.measured or 0, rel_tol=1e-5)
    assert removed(adapter, input_ids) == ([], [])


def test_n_removals_cost_half_of_n_forwards(adapter: Adapter, input_ids: torch.Tensor) -> None:
    ran: list[int] = []
    original = adapter.run_from

    def counting(start: int, state: torch.Tensor, **options: Any) -> torch.Tensor:
        ran.append(state.shape[0])
        return original(start, state, **options)

    adapter.run_from = counting  # type: ignore[method-assign]
    seen: list[RemovalStep] = []
    n, h_0 = adapter.n_blocks, states_of(adapter, input_ids)[0]
    run_removals(adapter, h_0, range(n), seen.append)
    assert sum(ran) == n + n * (n - 1) / 2
    assert [sorted(step.rows) for step in seen] == [list(range(t)) for t in range(n)]


def test_a_block_that_does_nothing_is_removed_for_nothing(adapter: Adapter, input_ids: torch.Tensor) -> None:
    for view in adapter.linear_maps():
        if view.block == 1 and view.component in ("attn_out", "mlp_down"):
            view.write(torch.zeros(view.shape))
    rows, instances = removed(adapter, input_ids, 1)
    for row in rows:
        assert (row.noise, row.removal_error, row.measured, row.tightness) == (None, 0.0, 0.0, 1.0)
        assert row.lipschitz == (0.0,)
    assert all(not i.absent for i in instances)


def test_a_block_that_does_next_to_nothing_is_noise(adapter: Adapter, input_ids: torch.Tensor) -> None:
    for view in adapter.linear_maps():
        if view.block == 1 and view.component in ("attn_out", "mlp_down"):
            view.write(view.read() * 1e-7)
    rows, instances = removed(adapter, input_ids, 1)
    assert all(r.noise and "noise floor" in r.noise and r.measured is None for r in rows)
    assert all(set(i.absent) == SCOPES["removal"] and not i.given for i in instances)
    assert all(i.absent["error energies"].startswith("noise: ") for i in instances)


def test_a_removal_that_overflows_is_a_reason(adapter: Adapter, input_ids: torch.Tensor) -> None:
    """Block 1 multiplies what only the removal of block 0 leaves in the stream."""

    def explode(_module: Any, args: Any, out: torch.Tensor) -> torch.Tensor:
        return out * torch.where(args[0].abs().sum((1, 2), keepdim=True) < marker, 1e38, 1.0) ** 2

    h_0, h_1, *_ = states_of(adapter, input_ids)
    assert h_1.abs().sum() > h_0.abs().sum()
    marker = (h_0.abs().sum() + h_1.abs().sum()) / 2
    adapter.blocks[1].register_forward_hook(explode)
    rows, instances = removed(adapter, input_ids, 0, 2)
    assert [r.noise for r in rows] == ["the outgoing error is not finite", None] * 2
    assert [bool(i.absent) for i in instances] == [True, False] * 2


def test_a_clean_run_that_overflows_is_an_error(adapter: Adapter, input_ids: torch.Tensor) -> None:
    h_0 = states_of(adapter, input_ids)[0]
    adapter.linear_maps()[-1].write(torch.full(adapter.linear_maps()[-1].shape, 1e38))
    with pytest.raises(NonFiniteError, match="h3, clean run"):
        run_removals(adapter, h_0, [0], lambda step: None)


@pytest.mark.parametrize(
    ("asked", "blocks"),
    [("all", (0, 1, 2, 3)), ("none", ()), ("2", (2,)), ("3,0", (0, 3)), (" 1, 2 ", (1, 2))],
)
def test_blocks_are_chosen_by_word_or_number(asked: str, blocks: tuple[int, ...]) -> None:
    assert chosen_blocks(asked, 4) == blocks


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("some", "give all, none, or block numbers such as 0,3,7"),
        ("", "give all, none"),
        ("1,", "give all, none"),
        ("-1", "give all, none"),
        ("1.5", "give all, none"),
        ("²", "give all, none"),
        ("1,2,1", "names block 1 twice"),
        ("1,4", "names block 4, but the blocks of this model are 0 to 3"),
    ],
)
def test_a_wrong_choice_is_one_message(asked: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        chosen_blocks(asked, 4)
