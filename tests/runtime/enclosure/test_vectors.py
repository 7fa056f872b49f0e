"""Enclosed vectors against rationals: sums, norms and inner products contain the truth and are shared."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec
from pybridge.runtime.enclosure.vectors import ZeroVec

entries = st.floats(-1e100, 1e100) | st.sampled_from([0.0, 5e-324, 1e-200, 3.0, -4.0])
pairs = st.integers(0, 5).flatmap(lambda d: st.tuples(*[hnp.arrays(np.float64, d, elements=entries)] * 3))

Rationals = list[Fraction]


def rational(x: np.ndarray) -> Rationals:
    return [Fraction(float(entry)) for entry in x]


def dot(x: Rationals, y: Rationals) -> Fraction:
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def contains_norm(norm: EnclosedReal, x: Rationals) -> bool:
    return Fraction(float(norm.lo)) ** 2 <= dot(x, x) <= Fraction(float(norm.hi)) ** 2


def contains(interval: EnclosedReal, truth: Fraction) -> bool:
    return Fraction(float(interval.lo)) <= truth <= Fraction(float(interval.hi))


@given(pairs)
def test_sums_norms_and_inner_products_contain_the_truth(arrays: Any) -> None:
    x, y, z = (EnclosedVec.exact(a) for a in arrays)
    p, q, s = (rational(a) for a in arrays)
    total = [a + b - c for a, b, c in zip(p, q, s, strict=True)]
    assert contains_norm(((x + y) - z).norm(), total)
    assert contains_norm((-x).norm(), p)
    assert contains(x.inner(y), dot(p, q))
    assert contains(((x + y) - z).inner(x - y), dot(total, [a - b for a, b in zip(p, q, strict=True)]))


def test_each_instance_of_a_batch_is_its_own() -> None:
    x = EnclosedVec.exact([[3.0, 4.0], [0.0, 0.0], [1e-300, 0.0]])
    norm = x.norm()
    assert norm.lo.shape == (3,)
    assert norm.lo[0] <= 5 <= norm.hi[0]
    assert (norm.lo[1], norm.hi[1]) == (0.0, 0.0)
    assert 0 < norm.lo[2] <= 1e-300 <= norm.hi[2]


def test_a_vector_and_a_batch_broadcast() -> None:
    x, one = EnclosedVec.exact([[1.0, 0.0], [0.0, 2.0]]), EnclosedVec.exact([1.0, 0.0])
    assert (x - one).norm().hi[0] == 0.0
    assert contains(EnclosedReal(x.inner(one).lo[0], x.inner(one).hi[0]), Fraction(1))


def test_the_zero_vector_fits_every_dimension() -> None:
    x, zero = EnclosedVec.exact([1.0, 2.0]), ZeroVec()
    assert x + zero is x
    assert x - zero is x
    assert zero + x is x
    assert np.array_equal((zero - x).mid, [-1.0, -2.0])
    assert x.inner(zero).hi == 0.0
    assert zero.norm().hi == 0.0
    assert (-zero).inner(x).lo == 0.0


def test_a_difference_of_data_is_known_to_the_last_place() -> None:
    """Each entry is rounded once: subtracting nearly equal states costs nothing but that."""
    h = np.random.default_rng(0).standard_normal(4000)
    error = (EnclosedVec.exact(h * (1 + 1e-7)) - EnclosedVec.exact(h)).norm()
    assert (error.hi - error.lo) / error.lo <= 1e-12


def test_a_shared_summand_is_taken_out_of_a_difference() -> None:
    """A small update of a large state: (h + u) - (h + û) is u - û, not the rounding of two large sums."""
    h, u, uhat = (EnclosedVec.exact(np.array(entries)) for entries in ([1e12, 3.0], [1e-6, 0.1], [2e-6, 0.3]))
    for difference in ((h + u) - (h + uhat), (u + h) - (h + uhat), (h + u) - (uhat + h)):
        assert difference is u - uhat
    assert (h + u) - h is u
    assert (h + u) - u is h
    assert not np.any((h - h).mid)
    assert (h - h).rad == 0.0
    enclosed = EnclosedVec(np.array([1.0, 2.0]), 0.5)
    assert (enclosed - enclosed).norm().hi == 0.0
    assert (enclosed - EnclosedVec(np.array([1.0, 2.0]), 0.5)).norm().hi >= 1.0, "near is not the same"


def test_derived_values_are_computed_once() -> None:
    x, y = EnclosedVec.exact([1.0, 2.0]), EnclosedVec.exact([3.0, 4.0])
    assert x + y is x + y
    assert x - y is x - y
    assert (x - y).norm() is (x - y).norm()
    assert x.inner(y) is x.inner(y)
    assert x + y is not x - y


def test_overflow_leaves_nothing_known_in_that_instance_only() -> None:
    x = EnclosedVec.exact([[1.7e308, 0.0], [1.0, 0.0]])
    total = (x + x).norm()
    assert total.hi[0] == np.inf
    assert total.lo[0] == 0.0
    assert total.hi[1] < 2.1
    inner = x.inner(x)
    assert (inner.lo[0], inner.hi[0]) == (-np.inf, np.inf)
    assert np.isfinite(inner.hi[1])


def test_float32_data_is_exact() -> None:
    value = np.float32(0.1)
    x = EnclosedVec.exact(np.array([value]))
    assert float(x.mid[0]) == float(value)
    assert x.rad == 0.0


def test_errors_say_which_variable_and_where() -> None:
    x = EnclosedVec.exact([[1.0, 2.0], [np.nan, 0.0]])
    with pytest.raises(NonFiniteError, match=r"variable xc holds nan at position \(1, 0\)"):
        x.require_finite("xc")
    with pytest.raises(ValueError, match=r"shape \(d,\) or \(B, d\)"):
        EnclosedVec.exact(np.zeros((1, 2, 3)))
