"""The norm of U V without U V: against the exact product of the stored factors."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.runtime.norms import NormEnclosure, factored_norm_enclosure, operator_norm_enclosure
from tests.runtime.norms.oracle import is_above, is_below, square_norm


def integer_factors(seed: int, rows: int, rank: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Factors whose product float64 holds exactly, so that the oracle can be given the product."""
    generator = np.random.default_rng(seed)
    return (
        generator.integers(-9, 10, (rows, rank)).astype(np.float64),
        generator.integers(-9, 10, (rank, columns)).astype(np.float64),
    )


@given(
    st.integers(0, 10**6),
    st.integers(1, 6),
    st.integers(0, 6),
    st.integers(1, 6),
    st.sampled_from([1e-2, 1e-8]),
)
def test_encloses_the_exact_product(seed: int, rows: int, rank: int, columns: int, rel: float) -> None:
    left, right = integer_factors(seed, rows, rank, columns)
    found, truth = factored_norm_enclosure(left, right, rel=rel), square_norm(left @ right)
    assert is_below(found.lo, truth)
    assert is_above(found.hi, truth)


def test_is_narrow_for_the_halves_of_a_truncated_svd() -> None:
    matrix = np.random.default_rng(0).standard_normal((90, 60))
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    left, right = u[:, :8] * s[:8], v[:8]
    assert factored_norm_enclosure(left, right).relative_width <= 1e-2
    exact = factored_norm_enclosure(left, right, rel=1e-9)
    assert exact.relative_width <= 1e-9
    product = operator_norm_enclosure(left @ right, rel=1e-9)
    assert exact.lo <= product.hi * (1 + 1e-12)
    assert product.lo <= exact.hi * (1 + 1e-12)


def test_cancelling_factors_stay_sound() -> None:
    """U V far smaller than ‖U‖ ‖V‖: wide, but around the truth."""
    left = np.array([[1.0, 1.0], [1.0, 1.0]]) * 2.0**20
    right = np.array([[1.0, 2.0], [-1.0, -2.0 + 2.0**-30]]) * 2.0**20
    exact = [
        [sum(Fraction(a) * Fraction(b) for a, b in zip(row, column, strict=True)) for column in right.T]
        for row in left
    ]
    found, truth = factored_norm_enclosure(left, right), square_norm(np.array(exact, dtype=np.float64))
    assert is_below(found.lo, truth)
    assert is_above(found.hi, truth)


@pytest.mark.parametrize("scale", [1e-200, 1e85, 1e200])
def test_extreme_factors_get_a_sound_upper_end(scale: float) -> None:
    found = factored_norm_enclosure(np.full((2, 1), scale), np.full((1, 2), scale))
    assert found.lo == 0.0
    assert found.hi >= min(2 * scale * scale, np.finfo(np.float64).max)


def test_zero_factors_give_exactly_zero() -> None:
    assert factored_norm_enclosure(np.zeros((3, 2)), np.ones((2, 3))) == NormEnclosure(
        0.0, 0.0, "exact enclosure"
    )
    assert factored_norm_enclosure(np.zeros((3, 0)), np.zeros((0, 3))).hi == 0.0
