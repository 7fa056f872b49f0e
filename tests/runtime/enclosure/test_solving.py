"""Solved values make their hypothesis certain, and one float less would not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.runtime.enclosure import EnclosedReal, EnclosureBackend
from pybridge.runtime.enclosure.reals import as_real

ops = EnclosureBackend()
positive = st.floats(1e-100, 1e100)
spread = st.floats(0, 0.5)


@given(positive, spread, positive, spread)
def test_the_smallest_factor_is_certain_and_least(
    covered: float, loose: float, factor: float, wide: float
) -> None:
    t, s = EnclosedReal(covered, covered * (1 + loose)), EnclosedReal(factor, factor * (1 + wide))
    v = ops.smallest_factor(t, s)
    assert v.is_point.all()
    assert ops.le(t, v * s).all_true()
    less = as_real(np.nextafter(np.nextafter(float(v.hi), 0.0), 0.0))
    assert not ops.le(t, less * s).all_true()


def test_nothing_to_cover_needs_no_factor() -> None:
    v = ops.smallest_factor(as_real(0), as_real(0))
    assert (v.lo, v.hi) == (0.0, 0.0)
    assert ops.le(0, v * as_real(0)).all_true()


@pytest.mark.parametrize("factor", [EnclosedReal(0.0, 1.0), EnclosedReal(-1.0, 1.0)])
def test_a_factor_that_may_be_zero_leaves_the_answer_open(factor: EnclosedReal) -> None:
    v = ops.smallest_factor(as_real(1), factor)
    assert (v.lo, v.hi) == (0.0, np.inf)
    assert int(ops.le(as_real(1), v * factor).truth) == 0


def test_a_factor_that_is_zero_makes_the_hypothesis_false() -> None:
    v = ops.smallest_factor(as_real(1), as_real(0))
    assert ops.le(as_real(1), v * as_real(0)).any_false()


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), spread), min_size=1, max_size=5))
def test_upper_ends(values: list[tuple[float, float]]) -> None:
    reals = [EnclosedReal(lo, lo + width) for lo, width in values]
    cap = ops.upper_end_over(0, len(reals), lambda i: reals[i])
    assert ops.forall(0, len(reals), lambda i: ops.le(reals[i], cap)).all_true()
    assert cap.hi == max(float(real.hi) for real in reals)
    assert ops.le(reals[0], ops.upper_end(reals[0])).all_true()


def test_upper_ends_of_nothing_and_of_the_unbounded() -> None:
    assert ops.upper_end_over(0, 0, lambda i: as_real(1)).hi == 0.0
    unbounded = EnclosedReal(1.0, np.inf)
    assert int(ops.le(unbounded, ops.upper_end(unbounded)).truth) == 0


def test_each_instance_has_its_own_factor() -> None:
    covered, factor = EnclosedReal.exact([1.0, 0.0, 3.0]), EnclosedReal.exact([4.0, 0.0, 0.0])
    v = ops.smallest_factor(covered, factor)
    assert v.lo.tolist() == [0.25, 0.0, 0.0]
    assert v.hi.tolist() == [0.25, 0.0, np.inf]
