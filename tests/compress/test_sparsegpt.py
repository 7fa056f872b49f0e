"""SparseGPT against the optimal brain surgeon: a row and a column at a time, every inverse computed anew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from pybridge.compress import METHODS, NM, Settings, Statistics, compress_model
from pybridge.compress import sparsegpt as sparsegpt_module
from pybridge.errors import SettingError
from pybridge.models.families import adapter_for
from tests.compress.naive_run import inputs_of
from tests.models.tiny import tiny_ids, tiny_model

METHOD = METHODS["sparsegpt"]
HALF = Settings(sparsity=0.5)
CALIBRATION = tiny_ids(batch=6, tokens=33)
SETTINGS = {
    "a third": Settings(sparsity=1 / 3),
    "2:4": Settings(pattern=NM(2, 4)),
    "1:3": Settings(pattern=NM(1, 3)),
}


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def correlated(tokens: int, features: int, seed: int = 1) -> Tensor:
    """Inputs of unlike size, in no order, that lean on one another: else there is little to make up for."""
    sizes = torch.logspace(-0.5, 0.5, features, dtype=torch.float64)
    order = torch.randperm(features, generator=torch.Generator().manual_seed(seed))
    mixing = random(features, features, seed=seed) * sizes[order]
    return random(tokens, features, seed=seed + 1) @ mixing


def statistics_of(inputs: Tensor) -> Statistics:
    gram = inputs.T @ inputs
    return Statistics(len(inputs), gram.diagonal(), gram)


def compressed(weight: Tensor, settings: Settings, inputs: Tensor, name: str = "sparsegpt") -> Tensor:
    return torch.as_tensor(METHODS[name].compress(weight, settings, statistics_of(inputs)).weight)


def groups_of(width: int, settings: Settings, block: int) -> list[tuple[int, int, int]]:
    """(start, stop, zeros) of each comparison group."""
    if settings.pattern is not None:
        kept, size = settings.pattern.nonzeros_per_group, settings.pattern.group_size
        return [(start, start + size, size - kept) for start in range(0, width, size)]
    assert settings.sparsity is not None
    s, ends = settings.sparsity, [*range(0, width, block), width]
    return [(a, b, round(s * b) - round(s * a)) for a, b in pairwise(ends)]


def naive_row(row: np.ndarray, hessian: np.ndarray, groups: list[tuple[int, int, int]]) -> np.ndarray:
    """Reference: drop a weight, move all later ones by -(w_j / K_jj) K_j:, K the inverse of what is left."""
    w = row.copy()
    inverses = [np.linalg.inv(hessian[j:, j:]) for j in range(len(w))]
    for start, stop, zeros in groups:
        cost = [w[j] ** 2 / inverses[j][0, 0] for j in range(start, stop)]
        for j in sorted(start + i for i in np.argsort(cost, kind="stable")[:zeros]):
            w[j:] -= w[j] / inverses[j][0, 0] * inverses[j][0]
            w[j] = 0.0
    return w


def naive(weight: Tensor, inputs: Tensor, settings: Settings, block: int) -> np.ndarray:
    gram = (inputs.T @ inputs).numpy()
    hessian = gram + settings.damping * np.mean(np.diag(gram)) * np.eye(len(gram))
    groups = groups_of(weight.shape[1], settings, block)
    return np.stack([naive_row(row, hessian, groups) for row in weight.numpy()])


@pytest.mark.parametrize("block", [128, 8, 5])
@pytest.mark.parametrize("name", SETTINGS)
def test_equals_the_column_by_column_reference(
    name: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparsegpt_module, "BLOCK", block)
    weight, inputs = random(7, 36, seed=5), correlated(90, 36)
    found = compressed(weight, SETTINGS[name], inputs).numpy()
    expected = naive(weight, inputs, SETTINGS[name], block)
    np.testing.assert_array_equal(found == 0, expected == 0)
    # with 1 % of the mean diagonal added, H has a condition number below 100 · 36 + 1
    allowed = 3601 * 36 * np.finfo(np.float64).eps * np.linalg.norm(weight)
    assert np.linalg.norm(found - expected) <= allowed


def test_the_blocks_of_a_wide_matrix_are_of_128_columns() -> None:
    weight, inputs = random(3, 150, seed=6), correlated(300, 150)
    found = compressed(weight, HALF, inputs).numpy()
    expected = naive(weight, inputs, HALF, 128)
    np.testing.assert_array_equal(found == 0, expected == 0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert not np.array_equal(found == 0, naive(weight, inputs, HALF, 150) == 0), "the block shows in no mask"


def test_where_all_dropped_columns_come_first_the_rest_is_the_least_squares_solution() -> None:
    """No recursion at all: the kept columns solve min ‖(w - ŵ) X‖² + damping in one linear system."""
    weight, inputs = random(4, 12, seed=7), correlated(60, 12)
    weight[:, :6] *= 1e-6
    gram = inputs.T @ inputs
    hessian = gram + 0.01 * gram.diagonal().mean() * torch.eye(12, dtype=torch.float64)
    moved = torch.linalg.solve(hessian[6:, 6:], hessian[6:, :6] @ weight[:, :6].T).T
    found = compressed(weight, HALF, inputs)
    assert (found[:, :6] == 0).all()
    torch.testing.assert_close(found[:, 6:], weight[:, 6:] + moved, rtol=0, atol=1e-12)
    assert not torch.equal(found[:, 6:], weight[:, 6:])


@pytest.mark.parametrize("sparsity", [0.0, 0.01, 0.3, 0.5, 0.77, 0.99])
@pytest.mark.parametrize("width", [1, 3, 64, 200, 257])
def test_every_row_has_exactly_the_asked_zeros(sparsity: float, width: int) -> None:
    found = compressed(random(5, width, seed=8), Settings(sparsity=sparsity), correlated(40, width))
    assert ((found == 0).sum(1) == round(sparsity * width)).all()


@pytest.mark.parametrize("pattern", ["2:4", "4:8", "1:4", "3:3", "1:200"])
def test_every_group_of_a_pattern_has_its_zeros(pattern: str) -> None:
    groups = NM.parse(pattern)
    width = 600  # of which 128 is no divisor, and several groups do not divide 128
    found = compressed(random(3, width, seed=9), Settings(pattern=groups), correlated(50, width))
    zeros = (found.reshape(-1, groups.group_size) == 0).sum(1)
    assert (zeros == groups.group_size - groups.nonzeros_per_group).all()


def test_nothing_dropped_is_the_matrix_itself() -> None:
    weight = random(5, 20, seed=10)
    assert torch.equal(compressed(weight, Settings(sparsity=0.0), correlated(50, 20)), weight)


@pytest.mark.parametrize("settings", [HALF, Settings(sparsity=0.7), Settings(pattern=NM(2, 4))], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_the_output_moves_less_than_under_wanda(settings: Settings, seed: int) -> None:
    weight, inputs = random(24, 160, seed=20 + seed), correlated(400, 160, seed=40 + seed)

    def error(name: str) -> float:
        return float(torch.linalg.norm((weight - compressed(weight, settings, inputs, name)) @ inputs.T))

    assert error("sparsegpt") < error("wanda")


def test_a_feature_that_is_always_zero_goes_first_and_moves_nothing() -> None:
    inputs = correlated(80, 10)
    inputs[:, [2, 7]] = 0.0
    weight = random(6, 10, seed=11)
    weight[:, [2, 7]] = 100.0
    found = compressed(weight, Settings(sparsity=0.2), inputs)
    expected = weight.clone()
    expected[:, [2, 7]] = 0.0
    assert torch.equal(found, expected)
    kept = compressed(weight, Settings(sparsity=0.1), inputs)  # of equal scores the larger index goes
    assert ((kept == 0).sum(1) == 1).all()
    assert (kept[:, 2] == 100.0).all()


def test_inputs_that_are_all_zero_leave_every_kept_weight_alone() -> None:
    weight = random(4, 6, seed=12)
    found = compressed(weight, HALF, torch.zeros(9, 6, dtype=torch.float64))
    assert torch.equal(found[:, :3], weight[:, :3])
    assert (found[:, 3:] == 0).all()


def test_fewer_tokens_than_features_are_no_trouble() -> None:
    weight, inputs = random(6, 40, seed=13), correlated(3, 40)
    found = compressed(weight, HALF, inputs)
    assert bool(torch.isfinite(found).all())
    assert ((found == 0).sum(1) == 20).all()


@pytest.mark.parametrize("scale", [2.0**-400, 2.0**400])
def test_the_scale_of_the_inputs_does_not_matter(scale: float) -> None:
    weight, inputs = random(5, 20, seed=14), correlated(50, 20)
    assert torch.equal(compressed(weight, HALF, inputs * scale), compressed(weight, HALF, inputs))


@pytest.mark.parametrize(
    "gram",
    [
        torch.tensor([[1.0, 5.0], [5.0, 1.0]], dtype=torch.float64),
        torch.tensor([[1.0, float("nan")], [float("nan"), 1.0]], dtype=torch.float64),
        torch.full((2, 2), float("inf"), dtype=torch.float64),
    ],
    ids=["indefinite", "nan", "inf"],
)
def test_what_cannot_be_inverted_is_refused(gram: Tensor) -> None:
    with pytest.raises(SettingError, match=r"2 × 2, is not positive definite even with 1% .* take wanda"):
        METHOD.compress(random(3, 2, seed=15), HALF, Statistics(9, gram.diagonal(), gram))


def test_bad_input_is_refused() -> None:
    inputs = correlated(30, 6)
    with pytest.raises(SettingError, match="sparsegpt needs the statistic gram"):
        METHOD.compress(random(3, 6, seed=16), HALF, Statistics(30, torch.ones(6)))
    with pytest.raises(SettingError, match="2:4 needs groups of 4 inputs"):
        METHOD.compress(random(3, 6, seed=16), Settings(pattern=NM(2, 4)), statistics_of(inputs))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_layout_kind_and_dtype_do_not_matter_and_nothing_given_is_written_to(dtype: torch.dtype) -> None:
    weight, statistics = random(8, 20, seed=17).to(dtype), statistics_of(correlated(60, 20))
    before, gram = weight.clone(), statistics.gram
    assert gram is not None
    gram_before = gram.clone()
    plain = torch.as_tensor(METHOD.compress(weight, HALF, statistics).weight)
    as_conv1d = weight.T.contiguous().T
    assert torch.equal(torch.as_tensor(METHOD.compress(as_conv1d, HALF, statistics).weight), plain)
    exact = torch.as_tensor(METHOD.compress(weight.double(), HALF, statistics).weight)
    assert torch.equal(plain, exact.to(dtype)), "rounded more than once"
    if dtype in (torch.float64, torch.float32):
        array = METHOD.compress(weight.numpy(), HALF, statistics).weight
        assert isinstance(array, np.ndarray)
        np.testing.assert_array_equal(array, plain.numpy())
    assert torch.equal(weight, before)
    assert torch.equal(gram, gram_before)


@pytest.mark.parametrize("one_pass", [False, True])
@pytest.mark.parametrize("family", ["gpt2", "llama", "mixtral"])
def test_a_whole_model_equals_the_naive_walk(family: str, one_pass: bool) -> None:
    adapter = adapter_for(tiny_model(family))
    views = adapter.linear_maps()
    with compress_model(adapter, METHOD, HALF, CALIBRATION, one_pass=one_pass):
        found = {view.name: view.read().clone() for view in views}
    dense = inputs_of(adapter, [view.name for view in views], CALIBRATION)
    for block in range(adapter.n_blocks):
        group = [view for view in views if view.block == block]
        seen = dense if one_pass else inputs_of(adapter, [view.name for view in group], CALIBRATION)
        for view in group:
            view.write(compressed(view.read(), HALF, seen[view.input_key]))
    for view in views:
        assert torch.equal(found[view.name] == 0, view.read() == 0), view.name
        # Gram sums in another order: a few roundings of float64, seen through one rounding to float32
        torch.testing.assert_close(found[view.name], view.read(), rtol=1e-6, atol=1e-9)
