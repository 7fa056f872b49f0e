"""Truncations against full singular value decompositions in float64, in their own metric."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.compress import METHODS, Settings, Statistics
from pybridge.compress.truncation import _lower_factor
from pybridge.errors import NonFiniteError, SettingError

SHAPES = [(12, 5), (5, 12), (8, 8), (1, 6), (6, 1)]
EPS64 = float(np.finfo(np.float64).eps)


def random(*shape: int, seed: int = 7) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def statistics_of(shape: tuple[int, int], tokens: int = 40) -> Statistics:
    # features of very different size, or no metric but the plain one would be tested
    inputs = random(tokens, shape[1], seed=1) * torch.logspace(-2, 1, shape[1], dtype=torch.float64)
    gradients = random(tokens, shape[0], seed=2) * torch.logspace(1, -2, shape[0], dtype=torch.float64)
    gram = inputs.T @ inputs
    return Statistics(tokens, gram.diagonal(), gram, gradients.T @ gradients)


def root(symmetric: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(symmetric)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def naive(name: str, weight: np.ndarray, rank: int, statistics: Statistics, damping: float) -> np.ndarray:
    """Reference: Q^{-1/2} [Q^{1/2} W P^{1/2}]_r P^{-1/2} with full decompositions and inverses."""
    out_features, in_features = weight.shape
    assert statistics.gram is not None
    assert statistics.output_gram is not None
    p, q = statistics.gram.numpy(), statistics.output_gram.numpy()
    left = root(q + damping * np.mean(np.diag(q)) * np.eye(out_features))
    left = left if name == "balanced" else np.eye(out_features)
    right = root(p) if name != "svd" else np.eye(in_features)
    u, s, vt = np.linalg.svd(left @ weight @ right, full_matrices=False)
    return np.linalg.solve(left, (u[:, :rank] * s[:rank]) @ vt[:rank]) @ np.linalg.inv(right)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rank", [1, 3, 5])
@pytest.mark.parametrize("name", ["svd", "asvd", "balanced"])
def test_equals_the_reference(name: str, shape: tuple[int, int], rank: int) -> None:
    rank = min(rank, *shape)
    weight, statistics = random(*shape), statistics_of(shape)
    result = METHODS[name].compress(weight, Settings(rank=rank, damping=0.01), statistics)
    expected = naive(name, weight.numpy(), rank, statistics, 0.01)
    # the Gramians have condition numbers below 1e8, and that of a Gram matrix is the square of its root's
    allowed = 1e8 * EPS64 * float(torch.linalg.norm(weight))
    assert np.linalg.norm(np.asarray(result.weight) - expected) <= allowed
    assert result.rank == rank
    assert np.linalg.matrix_rank(np.asarray(result.weight), tol=1e-9 * np.linalg.norm(weight)) == rank


@pytest.mark.parametrize("name", ["svd", "asvd", "balanced"])
def test_the_full_rank_is_the_matrix_itself(name: str) -> None:
    weight = random(6, 9)
    result = METHODS[name].compress(weight, Settings(rank_frac=1.0), statistics_of((6, 9)))
    torch.testing.assert_close(torch.as_tensor(result.weight), weight, rtol=0, atol=1e-12)


def weighted_error(weight: torch.Tensor, compressed: object, statistics: Statistics, damping: float) -> float:
    assert statistics.gram is not None
    assert statistics.output_gram is not None
    q = statistics.output_gram.numpy()
    q = q + damping * np.mean(np.diag(q)) * np.eye(len(q))
    error = weight.numpy() - np.asarray(compressed)
    return float(np.sqrt(np.trace(q @ error @ statistics.gram.numpy() @ error.T)))


def test_each_is_best_in_its_own_metric() -> None:
    shape = (12, 10)
    weight, statistics, settings = random(*shape), statistics_of(shape), Settings(rank=3)
    found = {
        name: np.asarray(METHODS[name].compress(weight, settings, statistics).weight)
        for name in ("svd", "asvd", "balanced")
    }
    assert statistics.gram is not None
    inputs_only = Statistics(40, None, statistics.gram, torch.eye(12, dtype=torch.float64))
    measures = {
        "svd": lambda m: float(np.linalg.norm(weight.numpy() - m)),
        "asvd": lambda m: weighted_error(weight, m, inputs_only, 0.0),
        "balanced": lambda m: weighted_error(weight, m, statistics, settings.damping),
    }
    for name, measure in measures.items():
        errors = {other: measure(matrix) for other, matrix in found.items()}
        assert min(errors, key=errors.__getitem__) == name, errors
        assert sorted(errors.values())[1] > 1.05 * errors[name], (
            "the metrics do not differ enough to be told apart"
        )


def test_a_singular_gramian_is_no_trouble() -> None:
    inputs = random(3, 10)  # fewer tokens than features
    statistics = Statistics(3, None, inputs.T @ inputs, torch.zeros(8, 8, dtype=torch.float64))
    weight = random(8, 10)
    for name in ("asvd", "balanced"):
        compressed = torch.as_tensor(METHODS[name].compress(weight, Settings(rank=3), statistics).weight)
        # rank 3 is all that three tokens can see: on them nothing is lost
        torch.testing.assert_close(compressed @ inputs.T, weight @ inputs.T, rtol=0, atol=1e-6)


def test_a_damping_below_rounding_still_has_a_factor() -> None:
    """A singular Gramian that rounding has made indefinite: Cholesky breaks off, the spectrum does not."""
    gradients = random(2, 8)
    singular = gradients.T @ gradients
    damped = singular / singular.diagonal().mean() + 1e-18 * torch.eye(8, dtype=torch.float64)
    assert int(torch.linalg.cholesky_ex(damped).info) != 0
    lower = _lower_factor(singular, 1e-18)
    torch.testing.assert_close(lower @ lower.T, damped, rtol=0, atol=1e-14)
    assert torch.equal(lower, lower.tril())
    assert float(lower.diagonal().abs().min()) > 0


@pytest.mark.parametrize("name", ["svd", "asvd", "balanced"])
def test_the_zero_matrix_stays_zero(name: str) -> None:
    result = METHODS[name].compress(torch.zeros(4, 3), Settings(rank=2), statistics_of((4, 3)))
    assert result.zeros == 12


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e30])
def test_scales_do_not_matter(scale: float) -> None:
    weight = random(7, 5).float() * scale
    assert torch.isfinite(weight).all()
    compressed = torch.as_tensor(METHODS["svd"].compress(weight.double(), Settings(rank=2)).weight)
    expected = naive("svd", (weight.double() / scale).numpy(), 2, statistics_of((7, 5)), 0.01)
    torch.testing.assert_close(compressed / scale, torch.from_numpy(expected), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_rounded_once_to_the_dtype_of_the_model(dtype: torch.dtype) -> None:
    weight = random(6, 9).to(dtype)
    exact = torch.as_tensor(METHODS["svd"].compress(weight.double(), Settings(rank=2)).weight)
    stored = torch.as_tensor(METHODS["svd"].compress(weight, Settings(rank=2)).weight)
    assert stored.dtype == dtype
    assert torch.equal(stored, exact.to(dtype))


def test_a_value_beyond_the_dtype_is_refused() -> None:
    weight = torch.tensor([[65504.0, 65504.0, 60000.0], [65504.0, 65504.0, 65504.0]], dtype=torch.float16)
    with pytest.raises(NonFiniteError, match="does not fit float16"):
        METHODS["svd"].compress(weight, Settings(rank=1))


def test_missing_statistics_and_ranks_too_high_are_refused() -> None:
    with pytest.raises(SettingError, match="balanced needs the statistic output_gram"):
        METHODS["balanced"].compress(
            random(4, 4), Settings(rank=1), Statistics(1, None, torch.eye(4, dtype=torch.float64))
        )
    with pytest.raises(SettingError, match="asvd needs the statistic gram"):
        METHODS["asvd"].compress(random(4, 4), Settings(rank=1))
    with pytest.raises(SettingError, match="rank is 5, above"):
        METHODS["svd"].compress(random(4, 8), Settings(rank=5))


def test_a_low_rank_part_for_what_pruning_removed() -> None:
    weight, settings = random(10, 12), Settings(sparsity=0.5, rank=3)
    sparse = torch.as_tensor(METHODS["magnitude"].compress(weight, Settings(sparsity=0.5)).weight)
    both = METHODS["magnitude+svd"].compress(weight, settings)
    expected = naive("svd", (weight - sparse).numpy(), 3, statistics_of((10, 12)), 0.01)
    torch.testing.assert_close(
        torch.as_tensor(both.weight) - sparse, torch.from_numpy(expected), rtol=0, atol=1e-12
    )
    assert (both.rank, both.sparse_zeros, both.zeros) == (3, 60, 0)


def test_the_composition_of_the_paper_truncates_the_sparse_part() -> None:
    weight = random(10, 12)
    sparse = METHODS["magnitude"].compress(weight, Settings(sparsity=0.5)).weight
    both = METHODS["composition"].compress(weight, Settings(sparsity=0.5, rank=3))
    again = METHODS["svd"].compress(sparse, Settings(rank=3))
    assert torch.equal(torch.as_tensor(both.weight), torch.as_tensor(again.weight))
    assert both.sparse_zeros == 60
