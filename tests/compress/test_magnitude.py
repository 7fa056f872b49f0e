"""The mask keeps exactly round(keep · size) entries, the largest, ties by index, in any memory layout."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.compress.magnitude import (
    Threshold,
    kept_count,
    magnitude_threshold,
    mask_of_threshold,
    top_magnitude_mask,
)
from pybridge.errors import SettingError


def naive_mask(weight: np.ndarray, keep: float) -> np.ndarray:
    """Reference: a stable sort of all entries by falling magnitude."""
    order = sorted(range(weight.size), key=lambda i: (-abs(float(weight.ravel()[i])), i))
    mask = np.zeros(weight.size, dtype=bool)
    mask[order[: round(keep * weight.size)]] = True
    return mask.reshape(weight.shape)


@pytest.mark.parametrize("keep", [0.01, 0.05, 0.2, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 11), (16, 16)])
def test_mask_equals_the_sorted_reference(shape: tuple[int, int], keep: float) -> None:
    weight = np.random.default_rng(3).integers(-4, 5, size=shape).astype(np.float32)  # many ties, some zeros
    mask = top_magnitude_mask(weight, keep)
    assert mask.sum() == round(keep * weight.size)
    np.testing.assert_array_equal(mask, naive_mask(weight, keep))


def test_a_transposed_view_gets_the_same_mask() -> None:
    stored = np.random.default_rng(0).integers(-3, 4, size=(9, 5)).astype(np.float32)
    np.testing.assert_array_equal(top_magnitude_mask(stored.T, 0.3), top_magnitude_mask(stored.T.copy(), 0.3))


def test_mask_complement_is_exact() -> None:
    weight = np.random.default_rng(1).standard_normal((8, 6)).astype(np.float32)
    mask = top_magnitude_mask(weight, 0.25)
    np.testing.assert_array_equal(weight * mask + weight * ~mask, weight)


@pytest.mark.parametrize("keep", [0.0, -0.1, 1.5, float("nan")])
def test_keep_outside_its_range_is_refused(keep: float) -> None:
    with pytest.raises(SettingError, match=r"\(0, 1\]"):
        kept_count(10, keep)


def test_a_remembered_threshold_makes_the_same_mask() -> None:
    weight = np.random.default_rng(2).integers(-4, 5, size=(12, 9)).astype(np.float32)
    threshold = magnitude_threshold(weight, 0.4)
    again = Threshold(float(np.float64(threshold.value)), threshold.ties)
    np.testing.assert_array_equal(mask_of_threshold(weight, again), top_magnitude_mask(weight, 0.4))
    assert threshold.ties > 0


def test_keeping_nothing_is_the_empty_mask() -> None:
    assert not top_magnitude_mask(np.ones((2, 2), dtype=np.float32), 0.1).any()
