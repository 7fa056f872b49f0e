"""Pruning against a naive reference: so many zeros a row or a group, the smallest scores, ties by index."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.compress import METHODS, NM, Settings, Statistics
from pybridge.compress import pruning as pruning_module
from pybridge.errors import SettingError

PRUNING = ("magnitude", "colnorm", "wanda")
SHAPES = [(1, 1), (7, 3), (3, 11), (16, 16)]


def with_ties(shape: tuple[int, int], seed: int = 3) -> torch.Tensor:
    """Small whole numbers: many ties, some zeros."""
    values = np.random.default_rng(seed).integers(-4, 5, size=shape)
    return torch.from_numpy(values.astype(np.float32))


def statistics_of(weight: torch.Tensor, seed: int = 4) -> Statistics:
    # squares of small whole numbers, so that equal scores are equal in every arithmetic
    norms = np.random.default_rng(seed).integers(1, 4, size=weight.shape[1]).astype(np.float64)
    return Statistics(tokens=10, energy=torch.from_numpy(norms**2))


def naive_scores(name: str, weight: torch.Tensor, statistics: Statistics) -> np.ndarray:
    w = weight.double().numpy()
    assert statistics.energy is not None
    scale = {
        "magnitude": np.ones(w.shape[1]),
        "colnorm": np.sqrt(np.square(w).sum(axis=0)),
        "wanda": np.sqrt(statistics.energy.numpy()),
    }[name]
    return np.abs(w) * scale


def naive_group(scores: np.ndarray, zeros: int) -> np.ndarray:
    """Reference: the last `zeros` of a sort by falling score, then rising index."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    dropped = np.zeros(len(scores), dtype=bool)
    dropped[order[len(scores) - zeros :]] = True
    return dropped


@pytest.mark.parametrize("sparsity", [0.0, 0.01, 0.3, 0.5, 0.77, 0.99])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PRUNING)
def test_rows_equal_the_sorted_reference(name: str, shape: tuple[int, int], sparsity: float) -> None:
    weight = with_ties(shape)
    statistics = statistics_of(weight)
    compressed = METHODS[name].compress(weight, Settings(sparsity=sparsity), statistics)
    zeros = round(sparsity * shape[1])
    scores = naive_scores(name, weight, statistics)
    dropped = np.stack([naive_group(row, zeros) for row in scores])
    assert (dropped.sum(axis=1) == zeros).all()
    expected = np.where(dropped, np.float32(0), weight.numpy())
    np.testing.assert_array_equal(np.asarray(compressed.weight), expected)
    assert compressed.zeros == (expected == 0).sum()
    assert compressed.rank is None


@pytest.mark.parametrize("pattern", ["2:4", "1:4", "4:8", "3:3", "1:1"])
@pytest.mark.parametrize("name", PRUNING)
def test_groups_equal_the_sorted_reference(name: str, pattern: str) -> None:
    weight = with_ties((5, 24))
    statistics, groups = statistics_of(weight), NM.parse(pattern)
    compressed = METHODS[name].compress(weight, Settings(pattern=groups), statistics)
    scores = naive_scores(name, weight, statistics).reshape(-1, groups.group_size)
    dropped = np.stack([naive_group(g, groups.group_size - groups.nonzeros_per_group) for g in scores])
    np.testing.assert_array_equal(
        np.asarray(compressed.weight), np.where(dropped.reshape(5, 24), np.float32(0), weight.numpy())
    )


def test_the_group_size_must_divide_the_width() -> None:
    with pytest.raises(SettingError, match=r"2:4 needs groups of 4 inputs, but the matrix has 6"):
        METHODS["magnitude"].compress(torch.ones(2, 6), Settings(pattern=NM(2, 4)))


@pytest.mark.parametrize("name", PRUNING)
def test_without_ties_exactly_the_asked_zeros_and_every_kept_weight_is_its_own(name: str) -> None:
    weight = torch.randn(9, 40, generator=torch.Generator().manual_seed(0))
    result = METHODS[name].compress(weight, Settings(sparsity=0.35), statistics_of(weight))
    pruned = torch.as_tensor(result.weight)
    assert ((pruned == 0).sum(dim=1) == 14).all()
    assert torch.equal(pruned[pruned != 0], weight[pruned != 0])
    assert result.zeros == 9 * 14


@pytest.mark.parametrize("name", PRUNING)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_layout_kind_and_dtype_do_not_matter(name: str, dtype: torch.dtype) -> None:
    weight = with_ties((8, 6)).to(dtype)
    statistics, settings = statistics_of(weight), Settings(sparsity=0.5)
    plain = torch.as_tensor(METHODS[name].compress(weight, settings, statistics).weight)
    assert plain.dtype == dtype
    stored_transposed = weight.T.contiguous().T
    again = METHODS[name].compress(stored_transposed, settings, statistics).weight
    assert torch.equal(torch.as_tensor(again), plain)
    if dtype in (torch.float64, torch.float32):
        array = METHODS[name].compress(weight.numpy(), settings, statistics).weight
        assert isinstance(array, np.ndarray)
        np.testing.assert_array_equal(array, plain.numpy())
    assert torch.equal(weight, with_ties((8, 6)).to(dtype)), "the matrix that was given has been written to"


@pytest.mark.parametrize("name", PRUNING)
def test_the_mask_does_not_depend_on_how_many_rows_are_scored_together(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = with_ties((13, 10))
    statistics, settings = statistics_of(weight), Settings(sparsity=0.4)
    whole = METHODS[name].compress(weight, settings, statistics).weight
    monkeypatch.setattr(pruning_module, "_ENTRIES_AT_ONCE", 25)
    assert torch.equal(
        torch.as_tensor(METHODS[name].compress(weight, settings, statistics).weight), torch.as_tensor(whole)
    )


@pytest.mark.parametrize("scale", [1e-44, 1e-38, 1e30, 3e38])
def test_huge_and_denormal_scales_keep_their_order(scale: float) -> None:
    weight = (torch.tensor([[1.0, -0.5, 0.25, 0.75]]) * scale).to(torch.float32)
    for name in ("magnitude", "wanda"):
        statistics = Statistics(tokens=1, energy=torch.ones(4, dtype=torch.float64))
        kept = torch.as_tensor(METHODS[name].compress(weight, Settings(sparsity=0.5), statistics).weight) != 0
        assert kept[0, 0]
        assert kept.sum() == 2


def test_wanda_without_statistics_is_refused() -> None:
    for statistics in (None, Statistics(tokens=3)):
        with pytest.raises(SettingError, match="wanda needs the statistic energy"):
            METHODS["wanda"].compress(torch.ones(2, 4), Settings(sparsity=0.5), statistics)


def test_wanda_is_not_magnitude() -> None:
    weight = torch.tensor([[3.0, 2.0, 1.0]])
    energy = torch.tensor([0.0, 1.0, 100.0], dtype=torch.float64)
    pruned = METHODS["wanda"].compress(weight, Settings(sparsity=1 / 3), Statistics(5, energy)).weight
    assert torch.as_tensor(pruned).tolist() == [[0.0, 2.0, 1.0]]
