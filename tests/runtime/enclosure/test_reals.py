"""Interval arithmetic: whatever the operands truly are within their intervals, the result is inside."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import EnclosedReal
from pybridge.runtime.enclosure import reals as r

ends = st.floats(-1e30, 1e30) | st.integers(-3, 3).map(float)


@st.composite
def enclosed(draw: Any) -> tuple[EnclosedReal, Fraction]:
    """An interval and a rational inside it, often an end."""
    lo, hi = sorted((draw(ends), draw(ends)))
    where = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 3)]))
    return EnclosedReal(lo, hi), Fraction(lo) + where * (Fraction(hi) - Fraction(lo))


def contains(interval: EnclosedReal, truth: Fraction) -> bool:
    lo, hi = float(interval.lo), float(interval.hi)
    return (lo == -np.inf or Fraction(lo) <= truth) and (hi == np.inf or truth <= Fraction(hi))


OPERATIONS: dict[str, tuple[Callable, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": (lambda a, b: a + b, lambda a, b: a + b),
    "-": (lambda a, b: a - b, lambda a, b: a - b),
    "*": (lambda a, b: a * b, lambda a, b: a * b),
    "/": (r.divide, lambda a, b: a / b if b else Fraction(0)),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=enclosed(), b=enclosed())
def test_operations_contain_the_truth(name: str, a: Any, b: Any) -> None:
    operation, exact = OPERATIONS[name]
    assert contains(operation(a[0], b[0]), exact(a[1], b[1]))


@given(enclosed(), st.integers(0, 9))
def test_powers_and_absolute_values_contain_the_truth(a: Any, exponent: int) -> None:
    assert contains(a[0] ** exponent, a[1] ** exponent)
    assert contains(r.absolute(a[0]), abs(a[1]))
    assert contains(-a[0], -a[1])


@given(enclosed())
def test_square_root_contains_the_truth(a: Any) -> None:
    root = r.square_root(a[0])
    inside = max(a[1], Fraction(0))
    assert Fraction(float(root.lo)) ** 2 <= inside <= Fraction(float(root.hi)) ** 2


@given(enclosed(), st.integers(-5, 5))
def test_python_integers_mix_in(a: Any, n: int) -> None:
    assert contains(n + a[0], n + a[1])
    assert contains(n - a[0], n - a[1])
    assert contains(n * a[0], n * a[1])


def test_exact_arithmetic_stays_a_point() -> None:
    p, full = EnclosedReal.exact(0.75), r.as_real(576 * 1536)
    live = p * 0 + (1 - p) * full
    assert live.is_point.all()
    assert live.lo == 221184.0


def test_even_powers_know_that_squares_are_not_negative() -> None:
    square = EnclosedReal(-1.0, 2.0) ** 2
    assert (square.lo, square.hi) == (0.0, 4.0)


def test_a_batch_keeps_its_instances_apart() -> None:
    a, b = EnclosedReal.exact([1.0, 2.0, 0.0]), EnclosedReal.exact([4.0, 0.0, 0.0])
    quotient = r.divide(a, b)
    assert quotient.lo.tolist() == [0.25, 0.0, 0.0]
    assert quotient.hi.tolist() == [0.25, 0.0, 0.0]


def test_what_may_be_zero_divides_into_the_unknown() -> None:
    quotient = r.divide(r.as_real(1), EnclosedReal(-1.0, 1.0))
    assert (quotient.lo, quotient.hi) == (-np.inf, np.inf)


def test_overflow_is_unbounded_not_wrong() -> None:
    square = EnclosedReal.exact(1e300) * EnclosedReal.exact(1e300)
    assert square.lo == np.finfo(np.float64).max
    assert square.hi == np.inf


def test_integers_beyond_float64_are_enclosed() -> None:
    n = 2**53 + 1
    assert contains(r.as_real(n), Fraction(n))
    assert not r.as_real(n).is_point


def test_refuses_what_is_no_interval_and_no_number() -> None:
    with pytest.raises(ValueError, match="no interval"):
        EnclosedReal(1.0, 0.0)
    with pytest.raises(ValueError, match="no interval"):
        EnclosedReal(np.nan, 1.0)
    with pytest.raises(NonFiniteError, match="nan"):
        EnclosedReal.exact([1.0, np.nan])
    with pytest.raises(TypeError, match="expected a real, got str"):
        r.as_real("1")
