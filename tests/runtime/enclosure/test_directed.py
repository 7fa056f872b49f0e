"""Directed float64 arithmetic against rationals: contains the truth, and is exact where float64 is."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.runtime.enclosure import directed
from pybridge.runtime.rounding import above

floats = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-1000, 1000).map(float)
    | st.sampled_from([0.0, 5e-324, -5e-324, 2.0**-1022, 1.7e308, 2.0**-500, 2.0**500, 1 / 3])
)
OPERATIONS: dict[str, tuple[Callable, Callable[[Fraction, Fraction], Fraction]]] = {
    "add": (directed.add, lambda a, b: a + b),
    "multiply": (directed.multiply, lambda a, b: a * b),
    "divide": (directed.divide, lambda a, b: a / b),
}


def point(value: float) -> np.ndarray:
    return np.asarray(value, dtype=np.float64)


def is_below(down: float, truth: Fraction) -> bool:
    return down == -math.inf or (down != math.inf and Fraction(down) <= truth)


def is_above(up: float, truth: Fraction) -> bool:
    return up == math.inf or (up != -math.inf and truth <= Fraction(up))


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=floats, b=floats)
def test_contains_the_truth(name: str, a: float, b: float) -> None:
    if name == "divide" and b == 0:
        b = 1.0
    operation, exact = OPERATIONS[name]
    down, up = operation(point(a), point(b))
    truth = exact(Fraction(a), Fraction(b))
    assert is_below(float(down), truth)
    assert is_above(float(up), truth)
    assert up <= above(above(down))


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=st.floats(-1e60, 1e60), b=st.floats(1e-60, 1e60))
def test_is_a_point_exactly_where_float64_is_exact(name: str, a: float, b: float) -> None:
    operation, exact = OPERATIONS[name]
    truth = exact(Fraction(a), Fraction(b))
    down, up = (float(end) for end in operation(point(a), point(b)))
    if abs(a) > 1e-60:
        assert (down == up) == (Fraction(float(truth)) == truth)
        assert up <= np.nextafter(down, np.inf)


@given(floats)
def test_square_root_contains_the_truth(value: float) -> None:
    value = abs(value)
    down, up = (float(end) for end in directed.square_root(point(value)))
    assert down >= 0
    assert Fraction(down) ** 2 <= Fraction(value) <= Fraction(up) ** 2


@pytest.mark.parametrize("square", [0.0, 1.0, 4.0, 6.25, 2.0**-40])
def test_square_root_of_a_square_is_a_point(square: float) -> None:
    down, up = directed.square_root(point(square))
    assert down == up == math.sqrt(square)


def test_zero_times_infinity_is_zero_and_what_is_lost_is_the_whole_line() -> None:
    assert directed.multiply(point(0), point(np.inf)) == (0, 0)
    assert directed.add(point(np.inf), point(-np.inf)) == (-np.inf, np.inf)
    assert directed.add(point(1.7e308), point(1.7e308)) == (np.finfo(np.float64).max, np.inf)
