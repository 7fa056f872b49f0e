"""The whole pass at once against `BlockScope`, which takes the states of one block at a time."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pybridge_extracted
import pytest
import torch

from pybridge.binding.block_scope import BlockScope
from pybridge.binding.ledger import Ledger, Tally
from pybridge.measure.energies import energies_of_update
from pybridge.measure.noise import relative_floor
from pybridge.measure.positions import PositionSet, position_sets
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.rows import UpdateName
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.profile.combinations import CombinationBackend
from pybridge.profile.enclosed import Enclosed, enclose
from pybridge.profile.theorems import PassTheorems, enclosed_update
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec, EnclosureBackend
from pybridge.runtime.verdict import Verdict
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

TOKENS = 12
SPEC = ProfileSpec(eps=(0.01, 0.1), seed=3, granularity="block", positions=position_sets(4, TOKENS))
CHECKS = [
    check
    for check in map(pybridge_extracted.load, pybridge_extracted.NAMES)
    if check.SCOPE in ("block", "profile")
]


def ignore(*_: Any) -> None:
    return None


def plain(adapter: Adapter, ids: torch.Tensor, spec: ProfileSpec) -> Ledger:
    ledger = Ledger(CHECKS, EnclosureBackend(), ignore)
    scope = BlockScope(spec, EnclosureBackend(), ledger.put)
    measure_profile(adapter, ids, spec, scope.see)
    for instances in scope.profiles():
        ledger.put(instances)
    return ledger


def at_once(adapter: Adapter, ids: torch.Tensor, spec: ProfileSpec) -> Ledger:
    ops = CombinationBackend()
    ledger = Ledger(CHECKS, ops, ignore)
    scope = PassTheorems(spec, ledger.put, ops)
    measure_profile(adapter, ids, spec, scope.see)
    scope.put_all()
    return ledger


def assert_same(one: Tally, other: Tally) -> None:
    assert dict(one.verdicts) == dict(other.verdicts), one.check.NAME
    assert one.hypotheses_met == other.hypotheses_met
    assert one.reasons == other.reasons
    assert (one.tightness is None) == (other.tightness is None)
    if one.tightness is not None and other.tightness is not None:
        assert math.isclose(one.tightness.value, other.tightness.value, rel_tol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_verdict_is_the_one_of_the_states(name: str) -> None:
    adapter, ids = adapter_for(tiny_model(name)), tiny_ids(1, TOKENS)
    first, second = plain(adapter, ids, SPEC), at_once(adapter, ids, SPEC)
    assert len(first.tallies) == len(second.tallies) > 20
    for one, other in zip(first.tallies, second.tallies, strict=True):
        assert_same(one, other)
    assert second.count(Verdict.HOLDS) > 100
    assert second.count(Verdict.VIOLATED) == second.count(Verdict.ERROR) == 0


def test_a_dead_block_and_noise_are_told_alike() -> None:
    """An update of zero, and an error that dies within the noise floor."""
    adapter, ids = adapter_for(tiny_model("gpt2")), tiny_ids(1, TOKENS)
    adapter.blocks[1].register_forward_hook(lambda _m, args, _out: args[0])
    adapter.blocks[2].register_forward_hook(lambda _m, _a, out: out * 0 + 1)
    spec = ProfileSpec((2 * relative_floor(torch.float32), 0.1), 0, "block", SPEC.positions)
    first, second = plain(adapter, ids, spec), at_once(adapter, ids, spec)
    for one, other in zip(first.tallies, second.tallies, strict=True):
        assert_same(one, other)
    assert second.count(Verdict.UNSUPPORTED) > 0


def test_sublayers_are_instances_of_their_own() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids(1, TOKENS)
    spec = ProfileSpec(SPEC.eps, SPEC.seed, "sublayer", SPEC.positions)
    for one, other in zip(
        plain(adapter, ids, spec).tallies, at_once(adapter, ids, spec).tallies, strict=True
    ):
        assert_same(one, other)


# ---- the enclosures themselves -----------------------------------------------------------------------------
def naive(transition: Transition, start: int) -> dict[str, EnclosedReal]:
    """Norms and inner products of the exact states by the enclosure arithmetic, vector by vector."""
    h, hhat = (EnclosedVec.exact(transition.before[i, start:].reshape(-1).numpy()) for i in (0, 1))
    next_h, next_hhat = (EnclosedVec.exact(transition.after[i, start:].reshape(-1).numpy()) for i in (0, 1))
    u, e, next_e = next_h - h, hhat - h, next_hhat - next_h
    d = next_e - e
    norms = {
        "state": h, "update": u, "next_state": next_h, "error": e, "error_update": d, "next_error": next_e,
    }  # fmt: skip
    return {name: vector.norm() for name, vector in norms.items()} | {
        "state_update": h.inner(u),
        "error_dot": e.inner(d),
    }


def long_double(transition: Transition, start: int) -> dict[str, Any]:
    """The same in 80-bit floats, eleven bits finer."""
    h, hhat = (transition.before[i, start:].reshape(-1).numpy().astype(np.longdouble) for i in (0, 1))
    next_h, next_hhat = (
        transition.after[i, start:].reshape(-1).numpy().astype(np.longdouble) for i in (0, 1)
    )
    u, e, next_e = next_h - h, hhat - h, next_hhat - next_h
    d = next_e - e
    norms = {
        "state": h, "update": u, "next_state": next_h, "error": e, "error_update": d, "next_error": next_e,
    }  # fmt: skip
    found: dict[str, Any] = {name: np.sqrt((vector * vector).sum()) for name, vector in norms.items()}
    return found | {"state_update": (h * u).sum(), "error_dot": (e * d).sum()}


@pytest.mark.parametrize("start", [0, 4])
@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e150])
def test_an_enclosure_contains_the_number_and_is_narrow(start: int, scale: float) -> None:
    draw = torch.Generator().manual_seed(9)
    before, after = (
        scale * torch.randn(2, 40, 16, generator=draw, dtype=torch.float32).double() for _ in range(2)
    )
    before[1] = before[0] + 1e-3 * before[1]
    after[1] = after[0] + 1e-3 * after[1]
    seen = Transition(UpdateName(0), before, after)
    found = enclosed_update(seen, 0, PositionSet("some", start))
    exact, other = long_double(seen, start), naive(seen, start)
    for name in Enclosed.__dataclass_fields__:
        lo, hi = getattr(found, name)
        assert lo <= exact[name] <= hi, name
        assert max(lo, float(other[name].lo)) <= min(hi, float(other[name].hi)), name
        if name not in ("state_update", "error_dot"):
            assert hi - lo <= 1e-11 * hi, name


def test_what_vanishes_is_zero_and_not_small() -> None:
    state = torch.ones(2, 6, 4, dtype=torch.float64)
    state[1] *= 1.01
    every = PositionSet("all", 0)
    sums = energies_of_update(state, state)[0].over(every)
    zero = torch.zeros(6, 4, dtype=torch.float64)
    found = enclose(sums, 6, 4, lambda name: zero, idle=True)
    assert found.update == found.error_update == found.state_update == found.error_dot == (0.0, 0.0)
    assert found.error[0] > 0


def test_a_difference_that_rounds_to_zero_is_not_zero() -> None:
    """h = 1 → 1 and ĥ = 2⁻⁶⁰ → 0: the computed d is 0, the true one -2⁻⁶⁰, and ⟨e, d⟩ = 2⁻⁶⁰ (1 - 2⁻⁶⁰)."""
    before = torch.tensor([[[1.0]], [[2.0**-60]]], dtype=torch.float64)
    after = torch.tensor([[[1.0]], [[0.0]]], dtype=torch.float64)
    found = enclosed_update(Transition(UpdateName(0), before, after), 0, PositionSet("all", 0))
    assert found.error_update[0] <= 2.0**-60 <= found.error_update[1]
    exact = Fraction(1, 2**60) * (1 - Fraction(1, 2**60))
    assert Fraction(found.error_dot[0]) <= exact <= Fraction(found.error_dot[1])
