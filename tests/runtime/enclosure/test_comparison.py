"""Certainly true, certainly false, or undecided: each relation on intervals in every position."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.runtime.claims import Truth
from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec, EnclosureBackend
from pybridge.runtime.enclosure.reals import as_real

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNDECIDED
ops = EnclosureBackend()


def interval(lo: float, hi: float) -> EnclosedReal:
    return EnclosedReal(lo, hi)


@pytest.mark.parametrize(
    ("left", "right", "le", "lt", "eq", "ne"),
    [
        ((0, 1), (2, 3), T, T, F, T),
        ((0, 1), (1, 2), T, U, U, U),
        ((0, 2), (1, 3), U, U, U, U),
        ((1, 2), (0, 1), U, F, U, U),
        ((2, 3), (0, 1), F, F, F, T),
        ((1, 1), (1, 1), T, F, T, F),
        ((0, 0), (0, 0), T, F, T, F),
        ((1, 1 + 1e-7), (1, 1), U, F, T, U),
        ((1, 1 + 1e-5), (1, 1), U, F, U, U),
        ((-np.inf, np.inf), (0, 0), U, U, U, U),
    ],
)
def test_relations(left: tuple, right: tuple, le: Truth, lt: Truth, eq: Truth, ne: Truth) -> None:
    a, b = interval(*left), interval(*right)
    assert [int(claim.truth) for claim in (ops.le(a, b), ops.lt(a, b), ops.eq(a, b), ops.ne(a, b))] == [
        le,
        lt,
        eq,
        ne,
    ]


def test_a_batch_is_decided_instance_by_instance() -> None:
    claim = ops.le(EnclosedReal([0.0, 2.0, 0.0], [1.0, 3.0, 3.0]), as_real(1))
    assert claim.truth.tolist() == [T, F, U]


def test_naturals_are_compared_as_they_are() -> None:
    assert ops.ne(3, 0).all_true()
    assert ops.ne(0, 0).any_false()
    assert ops.le(2, 2).all_true()


def test_a_shared_nonnegative_factor_cancels() -> None:
    """Theorem 6: ‖f‖ δ₁ ≤ ‖f‖ δ₂, with ‖f‖ known to 1 % and the two distances closer than that."""
    norm = interval(1.0, 1.01)
    small, large = as_real(0.5), as_real(0.501)
    assert ops.le(norm * small, norm * large).truth == T
    assert ops.le(norm * large, norm * small).truth == F
    assert ops.lt(small * norm, norm * large).truth == T
    assert ops.le(norm * small, norm * small).truth == T
    assert ops.lt(norm * small, norm * small).truth == F
    other = interval(1.0, 1.01)
    assert ops.le(other * small, norm * large).truth == U  # two norms, not one


def test_a_factor_that_may_vanish_or_be_negative_proves_only_what_it_can() -> None:
    small, large = as_real(1), as_real(2)
    vanishing, negative = interval(0.0, 1.0), interval(-1.0, 1.0)
    assert ops.le(vanishing * small, vanishing * large).truth == T
    assert ops.lt(vanishing * small, vanishing * large).truth == U
    assert ops.le(vanishing * large, vanishing * small).truth == U
    assert ops.le(negative * small, negative * large).truth == U


def test_a_shared_denominator_cancels() -> None:
    """10c with no error yet: ‖û - u‖ / ‖h'‖ ≤ ε / ‖h'‖, an equality but for the last place of ‖h'‖."""
    norm, injected, less = interval(3.0, 3.1), as_real(0.5), as_real(0.499)
    assert ops.le(ops.div(injected, norm), ops.div(injected, norm)).truth == T
    assert ops.lt(ops.div(less, norm), ops.div(injected, norm)).truth == T
    assert ops.le(ops.div(injected, norm), ops.div(less, norm)).truth == F
    assert ops.le(ops.div(injected, interval(3.0, 3.1)), ops.div(injected, norm)).truth == U
    vanishing, negative = interval(0.0, 1.0), interval(-2.0, -1.0)
    assert ops.le(ops.div(less, vanishing), ops.div(injected, vanishing)).truth == T
    assert ops.le(ops.div(injected, vanishing), ops.div(less, vanishing)).truth == U
    assert ops.le(ops.div(injected, negative), ops.div(less, negative)).truth == U


def test_a_real_is_one_times_itself() -> None:
    """D1 over no block at all: V n ≤ 1 * V n."""
    v = interval(1.0, 1.01)
    assert ops.le(v, v).truth == T
    assert ops.lt(v, v).truth == F
    assert ops.le(v, ops.product(0, 0, lambda t: v) * v).truth == T
    assert ops.le(v, as_real(0.999) * v).truth == F
    assert ops.le(v, interval(1.0, 1.01)).truth == U
    assert ops.le(interval(-1.0, 1.0), v).truth == T


def test_adding_zero_changes_nothing_and_is_seen_not_to() -> None:
    v = EnclosedReal([1.0, 2.0], [1.5, 2.5])
    assert v + as_real(0) is v
    assert as_real(0) + v is v
    assert v - as_real(0) is v
    assert (EnclosedReal([0.0, 0.0], [0.0, 0.0]) + interval(1, 2)).lo.tolist() == [1.0, 1.0]
    assert v + EnclosedReal([0.0, 0.0], [0.0, 1.0]) is not v


def test_vectors_and_maps_compare_by_the_norm_of_their_difference() -> None:
    x, y = EnclosedVec.exact([[1.0, 0.0], [0.0, 0.0]]), EnclosedVec.exact([[0.0, 1.0], [0.0, 0.0]])
    assert ops.ne(x, y).truth.tolist() == [T, F]
    assert ops.eq(x, y).truth.tolist() == [F, T]
    assert ops.ne(x, ops.zero("E")).truth.tolist() == [T, F]
    assert ops.eq(x + y, EnclosedVec.exact(x.mid) + y).all_true()  # within [0, 2 rad], narrow against ‖x + y‖
    far, tiny = EnclosedVec.exact([1e10, 0.0]), EnclosedVec.exact([1e-9, 0.0])
    assert int(ops.eq(far + tiny - EnclosedVec.exact(far.mid), tiny).truth) == U
    W = EnclosedMap.exact(np.eye(2))
    assert ops.eq(W, EnclosedMap.exact(np.eye(2))).all_true()
    assert ops.ne(W, EnclosedMap.exact(2 * np.eye(2))).all_true()


def test_combinations() -> None:
    true, false, open_ = ops.le(0, 1), ops.le(1, 0), ops.le(interval(0, 2), 1)
    assert ops.iff(false, false).all_true()
    assert ops.iff(true, false).any_false()
    assert int(ops.iff(true, open_).truth) == U
    assert int(ops.both(false, open_).truth) == F
    assert int(ops.both(true, open_).truth) == U
    assert ops.forall(0, 0, lambda i: false).all_true()
    assert ops.forall(0, 3, lambda i: ops.lt(i, 2)).any_false()
    assert len(ops.forall(0, 3, lambda i: ops.lt(i, 3)).parts) == 3
