"""The nearest earlier differing input, against a double loop."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.measure.nearest import _kinds, nearest_earlier


def naive(x: np.ndarray) -> tuple[list[int], list[float]]:
    index, distance = [], []
    for t in range(len(x)):
        candidates = [(float(np.linalg.norm(x[t] - x[s])), s) for s in range(t) if (x[s] != x[t]).any()]
        best = min(candidates, default=(float("nan"), -1))
        distance.append(best[0])
        index.append(best[1])
    return index, distance


def test_equals_the_double_loop_over_several_row_blocks() -> None:
    x = np.random.default_rng(0).standard_normal((300, 7)).astype(np.float32)
    x[10] = x[3]
    x[200] = x[150]
    found = nearest_earlier(x)
    index, distance = naive(x.astype(np.float64))
    np.testing.assert_array_equal(found.index, index)
    # two orders of summation of 7 squares and a root: at most 2 · (7 + 1) half-ulps apart
    np.testing.assert_allclose(found.distance, distance, rtol=8 * np.finfo(float).eps)


def test_repeated_inputs_are_never_their_own_neighbour() -> None:
    x = np.array([[1.0, 0.0], [1.0, -0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    found = nearest_earlier(x)
    assert found.index.tolist() == [-1, -1, -1, 0, 3]
    assert found.found.tolist() == [3, 4]


@pytest.mark.parametrize("exponent", [-900, -160, -70, 70, 130, 900])
def test_the_scale_of_the_inputs_does_not_matter(exponent: int) -> None:
    x = np.random.default_rng(3).standard_normal((40, 5))
    once, scaled = nearest_earlier(x), nearest_earlier(np.ldexp(x, exponent))
    np.testing.assert_array_equal(scaled.index, once.index)
    np.testing.assert_array_equal(scaled.distance, np.ldexp(once.distance, exponent))


@pytest.mark.parametrize("small", [1e-12, 1e-19, 1e-22, 1e-30])
def test_one_large_input_does_not_blur_the_small_ones(small: float) -> None:
    x = small * np.random.default_rng(4).standard_normal((40, 3))
    x[[0, 20], 0] = 1.0
    found = nearest_earlier(x)
    np.testing.assert_array_equal(found.index, naive(x)[0])


def test_large_common_offset_does_not_hide_the_neighbour() -> None:
    x = np.random.default_rng(1).standard_normal((40, 5)) + 1e6
    assert nearest_earlier(x).index.tolist() == naive(x)[0]


def test_inputs_that_differ_in_two_signs_are_neighbours() -> None:
    x = np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0], [-1.0, -2.0, 3.0]])
    assert nearest_earlier(x).index.tolist() == [-1, 0, 0]


def test_only_equal_inputs_are_of_one_kind() -> None:
    x = np.random.default_rng(2).standard_normal((2000, 2)).astype(np.float32)
    x = (x.view(np.uint32) & 0xFFFF0000).view(np.float32).astype(np.float64)  # what bfloat16 keeps
    x[1000:1100] = x[:100]
    assert len(np.unique(_kinds(x))) == len(np.unique(x, axis=0))
