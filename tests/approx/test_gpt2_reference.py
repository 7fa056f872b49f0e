"""The model, plain and with approximations running, against GPT-2 written down once more in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from pybridge.approx import Approximation, Form, LowRank, SemanticCache, Sparse, Stage, compose
from pybridge.compress.low_rank import truncate
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.models.adapter import Adapter
from tests.approx.gpt2_reference import Linear, gpt2_logits, plain
from tests.measure.conftest import tiny_gpt2

HEADS = 2


@pytest.fixture
def adapter() -> Adapter:
    return tiny_gpt2(dtype=torch.float64)


@pytest.fixture
def ids() -> torch.Tensor:
    return torch.randint(0, 12, (1, 24), generator=torch.Generator().manual_seed(3))


def weights_of(adapter: Adapter, dtype: Any) -> dict[str, np.ndarray]:
    return {name: value.numpy().astype(dtype) for name, value in adapter.model.state_dict().items()}


def reference(adapter: Adapter, ids: torch.Tensor, dtype: Any, linear: Linear = plain) -> np.ndarray:
    return gpt2_logits(weights_of(adapter, dtype), ids[0].numpy(), heads=HEADS, linear=linear)


def model_logits(adapter: Adapter, ids: torch.Tensor) -> np.ndarray:
    model: Any = adapter.model
    with torch.no_grad():
        return model(ids, use_cache=False).logits[0].numpy()


def rounding_of(adapter: Adapter, ids: torch.Tensor, linear: Linear = plain) -> float:
    """How far float64 strays from long double here: what any order of the same operations may cost, with
    room for an unluckier one."""
    exact = reference(adapter, ids, np.longdouble, linear)
    return 64 * float(np.abs(reference(adapter, ids, np.float64, linear) - exact).max())


def test_the_reference_has_the_logits_of_the_library(adapter: Adapter, ids: torch.Tensor) -> None:
    rounding = rounding_of(adapter, ids)
    found, truth = model_logits(adapter, ids), reference(adapter, ids, np.longdouble)
    assert np.abs(found - truth).max() <= rounding
    assert rounding <= 1e-10 * np.abs(truth).max()


def approximate_linear(stage: Stage) -> Linear:
    """Ŵ x, from the definitions."""

    def linear(_name: str, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        stored = weight.astype(np.float64)
        match stage:
            case Sparse(keep):
                return x @ np.where(top_magnitude_mask(stored, keep), stored, 0).astype(x.dtype).T
            case LowRank(rank):
                assert rank is not None
                factors = truncate(stored, rank)
                return x @ factors.right.astype(x.dtype).T @ factors.left.astype(x.dtype).T
            case _:
                raise AssertionError(stage)

    return linear


@pytest.mark.parametrize("stage", [Sparse(0.4), LowRank(rank=3)], ids=str)
def test_what_runs_is_the_approximation_by_its_definition(
    adapter: Adapter, ids: torch.Tensor, stage: Stage
) -> None:
    linear = approximate_linear(stage)
    with Approximation(adapter, stage, mode="approximate"):
        found = model_logits(adapter, ids)
    truth = reference(adapter, ids, np.longdouble, linear)
    assert np.abs(found - truth).max() <= rounding_of(adapter, ids, linear)
    assert np.abs(found - reference(adapter, ids, np.float64)).max() > 0.1  # and it is not the exact model


class Reusing:
    """ŷ by the definition of each form, x_c by looking through all remembered inputs, per map."""

    def __init__(self, delta: float, keep: float, rank: int, form: Form) -> None:
        self.delta, self.keep, self.rank, self.form = delta, keep, rank, form
        self.hits = 0

    def __call__(self, _name: str, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        stored = weight.astype(np.float64)
        sparse = np.where(top_magnitude_mask(stored, self.keep), stored, 0)
        factors = truncate(sparse, self.rank)
        approx = factors.left.astype(x.dtype) @ factors.right.astype(x.dtype)
        residual = (stored - sparse).astype(x.dtype)
        remembered: list[np.ndarray] = []
        rows = []
        for row in x:
            distances = [np.linalg.norm((row - other).astype(np.float64)) for other in remembered]
            if distances and min(distances) <= self.delta:
                self.hits += 1
                cached = remembered[int(np.argmin(distances))]
            else:
                remembered.append(row)
                cached = row
            term = {Form.DROPPED: 0 * row, Form.PRINTED: row, Form.CACHED: cached}[self.form]
            rows.append(approx @ cached + residual @ term)
        return np.array(rows)


@pytest.mark.parametrize("form", list(Form))
def test_every_form_of_a_composition_runs_by_its_definition(
    adapter: Adapter, ids: torch.Tensor, form: Form
) -> None:
    stage = compose(SemanticCache(delta=1.2), Sparse(0.5), LowRank(rank=3), form=form)
    with Approximation(adapter, stage, mode="approximate") as watched:
        found = model_logits(adapter, ids)
    linear = Reusing(1.2, 0.5, 3, form)
    truth = reference(adapter, ids, np.longdouble, linear)
    statistics = [linear.statistics for linear in watched.linears.values()]
    assert linear.hits == sum(s.hits for s in statistics if s) > 20
    assert np.abs(found - truth).max() <= rounding_of(adapter, ids, linear)
