"""Euclidean norms and inner products of floats contain the rational truth."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.runtime.norms.sums import BLOCK, blocked_dot, dot_radius, euclidean_norm

any_float = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, 5e-324, 1e308, 1e-160, 3.0]
)
vectors = hnp.arrays(np.float64, st.integers(0, 8), elements=any_float)


def square(x: np.ndarray) -> Fraction:
    return sum((Fraction(float(entry)) ** 2 for entry in x), Fraction(0))


def contains_root(lo: float, hi: float, truth: Fraction) -> bool:
    return lo >= 0 and Fraction(lo) ** 2 <= truth and (hi == np.inf or truth <= Fraction(hi) ** 2)


@given(vectors)
def test_norm_contains_the_truth(x: np.ndarray) -> None:
    lo, hi = euclidean_norm(x)
    assert contains_root(float(lo), float(hi), square(x))


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=any_float))
def test_norm_treats_each_row_of_a_batch_alone(x: np.ndarray) -> None:
    lo, hi = euclidean_norm(x)
    for row, low, high in zip(x, lo, hi, strict=True):
        assert contains_root(float(low), float(high), square(row))


@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 5])
@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300])
def test_long_vectors_are_enclosed_tightly(length: int, scale: float) -> None:
    x = scale * np.random.default_rng(length).standard_normal(length)
    lo, hi = euclidean_norm(x)
    assert contains_root(float(lo), float(hi), square(x))
    assert hi - lo <= 1e-12 * lo


def test_zero_is_exact() -> None:
    assert euclidean_norm(np.zeros(5)) == (0.0, 0.0)
    assert euclidean_norm(np.zeros((2, 0)))[1].tolist() == [0.0, 0.0]


moderate = st.floats(-1e100, 1e100) | st.sampled_from([0.0, 1e-200, -1e-170, 5e-324])


@given(st.integers(1, 6).flatmap(lambda d: st.tuples(*[hnp.arrays(np.float64, d, elements=moderate)] * 2)))
def test_dot_radius_covers_the_rounding(pair: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = pair
    truth = sum((Fraction(float(a)) * Fraction(float(b)) for a, b in zip(x, y, strict=True)), Fraction(0))
    radius = dot_radius(len(x), euclidean_norm(x)[1], euclidean_norm(y)[1])
    assert abs(Fraction(float(blocked_dot(x, y))) - truth) <= Fraction(float(radius))


def test_dot_of_long_vectors_cancelling_to_nothing() -> None:
    x = np.random.default_rng(0).standard_normal(5000)
    y = np.concatenate([x[2500:], -x[:2500]])  # ⟨x, y⟩ = 0
    radius = dot_radius(5000, euclidean_norm(x)[1], euclidean_norm(y)[1])
    assert abs(float(blocked_dot(x, y))) <= float(radius) <= 1e-9


@pytest.mark.parametrize("length", [3, 1500])
def test_the_ends_of_a_norm_do_not_depend_on_the_rest_of_the_batch(length: int) -> None:
    rng = np.random.default_rng(length)
    x = rng.standard_normal((5, length)) * np.array([[1.0], [0.0], [1e200], [1e-200], [3.0]])
    for batch in (x, x[:2], x[::-1], x[2:4]):
        lo, hi = euclidean_norm(batch)
        for row, row_lo, row_hi in zip(batch, lo, hi, strict=True):
            assert (row_lo, row_hi) == tuple(euclidean_norm(row))
