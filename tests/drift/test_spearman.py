"""Rank correlation, its p-values and its interval against hand-made cases."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import rankdata
from scipy.stats import t as student

from pybridge.drift.spearman import FEWEST, spearman, why_no_correlation

X = [1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_same_order_and_the_opposite_one() -> None:
    for y, r in (([1.0, 10.0, 100.0, 1e3, 1e4], 1.0), ([5.0, 4.0, 3.0, 2.0, 1.0], -1.0)):
        found = spearman(X, y, resamples=500, seed=0)
        assert math.isclose(found.r, r)
        assert found.exact
        assert found.permutations == 120
        assert found.p_permutation == 2 / 120  # the order itself and its reverse
        assert found.interval is not None
        assert all(math.isclose(end, r) for end in found.interval)


def test_a_case_worked_by_hand() -> None:
    """d = 0, -1, 1, -1, 1: r = 1 - 6 Σd² / (n (n² - 1)) = 1 - 24/120. Of 120 orders, Σd² ≤ 4 or ≥ 36 in
    16: the identity, four with Σd² = 2, three with 4, and their reverses.
    """
    found = spearman(X, [1.0, 3.0, 2.0, 5.0, 4.0], resamples=500, seed=0)
    assert math.isclose(found.r, 0.8)
    assert found.p_permutation == 16 / 120
    t = 0.8 * math.sqrt(3 / (1 - 0.64))
    assert math.isclose(found.p_asymptotic, 2 * student.sf(t, 3))
    assert 0.10 < found.p_asymptotic < 0.11


def test_ties_have_mean_ranks() -> None:
    """Ranks -2 … 2 and -1.5, -1.5, 0, 1.5, 1.5 about their mean: r = 9 / √(10 · 9)."""
    found = spearman(X, [7.0, 7.0, 8.0, 9.0, 9.0], resamples=500, seed=0)
    assert math.isclose(found.r, math.sqrt(0.9))


def test_exact_p_counts_orders_with_ties_too() -> None:
    x, y = [1.0, 1.0, 2.0, 3.0, 4.0, 4.0], [2.0, 1.0, 1.0, 5.0, 3.0, 4.0]
    r = abs(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
    orders = [abs(np.corrcoef(rankdata(x), rankdata(order))[0, 1]) for order in permutations(y)]
    expected = sum(one > r - 1e-9 for one in orders) / len(orders)
    assert spearman(x, y, resamples=100, seed=0).p_permutation == expected


def test_many_pairs_draw_orders() -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=40)
    y = x + 3 * generator.normal(size=40)
    found = spearman(x.tolist(), y.tolist(), resamples=9000, seed=1)
    assert not found.exact
    assert found.permutations == 9000
    assert found.p_permutation == pytest.approx(found.p_asymptotic, abs=0.02)
    assert found.interval is not None
    low, high = found.interval
    assert -1 <= low < found.r < high <= 1
    assert found.p_permutation >= 1 / 9001
    assert spearman(x.tolist(), x.tolist(), resamples=200, seed=1).p_permutation == 1 / 201


def test_a_seed_settles_everything() -> None:
    generator = np.random.default_rng(4)
    x, y = generator.normal(size=12).tolist(), generator.normal(size=12).tolist()
    first = spearman(x, y, resamples=5000, seed=7)
    assert spearman(x, y, resamples=5000, seed=7) == first
    other = spearman(x, y, resamples=5000, seed=8)
    assert (other.r, other.p_asymptotic) == (first.r, first.p_asymptotic)
    assert other.interval != first.interval


def test_resamples_without_an_r_are_left_out() -> None:
    """With y = 0 but for one pair, a resample that misses it, (4/5)^5 = 33 % of them, is constant."""
    found = spearman(X, [0.0, 0.0, 0.0, 0.0, 1.0], resamples=4000, seed=0)
    assert 0.28 < found.degenerate / found.resamples < 0.38
    assert found.interval is not None
    assert all(math.isfinite(end) for end in found.interval)


def test_when_no_correlation_means_anything() -> None:
    assert FEWEST == 5
    assert why_no_correlation(X[:1], X[:1], ("a", "b")) == "1 block can be compared, 5 are needed"
    assert why_no_correlation(X[:4], X[:4], ("a", "b")) == "4 blocks can be compared, 5 are needed"
    assert why_no_correlation(X, [1.0] * 5, ("a", "b")) == "b is the same for every block"
    assert why_no_correlation([2.0] * 5, X, ("a", "b")) == "a is the same for every block"
    assert why_no_correlation(X, X, ("a", "b")) is None
