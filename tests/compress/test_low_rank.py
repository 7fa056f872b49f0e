"""Truncation against the full singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.compress.low_rank import truncate
from pybridge.errors import SettingError

FLOAT32 = float(np.finfo(np.float32).eps)


def naive_truncation(weight: np.ndarray, rank: int) -> np.ndarray:
    """Reference: the full singular value decomposition in float64."""
    u, s, vt = np.linalg.svd(weight.astype(np.float64), full_matrices=False)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


@pytest.mark.parametrize("shape", [(12, 5), (5, 12), (8, 8), (1, 6), (6, 1)])
@pytest.mark.parametrize("rank", [1, 3, 50])
def test_product_is_the_best_approximation(shape: tuple[int, int], rank: int) -> None:
    weight = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
    factors = truncate(weight, rank)
    assert factors.rank == min(rank, *shape)
    assert factors.left.dtype == factors.right.dtype == np.float32
    product = factors.left.astype(np.float64) @ factors.right.astype(np.float64)
    # one rounding of each factor moves the product by at most 2 · eps/2 · ‖left‖ ‖right‖ ≤ eps · √r · ‖W‖_F
    allowed = 2 * FLOAT32 * np.sqrt(factors.rank) * np.linalg.norm(weight)
    assert np.linalg.norm(product - naive_truncation(weight, factors.rank)) <= allowed


def test_the_zero_matrix_has_zero_factors() -> None:
    factors = truncate(np.zeros((4, 3), dtype=np.float32), 2)
    assert not (factors.left @ factors.right).any()


def test_rank_zero_is_refused() -> None:
    with pytest.raises(SettingError, match="rank is 0"):
        truncate(np.eye(3, dtype=np.float32), 0)
