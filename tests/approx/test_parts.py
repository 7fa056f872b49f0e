"""What a map is split into adds up to it exactly, in every dtype of the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.approx import LowRank, Sparse, Stage, compose
from pybridge.approx.parts import NoStore, split
from pybridge.approx.stages import plan_for
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.errors import NonFiniteError
from pybridge.measure.cache import DiskCache
from pybridge.models.families import adapter_for
from pybridge.models.linear_maps import LinearMapView
from tests.models.tiny import tiny_model

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
NOTHING = NoStore()


def view_of(name: str = "1.k", dtype: torch.dtype = torch.float32) -> LinearMapView:
    """`gpt2`: rows of a fused matrix, stored transposed."""
    views = adapter_for(tiny_model("gpt2", dtype)).linear_maps()
    return next(view for view in views if view.name == name)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("stage", [Sparse(0.3), compose(Sparse(0.3), LowRank(rank=5))], ids=["1", "2"])
def test_the_sparse_part_and_the_residual_are_the_weights(dtype: torch.dtype, stage: Stage) -> None:
    view = view_of(dtype=dtype)
    parts = split(view, plan_for(stage, view.shape, view.name), NOTHING)
    weight = view.read().double().numpy()
    residual = parts.residual
    assert residual is not None
    kept = top_magnitude_mask(view.read().to(torch.float64).numpy(), 0.3)
    assert np.array_equal(residual.astype(np.float64), np.where(kept, 0, weight))
    sparse, radius = parts.sparse_weight.formed()
    assert radius == 0
    assert np.array_equal(sparse.array, np.where(kept, weight, 0))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_factors_checked_are_the_factors_that_run(dtype: torch.dtype) -> None:
    view = view_of(dtype=dtype)
    factors = split(view, plan_for(LowRank(rank=5), view.shape, view.name), NOTHING).factors
    assert factors is not None
    for factor in (factors.left, factors.right):
        as_run = torch.from_numpy(factor).to(dtype)
        assert np.array_equal(as_run.double().numpy(), factor.astype(np.float64))
        assert factor.dtype == np.float32


def test_float32_weights_are_shared_with_the_model_not_copied() -> None:
    view = view_of("1.mlp_up")
    parts = split(view, plan_for(Sparse(0.5), view.shape, view.name), NOTHING)
    (_, leaf), *_ = parts.weight.terms
    assert np.shares_memory(leaf._stored, view.read().numpy())  # type: ignore[union-attr]


def test_keys_name_contents(tmp_path) -> None:
    view = view_of()

    def keys(stage: Stage) -> tuple[str | None, str | None, str | None]:
        parts = split(view, plan_for(stage, view.shape, view.name), DiskCache(tmp_path))
        return parts.weight.key, parts.sparse_weight.key, parts.low_rank_weight.key

    both = compose(Sparse(0.3), LowRank(rank=5))
    first = keys(both)
    assert keys(both) == first == keys(both)  # the second time the factors come from the store
    assert None not in first
    assert len(set(first)) == 3
    assert keys(compose(Sparse(0.4), LowRank(rank=5)))[1:] != first[1:]
    assert keys(compose(Sparse(0.3), LowRank(rank=4)))[2] != first[2]
    with torch.no_grad():
        view.read()[0, 0] += 1
    assert keys(both)[0] != first[0]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused_by_name(bad: float) -> None:
    view = view_of()
    with torch.no_grad():
        view.read()[2, 3] = bad
    with pytest.raises(NonFiniteError, match=r"1\.k: the weights hold NaN or infinity"):
        split(view, plan_for(Sparse(0.5), view.shape, view.name), NOTHING)
