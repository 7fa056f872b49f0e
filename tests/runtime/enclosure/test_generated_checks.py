"""The generated checks on data shaped like a model's: they hold, and a false bound does not.

Every theorem of a scope is given the same measured values, as `pybridge.check` does.
"""

from __future__ import annotations

import inspect
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pybridge_extracted
import pytest

from pybridge.runtime.backend import Backend
from pybridge.runtime.claims import Claim
from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, EnclosureBackend
from pybridge.runtime.verdict import Evaluation, Verdict, evaluate
from tests.runtime.enclosure.model_data import (
    block_data,
    gentle,
    halving,
    lockstep_data,
    lockstep_steps,
    map_data,
    mixing,
    profile_data,
    removal_data,
    saturated,
    shrinking,
)

CHECKS = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
RUNTIME = [check for check in CHECKS if "runtime" in check.MODES]

LAYERS = [shrinking, mixing, saturated, gentle]
STEPS = [lockstep_steps(0, [saturated] * 5), lockstep_steps(1, LAYERS), lockstep_steps(2, [gentle])]
DATA: dict[str, list[dict[str, Any]]] = {
    "map": [
        map_data(0),
        map_data(1, (32, 48)),
        map_data(2, (16, 16), keep=1.0),
        map_data(3, (3, 9), keep=0.6, rank=1),
    ],
    "block": [
        block_data(seed, epsilon, block) for seed, epsilon in ((0, 0.01), (1, 0.1)) for block in LAYERS
    ],
    "profile": [
        profile_data(0, [saturated] * 12, 0.97),
        profile_data(1, [mixing], 0.5),
        profile_data(2, LAYERS * 7, 1.2),
        profile_data(3, [], 0.5),
    ],
    "step": [step for steps in STEPS for step in steps],
    "lockstep": [*map(lockstep_data, STEPS), lockstep_data(lockstep_steps(3, [halving] * 4))],
    "removal": [
        removal_data(0, LAYERS, 0),
        removal_data(1, LAYERS, 3),
        removal_data(2, [saturated, mixing] * 3, 2),
    ],
}


def bind(check: Any, data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[meaning] for name, meaning in check.MEASURED.items()}


def run(check: Any) -> list[Evaluation]:
    ops = EnclosureBackend()
    return [evaluate(check, ops, bind(check, data)) for data in DATA[check.SCOPE]]


def test_every_scope_has_theorems() -> None:
    assert {check.SCOPE for check in RUNTIME} == set(DATA)
    assert len(RUNTIME) >= 20


@pytest.mark.parametrize("check", RUNTIME, ids=lambda check: check.NAME)
def test_no_theorem_is_violated_and_none_stays_open(check: Any) -> None:
    counts = Counter(str(verdict) for found in run(check) for verdict in found.verdicts)
    reasons = [reason for found in run(check) for reason in found.reasons if reason]
    assert set(counts) <= {Verdict.HOLDS, Verdict.HYPOTHESIS_UNMET}, (counts, reasons)
    assert counts[Verdict.HOLDS] > 0, (counts, reasons)


@pytest.mark.parametrize("check", RUNTIME, ids=lambda check: check.NAME)
def test_tightness_is_at_most_one_where_an_inequality_holds(check: Any) -> None:
    for found in run(check):
        if found.tightness is not None and "joint" not in "".join(found.reasons):
            known = found.tightness[(found.verdicts == Verdict.HOLDS) & ~np.isnan(found.tightness)]
            assert np.all(known <= 1.0)


class Scaled:
    """The enclosure arithmetic with the right side of every concluded `≤` or `<` scaled: a false theorem."""

    def __init__(self, ops: EnclosureBackend, factor: float) -> None:
        self._ops, self._factor = ops, factor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ops, name)

    def le(self, left: Any, right: Any) -> Claim:
        return self._ops.le(left, self._factor * right)

    def lt(self, left: Any, right: Any) -> Claim:
        return self._ops.lt(left, self._factor * right)


PARTS = ("NAME", "MODES", "MEASURED", "SOLVED", "SCOPE", "complete", "hypotheses", "guards", "conclusion")


