"""Matrix verbs of the exact arithmetic: products, transposes, entries and sizes, zero sizes included."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.errors import TypingError
from pybridge.runtime.exact import ExactBackend, ExactMap, ExactVec

OPS = ExactBackend("l2")


def matrix(*rows: tuple[int, ...], columns: int | None = None) -> ExactMap:
    width = columns if columns is not None else len(rows[0])
    return ExactMap(tuple(tuple(map(Fraction, row)) for row in rows), width)


@st.composite
def factors(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]], tuple[int, int, int]]:
    rows, inner, columns = (draw(st.integers(0, 3)) for _ in range(3))
    entries = st.integers(-5, 5)
    left = [[draw(entries) for _ in range(inner)] for _ in range(rows)]
    right = [[draw(entries) for _ in range(columns)] for _ in range(inner)]
    return left, right, (rows, inner, columns)


@given(factors())
def test_products_and_transposes_against_flint(data) -> None:
    left, right, (rows, inner, columns) = data
    ours = OPS.matmul(matrix(*left, columns=inner), matrix(*right, columns=columns))
    theirs = flint.fmpz_mat(rows, inner, [*chain(*left)]) * flint.fmpz_mat(inner, columns, [*chain(*right)])
    assert ours.shape == (rows, columns)
    assert [int(entry) for row in ours.rows for entry in row] == [int(entry) for entry in theirs.entries()]
    swapped = OPS.transpose(ours)
    assert swapped.shape == (columns, rows)
    assert [int(entry) for row in swapped.rows for entry in row] == [
        int(entry) for entry in theirs.transpose().entries()
    ]


def test_matrices_that_do_not_fit_are_refused() -> None:
    with pytest.raises(TypingError, match="a matrix of 2 columns and one of 1 rows have no product"):
        OPS.matmul(matrix((1, 2)), matrix((1, 2)))


def test_entries_and_components_are_row_first() -> None:
    w = matrix((1, 2, 3), (4, 5, 6))
    assert OPS.entry(w, 0, 2) == 3
    assert OPS.entry(OPS.transpose(w), 2, 0) == 3
    x = ExactVec((Fraction(1), Fraction(0), Fraction(-1)))
    assert OPS.component(OPS.lin_map(w)(x), 1) == -2
    assert OPS.component(OPS.zero("ℝ^n"), 5) == 0


def test_the_map_of_a_matrix_is_what_the_theorem_says() -> None:
    """`linMap_apply`: (linMap W x) i = ∑ j, W i j * x j."""
    w, x = matrix((1, 2), (0, -1), (3, 3)), ExactVec((Fraction(2), Fraction(-1)))
    ops = ExactBackend("l2", {"m": 3, "n": 2})
    for i in range(ops.size("m")):
        total = ops.sum(0, ops.size("n"), lambda j, i=i: ops.entry(w, i, j) * ops.component(x, j))
        assert ops.eq(ops.component(ops.lin_map(w)(x), i), total).all_true()


def test_the_norm_of_a_matrix_is_spectral() -> None:
    assert OPS.matrix_norm(matrix((3, 4))) == 5
    assert OPS.matrix_norm(matrix((3,), (4,))) == 5
    assert OPS.matrix_norm(matrix((3, 0), (0, 4))) == 4
    assert OPS.matrix_norm(matrix(columns=2)) == 0
    assert OPS.eq(OPS.matrix_norm(matrix((1, 2))), OPS.map_norm(OPS.lin_map(matrix((1, 2))))).all_true()


def test_sums_of_matrices_are_compared_as_matrices() -> None:
    a, b = matrix((1, 2)), matrix((0, 1))
    assert OPS.eq(OPS.lin_map(a + b), OPS.lin_map(a) + OPS.lin_map(b)).all_true()
    assert OPS.ne(a, b).all_true()
    assert OPS.eq(-(a - b), b - a).all_true()


def test_an_unknown_size_is_an_error_and_learned_ones_are_known() -> None:
    ops = ExactBackend("l2")
    with pytest.raises(TypingError, match="how many elements the index type m has"):
        ops.size("m")
    ops.learn({"W": ExactMap((), 2, over=("m", "n")), "f": matrix((1, 2)), "n": 7})
    assert (ops.size("m"), ops.size("n")) == (0, 2)
    assert ops.forall(0, ops.size("m"), lambda i: ops.lt(ops.real(1), ops.real(0))).all_true()


def test_a_sequence_computes_an_entry_once() -> None:
    asked: list[int] = []

    def entry(t: int) -> Fraction:
        asked.append(t)
        return Fraction(t)

    s = OPS.sequence(entry)
    assert (s(2), s(2), s(0)) == (2, 2, 0)
    assert asked == [2, 0]
    assert str(s) == "0, 1, 2, …"
