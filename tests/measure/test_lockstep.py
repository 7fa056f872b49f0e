"""The compressed model beside the dense one, against both run naively and on their own."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.lockstep_scope import NO_ERROR_YET, Lockstep, LockstepScope, measure_lockstep
from pybridge.errors import NonFiniteError
from pybridge.measure.lockstep import LockstepStep, run_lockstep
from pybridge.measure.positions import PositionSet, position_sets
from pybridge.models.adapter import Adapter
from pybridge.models.fingerprint import weight_digest
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.enclosure import EnclosureBackend
from tests.measure.conftest import tiny_gpt2
from tests.measure.test_blocks import states_of

OPS = EnclosureBackend()
POSITIONS = position_sets(4, 24)
EVERYWHERE = (PositionSet("all", 0),)


def coarse(view: LinearMapView) -> torch.Tensor:
    """W rounded to halves: a compression that is easily made again."""
    return (view.read().double() * 2).round() / 2


def end(value: Any) -> float:
    return float(value.hi)


def lockstep(
    adapter: Adapter,
    input_ids: torch.Tensor,
    block: int | None = None,
    replacement: Any = coarse,
    positions: tuple[PositionSet, ...] = POSITIONS,
) -> tuple[Lockstep, list[Instances]]:
    found: list[Instances] = []
    h_0 = states_of(adapter, input_ids)[0]
    views = [v for v in adapter.linear_maps() if block in (None, v.block)]
    return measure_lockstep(adapter, h_0, views, replacement, positions, OPS, found.append), found


def test_every_number_follows_its_definition(adapter: Adapter, input_ids: torch.Tensor) -> None:
    dense = [s.double() for s in states_of(adapter, input_ids)]
    other = tiny_gpt2()
    for view in other.linear_maps():
        view.write(coarse(view))
    compressed = [s.double() for s in states_of(other, input_ids)]
    found, _ = lockstep(adapter, input_ids)
    assert [(r.positions, r.block) for r in found.rows] == [
        (p.name, t) for p in POSITIONS for t in range(adapter.n_blocks)
    ]
    for row in found.rows:
        t, start = row.block, 0 if row.positions == "all" else 4
        crossed = adapter.run_from(t, compressed[t].float()[None], stop=t + 1)[0].double()
        h, h1, hat, hat1, dense1 = (
            s[start:] for s in (dense[t], dense[t + 1], compressed[t], compressed[t + 1], crossed)
        )
        naive = {
            "amplitude": (h - hat).norm() / h.norm(),
            "next_amplitude": (h1 - hat1).norm() / h1.norm(),
            "alpha": h1.norm() / h.norm(),
            "injected": (dense1 - hat1).norm(),
            "injection": (dense1 - hat1).norm() / h1.norm(),
            "error": (h - hat).norm(),
            "next_error": (h1 - hat1).norm(),
        }
        if t > 0:
            arriving = ((h1 - h) - (dense1 - hat)).norm()
            naive["L"] = arriving / (h - hat).norm()
            naive["factor"] = (1 + naive["L"]) / naive["alpha"]
        for name, value in naive.items():
            assert math.isclose(getattr(row, name), float(value), rel_tol=1e-5, abs_tol=1e-12), (t, name)
    first = [row for row in found.rows if row.block == 0]
    assert all((row.amplitude, row.error, row.L) == (0.0, 0.0, None) for row in first)


def test_the_model_is_the_same_afterwards(adapter: Adapter, input_ids: torch.Tensor) -> None:
    digest = weight_digest(adapter.model)
    lockstep(adapter, input_ids)
    assert weight_digest(adapter.model) == digest


def test_an_error_on_the_way_leaves_the_model_as_it_was(adapter: Adapter, input_ids: torch.Tensor) -> None:
    digest, h_0 = weight_digest(adapter.model), states_of(adapter, input_ids)[0]

    def see(step: LockstepStep) -> None:
        raise KeyboardInterrupt

    def broken(view: LinearMapView) -> torch.Tensor:
        if view.name == "1.mlp_up":
            raise OSError("the disk is gone")
        return coarse(view)

    with pytest.raises(KeyboardInterrupt):
        run_lockstep(adapter, h_0, adapter.linear_maps(), coarse, see)
    with pytest.raises(OSError, match="the disk is gone"):
        run_lockstep(adapter, h_0, adapter.linear_maps(), broken, lambda step: None)
    assert weight_digest(adapter.model) == digest


def test_what_each_block_and_the_whole_are_given(adapter: Adapter, input_ids: torch.Tensor) -> None:
    _, found = lockstep(adapter, input_ids)
    assert [i.scope for i in found] == ["step"] * 2 * adapter.n_blocks + ["lockstep"] * 2
    assert all(set(i.given) == SCOPES[i.scope] and not i.absent for i in found)
    for step in (i.given for i in found if i.scope == "step"):
        h, hhat = step["state"], step["compressed state"]
        f, fhat = step["dense update map"], step["compressed update map"]
        assert end((f(h) - step["update"]).norm()) <= 1e-12 * end(step["update"].norm())
        assert end((fhat(hhat) - step["compressed update"]).norm()) <= 1e-12 * end(fhat(hhat).norm())
        for inside, outside in (
            ((f(h) - f(hhat)).norm(), step["dense lipschitz ratio"] * (h - hhat).norm()),
            ((f(hhat) - fhat(hhat)).norm(), step["injected error"]),
        ):
            assert float(inside.lo) <= end(outside)
        left = (step["update"] - step["compressed update"]).norm()
        right = step["dense lipschitz ratio"] * (h - hhat).norm() + step["injected error"]
        assert OPS.le(left, right).all_true()  # the hypothesis of 10c, the first block's equality included
        steps_on = step["amplitude factor"] * step["amplitude"] + step["relative injection"]
        assert OPS.le(step["next amplitude"], steps_on).all_true()
        assert step["young weight"].lo > 0


def test_the_whole_run_satisfies_the_recursion_and_its_bounds(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    found, instances = lockstep(adapter, input_ids)
    n = adapter.n_blocks
    for given, ends in zip((i.given for i in instances if i.scope == "lockstep"), found.ends, strict=True):
        V, ρ, c, B = (
            given[m]
            for m in ("error amplitudes", "amplitude factors", "compression injections", "running bound")
        )
        assert (len(V), len(ρ), len(c), len(B)) == (n + 1, n, n, n + 1)
        assert (end(V(0)), end(B(0))) == (0, 0)
        assert all(OPS.le(V(t + 1), ρ(t) * V(t) + c(t)).all_true() for t in range(n))
        τ, share = given["error budget"], OPS.div(given["error budget"], OPS.cast(n))
        spent = [OPS.product(t + 1, n, ρ) * c(t) for t in range(n)]
        assert all(OPS.le(some, share).all_true() for some in spent)
        assert end(τ) <= n * max(map(end, spent)) * (1 + 1e-12)
        assert ends.heterogeneous is not None
        assert math.isclose(ends.heterogeneous, end(B(n)), rel_tol=1e-12)
        assert end(V(n)) <= ends.heterogeneous <= end(τ) * (1 + 1e-12)
        assert ends.measured == end(V(n))
        assert ends.linear_sum is not None
        assert ends.linear_max is not None
        assert ends.linear_sum <= ends.linear_max * (1 + 1e-12)
        rows = [r for r in found.rows if r.positions == ends.positions]
        assert ends.expanding_blocks == sum(r.next_amplitude > r.amplitude + r.injection for r in rows)  # type: ignore[operator]
        assert ends.expanding_blocks_absolute == sum(r.next_error > r.error + r.injected for r in rows)  # type: ignore[operator]


def test_blocks_that_are_not_compressed_inject_exactly_nothing(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    found, instances = lockstep(adapter, input_ids, block=1, positions=EVERYWHERE)
    assert [(r.injected == 0, r.amplitude == 0) for r in found.rows] == [
        (True, True),
        (False, True),
        (True, False),
    ]
    first, second, last = (i for i in instances if i.scope == "step")
    assert set(first.absent.values()) == {NO_ERROR_YET}
    assert set(first.given) == {"state", "update"}
    assert not second.absent
    assert not last.absent
    given = last.given
    left = (given["update"] - given["compressed update"]).norm()
    right = given["dense lipschitz ratio"] * (given["state"] - given["compressed state"]).norm()
    assert OPS.le(left, right).all_true()
    whole = instances[-1]
    assert [end(whole.given["error amplitudes"](t)) == 0 for t in range(4)] == [True, True, False, False]


def test_a_dead_block_expands_nothing(adapter: Adapter, input_ids: torch.Tensor) -> None:
    for view in adapter.linear_maps():
        if view.block == 2 and view.component in ("attn_out", "mlp_down"):
            view.write(torch.zeros(view.shape))
    found, _ = lockstep(adapter, input_ids, positions=EVERYWHERE)
    assert (found.rows[2].L, found.rows[2].injected) == (0.0, 0.0)
    (before, dead) = found.rows[1:]
    assert dead.next_amplitude == dead.amplitude == before.next_amplitude
    (ends,) = found.ends
    assert ends.expanding_blocks == (before.next_amplitude > before.amplitude + before.injection)  # type: ignore[operator]


def test_no_map_compressed_is_no_error_and_no_noise(adapter: Adapter, input_ids: torch.Tensor) -> None:
    found, _ = lockstep(adapter, input_ids, block=99)
    assert {(r.next_amplitude, r.noise) for r in found.rows} == {(0.0, None)}
    assert {(e.measured, e.heterogeneous) for e in found.ends} == {(0.0, 0.0)}


def test_a_compression_within_the_noise_is_no_number(adapter: Adapter, input_ids: torch.Tensor) -> None:
    found, instances = lockstep(adapter, input_ids, replacement=lambda v: v.read() * (1 + 2**-22))
    assert all(e.noise and e.measured is None for e in found.ends)
    assert any(r.noise and "within the noise floor" in r.noise and r.L is None for r in found.rows)
    whole = [i for i in instances if i.scope == "lockstep"]
    assert all(i.given == {} and set(i.absent) == SCOPES["lockstep"] for i in whole)
    assert all("noise floor" in i.absent["error budget"] for i in whole)


def test_a_compressed_model_that_overflows_is_a_reason_not_an_error(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    def huge(view: LinearMapView) -> torch.Tensor:
        return view.read() * (1e30 if view.block == 1 else 1)

    found, instances = lockstep(adapter, input_ids, replacement=huge)
    assert all(e.noise == "the compressed run is not finite after block 1" for e in found.ends)
    assert {i.scope for i in instances if i.absent} == {"lockstep"}


def test_a_dense_model_that_overflows_is_an_error(adapter: Adapter, input_ids: torch.Tensor) -> None:
    h_0 = states_of(adapter, input_ids)[0]
    adapter.linear_maps()[-1].write(torch.full(adapter.linear_maps()[-1].shape, 1e38))
    with pytest.raises(NonFiniteError, match="h3, clean run"):
        run_lockstep(adapter, h_0, [], coarse, lambda step: None)


def test_a_scope_that_saw_nothing_has_a_reason() -> None:
    scope = LockstepScope(EVERYWHERE, torch.float32, OPS, lambda i: None)
    scope.stop("nothing ran")
    assert [e.noise for e in scope.end_to_end()] == ["nothing ran"]