def altered(check: Any, **changes: Any) -> Any:
    """The check with some of its functions replaced."""
    return SimpleNamespace(**({name: getattr(check, name) for name in PARTS} | changes))


def with_scaled_conclusion(check: Any, factor: float) -> Any:
    return altered(check, conclusion=lambda ops, **values: check.conclusion(Scaled(ops, factor), **values))


LOOSE = ("composition_bound_dropped",)
"""Bounds more than twice the truth on this data; `multi_layer_error_bound` and the rest are tighter."""


@pytest.mark.parametrize(
    "name",
    ["retrieval_bound", "composition_bound_dropped", "preln_contraction_bound", "multi_layer_error_bound"],
)
def test_a_bound_scaled_down_far_enough_is_violated(name: str) -> None:
    """The checks can fail: a bound is a finite factor away from the truth, and past it the verdict turns."""
    check = pybridge_extracted.load(name)
    seen = {factor: verdicts(with_scaled_conclusion(check, factor)) for factor in (1.0, 0.5, 1e-3)}
    assert Verdict.VIOLATED not in seen[1.0]
    assert Verdict.VIOLATED in seen[1e-3]
    assert Verdict.VIOLATED in seen[0.5] or name in LOOSE


def verdicts(check: Any) -> set[Verdict]:
    return {verdict for found in run(check) for verdict in found.verdicts}


def test_a_transposed_map_is_violated() -> None:
    """A weight swapped for its transpose breaks theorem 2: the residual is no longer what was dropped."""
    check, data = pybridge_extracted.load("sparse_activation_bound"), map_data(5, (24, 24))
    transposed = EnclosedMap.exact(data["weight"].terms[0][1].array.T)
    swapped = altered(check, conclusion=lambda ops, **v: check.conclusion(ops, **(v | {"f": transposed})))
    assert Verdict.VIOLATED in evaluate(swapped, EnclosureBackend(), bind(check, data)).verdicts


def test_a_remainder_that_is_only_rounding_stays_open() -> None:
    """Full rank: what is left of S - UV is float64 noise, and its direction is unknown."""
    check, data = pybridge_extracted.load("interpolation_bound"), map_data(3, (3, 9), rank=3)
    found = evaluate(check, EnclosureBackend(), bind(check, data)).verdicts
    assert set(found) <= {Verdict.INCONCLUSIVE, Verdict.HOLDS}


def test_the_identity_is_narrow_on_a_whole_residual_stream() -> None:
    """10a at 512 × 576 float32 entries, ε = 0.01: joint relative width at most 1e-6."""
    rng = np.random.default_rng(0)
    h = rng.standard_normal((512, 576)).astype(np.float32)
    h[0] *= 1000
    hhat = (h + 0.01 * rng.standard_normal(h.shape)).astype(np.float32)
    u = (0.1 * np.tanh(h[:, ::-1]) - 0.9 * h).astype(np.float32)
    uhat = (0.1 * np.tanh(hhat[:, ::-1]) - 0.9 * hhat).astype(np.float32)
    arrays = {"h": h, "u": u, "hhat": hhat, "uhat": uhat}
    given = {name: EnclosedVec.exact(array.reshape(1, -1)) for name, array in arrays.items()}
    found = evaluate(pybridge_extracted.load("relative_error_ratio_identity"), EnclosureBackend(), given)
    assert found.verdicts.tolist() == [Verdict.HOLDS]
    assert found.relative_width is not None
    assert found.relative_width[0] < 1e-9
    for name in ("contraction_iff", "preln_contraction_bound", "relative_error_step"):
        assert evaluate(pybridge_extracted.load(name), EnclosureBackend(), given).verdicts.tolist() == [
            Verdict.HOLDS
        ]


def test_generated_bodies_use_only_the_protocol() -> None:
    verbs = {name for name in vars(Backend) if not name.startswith("_")}
    for check in CHECKS:
        source = inspect.getsource(check)
        used = {word.split("(")[0] for word in source.split("ops.")[1:]}
        assert used <= verbs, (check.NAME, used - verbs)
    assert verbs <= set(dir(EnclosureBackend))
