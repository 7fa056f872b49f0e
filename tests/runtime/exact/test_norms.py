"""Norms of vectors and maps against known values and against python-flint, in every dimension from 0 on."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.runtime.exact import (
    ExactBackend,
    ExactMap,
    ExactVec,
    NormKind,
    Real,
    at_least_norm,
    compare,
    frobenius_norm,
    largest,
    map_norm,
    positive_semidefinite,
    square_root,
    vector_norm,
)

SHAPES = [(m, n) for m in range(4) for n in range(4)]
KINDS = list(NormKind)


def matrix(*rows: tuple[int | Fraction, ...], columns: int | None = None) -> ExactMap:
    width = len(rows[0]) if columns is None else columns
    return ExactMap(tuple(tuple(Fraction(entry) for entry in row) for row in rows), width)


def vector(*entries: int | Fraction) -> ExactVec:
    return ExactVec(tuple(Fraction(entry) for entry in entries))


KNOWN = [
    (matrix((3, 4), (-4, 3)), 7, Fraction(5), 7),
    (matrix((1, 2, 2)), 2, Fraction(3), 5),
    (matrix((1,), (2,), (2,)), 5, Fraction(3), 2),
    (matrix((2, 0, 0), (0, -3, 0)), 3, Fraction(3), 3),
    (matrix((0, 0), (0, 0)), 0, Fraction(0), 0),
    (matrix((1, 1), (1, 1), (1, 1)), 3, square_root(Fraction(6)), 2),
    (matrix(columns=3), 0, Fraction(0), 0),
    (matrix((), (), columns=0), 0, Fraction(0), 0),
]


@pytest.mark.parametrize(("a", "column", "spectral", "row"), KNOWN)
def test_known_operator_norms(a: ExactMap, column: int, spectral: Real, row: int) -> None:
    assert map_norm(NormKind.L1, a) == column
    assert map_norm(NormKind.LINF, a) == row
    assert compare(map_norm(NormKind.L2, a), spectral) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_zero_dimensions(kind: NormKind, shape: tuple[int, int]) -> None:
    rows, columns = shape
    ones = ExactMap(tuple((Fraction(1),) * columns for _ in range(rows)), columns)
    x = ExactVec((Fraction(1),) * columns)
    image = ones(x)
    assert len(image.entries) == rows
    bound = map_norm(kind, ones) * vector_norm(kind, x)
    assert compare(vector_norm(kind, image), bound) <= 0
    if 0 in shape:
        assert map_norm(kind, ones) == 0


def test_the_zero_of_no_dimension_meets_every_dimension() -> None:
    ops = ExactBackend("l2")
    zero = ops.zero("E")
    for x in (vector(), vector(0), vector(0, 0)):
        assert ops.eq(x, zero).all_true()
        assert ops.eq(x + zero, x).all_true()
    assert ops.ne(vector(0, 1), zero).all_true()
    assert ops.ne(vector(), zero).any_false()  # the only vector of dimension 0 is zero
    assert ops.inner(zero, vector(1)) == 0
    assert ops.vec_norm(matrix((1, 2))(zero)) == 0


ENTRIES = st.integers(-6, 6) | st.fractions(-3, 3, max_denominator=8)


@st.composite
def maps(draw: st.DrawFn) -> ExactMap:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return ExactMap(
        tuple(tuple(Fraction(draw(ENTRIES)) for _ in range(columns)) for _ in range(rows)), columns
    )


def largest_singular_value(a: ExactMap) -> flint.arb:
    """From the roots of the characteristic polynomial of AᵀA: no code in common with the LDLᵀ."""
    entries = [[flint.fmpq(e.numerator, e.denominator) for e in row] for row in a.rows]
    m = flint.fmpq_mat(entries)
    with flint.ctx.workprec(200):
        roots = (m.transpose() * m).charpoly().complex_roots()
        eigenvalues = [root.real for root, _ in roots]  # type: ignore[misc]
        best = eigenvalues[0]
        for value in eigenvalues[1:]:
            best = best.max(value)
        return best.max(flint.arb(0)).sqrt()


@given(maps())
def test_spectral_norm_against_flint(a: ExactMap) -> None:
    truth = largest_singular_value(a)
    low, high = ExactBackend("l2").ends(map_norm(NormKind.L2, a))
    assert not flint.arb(high) < truth
    assert not flint.arb(low) > truth
    assert high - low <= 4.5e-16 * max(high, 1e-300)


@given(maps(), st.fractions(0, 12, max_denominator=64))
def test_definiteness_decides_every_rational_bound(a: ExactMap, t: Fraction) -> None:
    truth, ball = largest_singular_value(a), flint.arb(flint.fmpq(t.numerator, t.denominator))
    decided = at_least_norm(t, a.rows, a.columns)
    assert decided == (compare(t, map_norm(NormKind.L2, a)) >= 0)
    if ball > truth:
        assert decided
    if ball < truth:
        assert not decided


def test_definiteness_at_the_boundary() -> None:
    """Rotated diagonal maps have their norm exactly: at it true, a hair below it false."""
    a = matrix((Fraction(3, 5) * 7, Fraction(-4, 5) * 2), (Fraction(4, 5) * 7, Fraction(3, 5) * 2))
    assert at_least_norm(Fraction(7), a.rows, 2)
    assert not at_least_norm(Fraction(7) - Fraction(1, 10**80), a.rows, 2)
    assert not at_least_norm(Fraction(-8), a.rows, 2)
    assert map_norm(NormKind.L2, a) == 7


@pytest.mark.parametrize(
    ("a", "expected"),
    [
        (((0, 1), (1, 5)), False),  # a zero pivot above a nonzero column
        (((0, 0), (0, 5)), True),
        (((1, 2), (2, 4)), True),
        (((1, 2), (2, Fraction(4) - Fraction(1, 10**30))), False),
        (((-1,),), False),
        ((), True),
        (((1, 1, 0), (1, 1, 0), (0, 0, -1)), False),
    ],
)
def test_positive_semidefinite(a: tuple, expected: bool) -> None:
    assert positive_semidefinite(tuple(tuple(Fraction(e) for e in row) for row in a)) is expected


@given(maps())
def test_norms_are_ordered(a: ExactMap) -> None:
    """‖A‖ ≤ ‖A‖_F ≤ √min(m, n)·‖A‖, and every kind's norm bounds the images of the unit vectors."""
    spectral, frobenius = map_norm(NormKind.L2, a), frobenius_norm(a)
    assert compare(spectral, frobenius) <= 0
    assert compare(frobenius**2, spectral**2 * min(len(a.rows), a.columns)) <= 0
    for kind in KINDS:
        for j in range(a.columns):
            e = ExactVec(tuple(Fraction(i == j) for i in range(a.columns)))
            assert compare(vector_norm(kind, a(e)), map_norm(kind, a)) <= 0


@given(maps())
def test_column_and_row_norms_are_attained(a: ExactMap) -> None:
    columns = [
        vector_norm(NormKind.L1, a(ExactVec(tuple(Fraction(i == j) for i in range(a.columns)))))
        for j in range(a.columns)
    ]
    assert largest(*columns) == map_norm(NormKind.L1, a)
    rows = [
        vector_norm(NormKind.LINF, a(ExactVec(tuple(Fraction(-1 if e < 0 else 1) for e in row))))
        for row in a.rows
    ]
    assert largest(*rows) == map_norm(NormKind.LINF, a)
