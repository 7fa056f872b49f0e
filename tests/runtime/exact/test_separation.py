"""Equality with operator norms is decided at a separation bound, and the bound is one: no nonzero number is
smaller."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge.runtime.exact import ExactBackend, ExactMap, compare, reals, square_root, surds
from pybridge.runtime.exact.ends import rational_ends
from pybridge.runtime.exact.reals import Irrational, Real, parts
from pybridge.runtime.exact.separation import cleared, separation_bits
from pybridge.runtime.exact.spectral import SpectralRoot, characteristic_polynomial

OPS = ExactBackend("l2")
GOLDEN = OPS.matrix_norm(ExactMap(((Fraction(1), Fraction(1)), (Fraction(1), Fraction(0))), 2))
ENTRIES = st.integers(-3, 3).map(lambda n: Fraction(n, 2))


def matrices(rows: int, columns: int) -> st.SearchStrategy[ExactMap]:
    row = st.lists(ENTRIES, min_size=columns, max_size=columns).map(tuple)
    return st.lists(row, min_size=rows, max_size=rows).map(lambda found: ExactMap(tuple(found), columns))


@st.composite
def triples(draw: st.DrawFn) -> tuple[ExactMap, ExactMap, ExactMap]:
    """U (m, k), R (·, k), V (k, n), sizes 0 among them."""
    m, k, rows, n = (draw(st.integers(0, 3)) for _ in range(4))
    return draw(matrices(m, k)), draw(matrices(rows, k)), draw(matrices(k, n))


def gram(matrix: ExactMap) -> ExactMap:
    return OPS.matmul(OPS.transpose(matrix), matrix)


def frobenius(matrix: ExactMap) -> Real:
    rows, columns = matrix.shape
    square = OPS.sum(0, rows, lambda i: OPS.sum(0, columns, lambda j: OPS.entry(matrix, i, j) ** 2))
    return OPS.sqrt(square)


@settings(max_examples=60, deadline=None)
@given(triples())
def test_what_the_matrix_theorems_compare_is_decided(data: tuple[ExactMap, ExactMap, ExactMap]) -> None:
    """N1, N3, N5, N6 and N7 on any small matrices, norms irrational or not."""
    u, r, v = data
    norm = OPS.matrix_norm
    assert OPS.le(norm(u), frobenius(u)).all_true()
    assert OPS.le(norm(u) ** 2, frobenius(gram(u))).all_true()
    assert OPS.eq(norm(u) ** 2, norm(gram(u))).all_true()
    assert OPS.le(norm(u) ** 2, norm(gram(u) + gram(r))).all_true()
    moved = OPS.abs(norm(OPS.matmul(u, v)) ** 2 - norm(OPS.matmul(r, v)) ** 2)
    assert OPS.le(moved, norm(gram(u) - gram(r)) * norm(v) ** 2).all_true()


@settings(max_examples=60, deadline=None)
@given(matrices(2, 3), st.integers(1, 3000))
def test_equal_and_nearly_equal_are_told_apart(matrix: ExactMap, bits: int) -> None:
    left, right, tiny = OPS.matrix_norm(matrix) ** 2, OPS.matrix_norm(gram(matrix)), Fraction(1, 1 << bits)
    assert compare(left, right) == 0
    assert compare(left, right + tiny) == -1
    assert compare(left * (1 + tiny), right) == (1 if compare(left, Fraction(0)) else 0)


@settings(max_examples=60, deadline=None)
@given(matrices(2, 2), matrices(3, 2), ENTRIES, ENTRIES, st.integers(1, 6))
def test_no_number_but_zero_is_below_its_bound(
    first: ExactMap, second: ExactMap, a: Fraction, b: Fraction, radicand: int
) -> None:
    """The size of combinations that are not 0, known to 4,000 bits, is at least 2⁻ᵇ."""
    value = OPS.matrix_norm(first) * a + OPS.matrix_norm(second) * b - square_root(Fraction(radicand))
    if compare(value, Fraction(0)) == 0 or not isinstance(value, Irrational):
        return
    poly = cleared(parts(value)[0])
    ends = surds.bracket(poly, 4000)
    assert ends is not None
    assert min(map(abs, ends)) >= Fraction(1, 1 << separation_bits(poly))


def fibonacci_difference() -> surds.Poly:
    """φ F(300) - F(301), of size 2⁻²⁰⁸: about as small as a number of its degree and size can be."""
    a, b = 1, 1
    for _ in range(299):
        a, b = a + b, a
    return cleared(parts(GOLDEN * b - a)[0])


def test_a_difference_of_convergents_comes_near_its_bound() -> None:
    poly = fibonacci_difference()
    ends = surds.bracket(poly, 2000)
    assert ends is not None
    assert Fraction(1, 1 << separation_bits(poly)) < max(map(abs, ends)) < Fraction(1, 1 << 200)


def test_a_wrong_bound_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: with a bound of 8 bits, what is not 0 passes for 0."""
    poly = fibonacci_difference()
    assert reals._refined_sign(poly) != 0
    monkeypatch.setattr(reals, "separation_bits", lambda poly: 8)
    assert reals._refined_sign(poly) == 0


@settings(max_examples=60, deadline=None)
@given(matrices(3, 3), st.sampled_from((8, 64, 500)))
def test_brackets_of_an_eigenvalue_against_ball_arithmetic(matrix: ExactMap, bits: int) -> None:
    value = OPS.matrix_norm(matrix)
    if not isinstance(value, Irrational) or not value.numerator.has_atoms:
        return
    [(atom, _)] = value.numerator.terms[0].powers
    assert isinstance(atom, SpectralRoot)
    low, high = atom.bracket(bits)
    assert 0 < high - low <= Fraction(1, 1 << bits)
    polynomial = flint.fmpz_poly(characteristic_polynomial(atom.gram))
    with flint.ctx.workprec(bits + 100):
        top = max(root.real for root, _ in cast(Any, polynomial).complex_roots())
        assert flint.arb(flint.fmpq(low.numerator, low.denominator)) <= top.sqrt()
        assert top.sqrt() <= flint.arb(flint.fmpq(high.numerator, high.denominator))


def test_ends_of_a_norm_enclose_it() -> None:
    low, high = rational_ends(GOLDEN)
    assert low < high
    assert low * low < low + 1
    assert high * high > high + 1
