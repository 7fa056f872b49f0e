"""Means and intervals over runs, by hand and against SciPy."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from pybridge.profile.estimates import Estimate, estimate


def test_one_run_is_a_mean_and_nothing_more() -> None:
    assert estimate([[0.25]]) == Estimate(0.25, None, None, 1, None)


def test_seeds_are_averaged_within_a_sequence_and_make_no_interval() -> None:
    assert estimate([[1.0, 2.0, 6.0]]) == Estimate(3.0, None, None, 1, 5.0)


def test_the_interval_is_students_over_sequences() -> None:
    values = [0.9, 1.1, 1.6, 0.7]
    found = estimate([[v] for v in values])
    assert found is not None
    lo, hi = stats.t.interval(0.95, 3, loc=sum(values) / 4, scale=stats.sem(values))
    assert found.lo == pytest.approx(lo, rel=1e-12)
    assert found.hi == pytest.approx(hi, rel=1e-12)


def test_seeds_do_not_narrow_it() -> None:
    once, thrice = estimate([[1.0], [2.0]]), estimate([[1.0] * 3, [2.0] * 3])
    assert once is not None
    assert thrice is not None
    assert (once.lo, once.hi) == (thrice.lo, thrice.hi)


def test_noise_is_left_out_and_counted() -> None:
    assert estimate([[None], [2.0, None], [math.inf]]) == Estimate(2.0, None, None, 1, None)
    assert estimate([[None, None], [None]]) is None
