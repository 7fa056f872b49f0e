"""The exact backend's verbs have Lean's meaning, and it is a `Backend`."""

from __future__ import annotations

import inspect
from fractions import Fraction

import numpy as np
import pytest

from pybridge.errors import NonFiniteError, SettingError, TypingError
from pybridge.runtime.backend import Backend
from pybridge.runtime.claims import Truth
from pybridge.runtime.exact import ExactBackend, ExactMap, ExactVec, compare

OPS = ExactBackend("l2")
X = ExactVec((Fraction(1), Fraction(2)))
A = ExactMap(((Fraction(1), Fraction(2)), (Fraction(0), Fraction(1))), 2)


def test_every_verb_of_the_protocol_is_there() -> None:
    for name, method in inspect.getmembers(Backend, inspect.isfunction):
        if not name.startswith("_"):
            ours = inspect.signature(getattr(ExactBackend, name))
            assert list(ours.parameters) == list(inspect.signature(method).parameters), name


def test_total_functions() -> None:
    assert OPS.div(Fraction(5), Fraction(0)) == 0
    assert OPS.sqrt(Fraction(-1)) == 0
    assert OPS.pow(Fraction(0), 0) == 1
    assert OPS.sum(3, 3, lambda i: 1 / 0) == 0
    assert OPS.sum(5, 2, lambda i: 1 / 0) == 0
    assert OPS.product(1, 1, lambda i: 1 / 0) == 1
    assert OPS.forall(0, 0, lambda i: OPS.lt(1, 0)).all_true()


def test_sums_products_and_quantifiers_run_over_half_open_ranges() -> None:
    assert OPS.sum(1, 4, OPS.cast) == 6
    assert OPS.product(1, 4, OPS.cast) == 6
    assert OPS.sum(0, 3, lambda i: X) == ExactVec((Fraction(3), Fraction(6)))
    assert OPS.forall(0, 4, lambda i: OPS.lt(i, 3)).any_false()
    assert OPS.forall(0, 3, lambda i: OPS.lt(i, 3)).all_true()


def test_relations() -> None:
    two = OPS.pow(OPS.sqrt(OPS.real(2)), 2)
    assert OPS.le(two, 2).all_true()
    assert OPS.lt(two, 2).any_false()
    assert OPS.eq(X, X + ExactVec((Fraction(0), Fraction(0)))).all_true()
    assert OPS.ne(A, A - A).all_true()
    assert OPS.eq(A - A, -(A - A)).all_true()
    assert OPS.ne(3, 0).all_true()
    claim = OPS.iff(OPS.le(1, 2), OPS.both(OPS.le(1, 2), OPS.lt(2, 2)))
    assert int(claim.truth) == Truth.FALSE


def test_norms_follow_the_space() -> None:
    assert [ExactBackend(space).vec_norm(X) for space in ("l1", "linf")] == [3, 2]
    assert compare(OPS.vec_norm(X) ** 2, Fraction(5)) == 0
    assert [ExactBackend(space).map_norm(A) for space in ("l1", "linf")] == [3, 3]
    assert OPS.inner(X, X) == 5


def test_inner_products_exist_in_l2_only() -> None:
    for space in ("l1", "linf"):
        with pytest.raises(TypingError, match="only l2"):
            ExactBackend(space).inner(X, X)


def test_solved_values_are_the_exact_ones() -> None:
    assert OPS.upper_end(Fraction(3)) == 3
    assert OPS.smallest_factor(Fraction(6), Fraction(4)) == Fraction(3, 2)
    assert OPS.smallest_factor(Fraction(6), Fraction(0)) == 0
    assert OPS.upper_end_over(0, 4, lambda i: OPS.cast(i % 3)) == 2
    assert OPS.upper_end_over(0, 0, OPS.cast) == 0


def test_ends_round_outward() -> None:
    for value in (
        Fraction(1, 3),
        Fraction(-1, 3),
        Fraction(1),
        Fraction(10) ** 400,
        Fraction(1, 10**400),
        -(Fraction(10) ** 400),
    ):
        low, high = OPS.ends(value)
        assert low == -np.inf or Fraction(low) <= value
        assert high == np.inf or Fraction(high) >= value
    assert OPS.ends(Fraction(1)) == (1.0, 1.0)
    with pytest.raises(TypeError):
        OPS.ends(X)


def test_bad_data_is_named() -> None:
    with pytest.raises(NonFiniteError, match="`δ` is nan"):
        OPS.admit("δ", float("nan"))
    assert OPS.admit("δ", 0.1) == Fraction(0.1)
    with pytest.raises(SettingError, match="no space `l3`"):
        ExactBackend("l3")
    with pytest.raises(TypingError, match="different dimensions"):
        OPS.eq(X, ExactVec((Fraction(1),)))
