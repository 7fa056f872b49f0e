"""Instances of one linear map: a remembered norm is a norm of these very matrices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pybridge_extracted
import pytest

from pybridge.binding.instances import SCOPES, Instances, bind, reason_absent
from pybridge.binding.map_scope import Split, Weights, map_instances, map_record, norm_records
from pybridge.binding.norm_cache import DiskNormCache
from pybridge.measure.cache import DiskCache
from pybridge.measure.inputs import ALL_THE_SAME, InputSample, Sample, sample_of
from pybridge.runtime.enclosure import EnclosureBackend, NormSource
from pybridge.runtime.verdict import Verdict, evaluate

MATRIX = np.diag(np.array([4.0, 4.0, 1.0], dtype=np.float32))
WEIGHTS = Weights(MATRIX, "sha256:diagonal")


def sample() -> InputSample:
    """Inputs mostly along the first axis, which the first split keeps and an empty one drops."""
    found = sample_of(np.random.default_rng(0).normal(loc=(9.0, 0.0, 0.0), size=(9, 3)), 4, 0)
    assert isinstance(found, InputSample)
    return found


def split(axis: int, size: float = 4.0, sparse: np.ndarray = MATRIX) -> Split:
    """W_approx = size · e eᵀ; at size 4, both axes of the double singular value are as good."""
    unit = np.eye(3, dtype=np.float32)[axis]
    return Split(sparse, np.float32(size) * unit[:, None], unit[None, :])


def verdicts(name: str, instances: Instances, folder: Path) -> set[str]:
    check: Any = pybridge_extracted.load(name)
    ops = EnclosureBackend(NormSource(DiskNormCache(DiskCache(folder))))
    return set(evaluate(check, ops, bind(check, instances)).verdicts)


@pytest.mark.parametrize(
    "name", ["interpolation_bound", "composition_bound_tight", "composition_bound_dropped"]
)
def test_factors_made_anew_never_meet_the_norms_of_the_old_ones(name: str, tmp_path: Path) -> None:
    first = Split(MATRIX, 4 * np.eye(3, 2, dtype=np.float32), np.eye(2, 3, dtype=np.float32))
    exact, coarse = first, replace(first, left=0 * first.left)  # same weights, same settings, other factors
    assert verdicts(name, map_instances("m", WEIGHTS, exact, sample()), tmp_path) == {Verdict.HOLDS}
    assert verdicts(name, map_instances("m", WEIGHTS, coarse, sample()), tmp_path) == {Verdict.HOLDS}


def test_keys_tell_contents_apart_and_say_the_same_of_the_same() -> None:
    def keys(of: Split) -> tuple[str | None, str | None]:
        given: Any = map_instances("m", WEIGHTS, of, sample()).given
        return given["sparse weight"].key, given["low-rank weight"].key

    without_last = MATRIX * np.array([1, 1, 0], dtype=np.float32)
    assert keys(split(0)) == keys(split(0))
    assert keys(split(0))[1] != keys(split(1))[1]
    assert keys(split(0))[0] != keys(split(0, sparse=without_last))[0]


def test_the_record_carries_the_costs_that_were_checked() -> None:
    view: Any = SimpleNamespace(name="0.q", block=0, component="q", shape=(3, 3))
    given = map_instances("0.q", WEIGHTS, split(0), sample()).given
    record = map_record(view, WEIGHTS, split(0), sample())
    assert (record["full_cost"], record["lookup_cost"]) == (9.0, 3 * 4.0)
    assert (record["full_cost"], record["lookup_cost"]) == (given["full cost"], given["lookup cost"])


def test_recorded_norms_hold_the_true_ones() -> None:
    norms = norm_records(map_instances("m", WEIGHTS, split(0), sample()), NormSource())
    truth = {"weight": 4.0, "sparse_residual": 0.0, "low_rank": 4.0, "low_rank_remainder": 4.0}
    for name, value in truth.items():
        assert norms[name]["lo"] <= value <= norms[name]["hi"] <= 1.01 * value


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_equal_inputs_leave_the_theorems_that_need_no_cache(value: float, tmp_path: Path) -> None:
    equal: Sample = sample_of(np.full((9, 3), value), 4, 0)
    instances = map_instances("m", WEIGHTS, split(0), equal)
    assert set(instances.given) | set(instances.absent) == SCOPES["map"]
    for name in ("sparse_activation_bound", "interpolation_bound"):
        assert verdicts(name, instances, tmp_path) == {Verdict.HOLDS}
    retrieval: Any = pybridge_extracted.load("retrieval_bound")
    assert reason_absent(retrieval, instances) == ALL_THE_SAME
    view: Any = SimpleNamespace(name="0.q", block=0, component="q", shape=(3, 3))
    record = map_record(view, WEIGHTS, split(0), equal)
    assert (record["near_radius"], record["hit_rate"], record["unsupported"]) == (None, None, ALL_THE_SAME)
