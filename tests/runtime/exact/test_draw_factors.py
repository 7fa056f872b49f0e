"""Factors and intervals: what is drawn satisfies its inequality, the free corner and equality included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings

from pybridge.runtime.exact import Irrational, compare, sign, square_root
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.factors import RejectedDraw
from pybridge.runtime.exact.reals import Real
from pybridge.runtime.strategies import EXAMPLES, drawn

ZERO = Fraction(0)


def counted(body: Callable[[Draw, Counter[str]], None]) -> Counter[str]:
    """What one property test's examples reach."""
    seen: Counter[str] = Counter()
    settings(max_examples=EXAMPLES, derandomize=True, database=None)(
        given(drawn("l2"))(lambda d: body(d, seen))
    )()
    return seen


def size(d: Draw) -> Real:
    """≥ 0, irrational at times."""
    return d.nonneg() * (square_root(Fraction(2)) if d.nat() > 2 else 1)


def test_a_coefficient_is_free_where_its_factor_is_zero() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r = size(d)
        v = d.coefficient(r)
        assert sign(v * r) >= 0
        seen["negative"] += v < 0
        seen["zero, though it need not be"] += v == 0 and bool(sign(r))

    seen = counted(body)
    assert min(seen["negative"], seen["zero, though it need not be"]) >= 5


def test_a_factor_covers() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r = size(d)
        covered = size(d) if sign(r) else ZERO
        v = d.factor(covered, r)
        order = compare(covered, v * r)
        assert order <= 0
        seen["equal"] += order == 0 and bool(sign(covered))
        seen["free"] += not sign(r) and sign(v) < 0
        seen["irrational"] += isinstance(v, Irrational)

    seen = counted(body)
    assert min(seen["equal"], seen["irrational"]) >= 20
    assert seen["free"] >= 3


def test_lifting_exceeds_the_gap() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r = size(d) * (-1 if d.nat() == 1 else 1)
        gap = d.real() if sign(r) else -d.positive()
        v = d.lifting(gap, r)
        assert compare(gap, v * r) < 0
        seen["free"] += not sign(r)
        seen["factor negative"] += sign(r) < 0

    seen = counted(body)
    assert min(seen["free"], seen["factor negative"]) >= 5


def test_shares_stay_below() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r, bound = size(d), size(d) + d.positive()
        v, w = d.share_below(bound, r), d.share_at_most(bound, r)
        assert min(v, w) >= 0
        assert compare(v * r, bound) < 0
        assert compare(w * r, bound) <= 0
        seen["all of it"] += compare(w * r, bound) == 0
        seen["none of it"] += v == 0
        assert d.share_at_most(ZERO, d.positive()) == 0

    seen = counted(body)
    assert min(seen["all of it"], seen["none of it"]) >= 15


def test_a_level_is_met_and_missed_on_both_sides() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r, bound = size(d), d.real()
        order = compare(d.level(bound, r) * r, bound)
        seen[f"{order} at {'a factor' if sign(r) else 'zero'}"] += 1

    seen = counted(body)
    assert seen["0 at a factor"] >= 40
    assert min(seen["1 at a factor"], seen["-1 at a factor"]) >= 10


def test_squares_stay_within() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        bound = size(d) + d.positive()
        w = d.square_within(bound)
        assert compare(w * w, bound) < 0
        free = d.real()
        seen["beyond"] += compare(d.square_within(bound, free=free) ** 2, bound) >= 0
        seen["negative"] += w < 0
        assert compare(d.square_within(bound, free=ZERO) ** 2, bound) < 0

    seen = counted(body)
    assert min(seen["beyond"], seen["negative"]) >= 10


def test_intervals() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        r, low = size(d), d.real()
        high = low + r
        assert compare(d.ops.abs(d.within(r)), r) <= 0
        v = d.between(low, high)
        assert compare(low, v) <= 0
        assert compare(v, high) <= 0
        seen["low"] += compare(v, low) == 0
        seen["high"] += compare(v, high) == 0
        seen["inside"] += compare(low, v) * compare(v, high) == 1
        with pytest.raises(RejectedDraw):
            d.between(high + d.positive(), low)
        with pytest.raises(RejectedDraw):
            d.strictly_between(low, low)
        if sign(r):
            inside = d.strictly_between(low, high)
            assert compare(low, inside) < 0
            assert compare(inside, high) < 0

    seen = counted(body)
    assert min(seen["low"], seen["high"], seen["inside"]) >= 15


def test_above_all() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        n = d.nat()
        c = d.sequence(n)
        v = d.above_all(0, n, c)
        assert all(compare(c(i), v) <= 0 for i in range(n))
        seen["empty and negative"] += n == 0 and sign(v) < 0
        seen["attained"] += n > 0 and any(compare(c(i), v) == 0 for i in range(n))
        floor = d.real()
        assert compare(floor, d.above_all(0, n, c, least=floor)) <= 0
        assert compare(floor, d.above_all(n, n, c, least=floor)) <= 0

    seen = counted(body)
    assert seen["empty and negative"] >= 2
    assert seen["attained"] >= 40
