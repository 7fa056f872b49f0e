"""Enclosed maps: symbolic sums, images and norms against rationals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, MemoryNormCache, NormSource, leaves
from pybridge.runtime.enclosure.vectors import ZeroVec
from pybridge.runtime.norms import NormEnclosure
from tests.runtime.norms.oracle import is_above, is_below, square_norm

entries = st.floats(-1e10, 1e10) | st.sampled_from([0.0, 5e-324, 1e-200, 1.0, -3.0])


@st.composite
def problems(draw: Any) -> tuple[np.ndarray, ...]:
    """W, S (out, in), U (out, rank), V (rank, in), x (in)."""
    rows, columns, rank = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    shapes = ((rows, columns), (rows, columns), (rows, rank), (rank, columns), (columns,))
    return tuple(draw(hnp.arrays(np.float64, shape, elements=entries)) for shape in shapes)


def rational(matrix: np.ndarray) -> np.ndarray:
    return np.array([Fraction(float(entry)) for entry in matrix.flat], dtype=object).reshape(matrix.shape)


def within(vector: EnclosedVec, truth: np.ndarray) -> bool:
    """‖truth - mid‖ ≤ rad, in rationals."""
    gap = truth - rational(vector.mid)
    return sum((g * g for g in gap), Fraction(0)) <= Fraction(float(vector.rad)) ** 2


@given(problems())
def test_images_contain_the_truth(problem: Any) -> None:
    w, s, u, v, x = problem
    W, S, A = EnclosedMap.exact(w), EnclosedMap.exact(s), EnclosedMap.factored(u, v)
    X = EnclosedVec.exact(x)
    qw, qs, qu, qv, qx = (rational(part) for part in problem)
    qa = qu @ qv if u.shape[1] else np.full(w.shape, Fraction(0), dtype=object)
    cases = {
        "W": (W, qw),
        "-W": (-W, -qw),
        "A": (A, qa),
        "W - S": (W - S, qw - qs),
        "S - A": (S - A, qs - qa),
        "W - S + A": ((W - S) + A, qw - qs + qa),
        "W + W + W": (W + W + W, 3 * qw),
        "A + A": (A + A, 2 * qa),
        "W - W": (W - W, 0 * qw),
    }
    for name, (enclosed, truth) in cases.items():
        assert within(enclosed.image(X), truth @ qx), name


def test_images_of_subnormal_maps_contain_the_truth() -> None:
    """The products are ordinary numbers with an ordinary rounding, far above what underflow costs."""
    rng = np.random.default_rng(0)
    for size in (1e20, 1e150, 1e300):
        w = np.ldexp(rng.integers(1, 2**20, (3, 6)).astype(np.float64), -1074)
        x = size * rng.standard_normal(6)
        found = EnclosedMap.exact(w).image(EnclosedVec.exact(x))
        assert np.isfinite(found.rad)
        assert within(found, rational(w) @ rational(x))


@given(problems())
def test_differences_of_images_contain_the_truth(problem: Any) -> None:
    w, s, u, v, x = problem
    W, S, A = EnclosedMap.exact(w), EnclosedMap.exact(s), EnclosedMap.factored(u, v)
    X, Y = EnclosedVec.exact(x), EnclosedVec.exact(x[::-1].copy())
    qw, qs, qu, qv, qx = (rational(part) for part in problem)
    qa = qu @ qv if u.shape[1] else np.full(w.shape, Fraction(0), dtype=object)
    qy = qx[::-1]
    assert within(W(X) - W(Y), qw @ (qx - qy))
    assert within(W(X) - S(X), (qw - qs) @ qx)
    assert within(W(X) - A(Y), qw @ qx - qa @ qy)
    assert within(W(X) - (A(Y) + (W - S)(X)), qw @ qx - (qa @ qy + (qw - qs) @ qx))


def test_norms_of_combinations_contain_the_truth() -> None:
    rng = np.random.default_rng(0)
    w = rng.integers(-9, 10, (4, 3)).astype(float)
    u, v = rng.integers(-3, 4, (4, 2)).astype(float), rng.integers(-3, 4, (2, 3)).astype(float)
    W, S, A = EnclosedMap.exact(w), EnclosedMap.exact(w * (np.abs(w) > 4)), EnclosedMap.factored(u, v)
    s = w * (np.abs(w) > 4)
    source = NormSource(rel=1e-6)
    cases = (
        (W, w),
        (W - S, w - s),
        (S - A, s - u @ v),
        ((W - S) + (S - A), w - u @ v),
        (A, u @ v),
        (W - W, 0 * w),
    )
    for enclosed, truth in cases:
        norm = enclosed.norm(source)
        assert is_below(float(norm.lo), square_norm(truth))
        assert is_above(float(norm.hi), square_norm(truth))


def test_residuals_cancel_symbolically() -> None:
    w = np.random.default_rng(0).standard_normal((5, 4))
    W, S = EnclosedMap.exact(w, key="W"), EnclosedMap.exact(w * (w > 0), key="S")
    A = EnclosedMap.factored(w[:, :2], w[:2], key="A")
    assert ((W - S) + (S - A)).terms == (W - A).terms
    assert (W - W).terms == ()
    assert (W - S).key == (S - W).key
    assert (W - S).key != (W - A).key
    assert EnclosedMap.exact(w).key is None
    assert (W - EnclosedMap.exact(w)).key is None


def test_a_key_names_a_matrix_across_objects() -> None:
    w = np.ones((2, 2))
    assert (EnclosedMap.exact(w, key="W") - EnclosedMap.exact(w.copy(), key="W")).terms == ()


def test_mask_complements_are_exact() -> None:
    w = np.random.default_rng(0).standard_normal((30, 20)).astype(np.float32)
    mask = np.abs(w) > 1
    residual = EnclosedMap.exact(w) - EnclosedMap.exact(w * mask)
    dense, radius = residual.formed()
    assert radius == 0.0
    assert np.array_equal(dense.array, (w * ~mask).astype(np.float64))
    _, other_radius = (EnclosedMap.exact(w) - EnclosedMap.exact(w * np.float32(0.3))).formed()
    assert other_radius > 0.0


def test_a_map_kept_whole_leaves_exactly_nothing() -> None:
    """keep = 1: the residual is the zero map, and the error of dropping it is the zero vector."""
    w = np.random.default_rng(0).standard_normal((6, 5))
    W, S, x = EnclosedMap.exact(w), EnclosedMap.exact(w.copy()), EnclosedVec.exact(np.ones((2, 5)))
    error = (W(x) - S(x)).norm()
    assert error.hi.tolist() == [0.0, 0.0]
    assert (W - S).norm(NormSource()).hi == 0.0


def test_a_dead_map_and_its_truncation_leave_exactly_nothing() -> None:
    zero = EnclosedMap.exact(np.zeros((3, 4)))
    truncated = EnclosedMap.factored(np.eye(3, 2), np.zeros((2, 4)))
    left_out = zero - truncated
    x = EnclosedVec.exact(np.arange(4.0))
    found = NormSource().enclose(left_out)
    assert (found.lo, found.hi) == (0.0, 0.0)
    image = left_out(x)
    assert isinstance(image, EnclosedVec)
    assert not image.mid.any()
    assert float(np.max(image.rad)) == 0.0


def test_a_small_residual_does_not_drown_in_the_outputs() -> None:
    """(W - S) x is computed directly: its relative width is that of one product, however close S is to W."""
    rng = np.random.default_rng(0)
    w = rng.standard_normal((40, 30))
    s = w.copy()
    s[3, 4] += 1e-13
    x = EnclosedVec.exact(rng.standard_normal(30))
    W, S = EnclosedMap.exact(w), EnclosedMap.exact(s)
    error = (W(x) - S(x)).norm()
    assert error.lo > 0
    assert (error.hi - error.lo) / error.lo < 1e-10


def test_sums_and_images_are_computed_once() -> None:
    W, S = EnclosedMap.exact(np.eye(3)), EnclosedMap.exact(np.ones((3, 3)))
    x, source = EnclosedVec.exact(np.ones(3)), NormSource()
    assert W - S is W - S
    assert (W - S)(x) is (W - S)(x)
    assert W(x) - S(x) is (W - S)(x)
    assert (W - S).norm(source) is (W - S).norm(source)


class Counting(MemoryNormCache):
    def __init__(self) -> None:
        super().__init__()
        self.puts: list[str] = []

    def put(self, key: str, enclosure: NormEnclosure) -> None:
        self.puts.append(key)
        super().put(key, enclosure)


def test_norms_are_remembered_by_key_and_width() -> None:
    w, cache = np.random.default_rng(0).standard_normal((4, 4)), Counting()
    for _ in range(2):
        EnclosedMap.exact(w, key="W").norm(NormSource(cache))
    assert len(cache.puts) == 1
    assert (-EnclosedMap.exact(w, key="W")).norm(NormSource(cache)).hi > 0
    assert len(cache.puts) == 1
    EnclosedMap.exact(w, key="W").norm(NormSource(cache, rel=1e-6))
    assert len(cache.puts) == 2
    EnclosedMap.exact(w).norm(NormSource(cache))
    assert len(cache.puts) == 2


def test_zero_vectors_dimensions_and_bad_shapes() -> None:
    W, zero = EnclosedMap.exact(np.ones((2, 3))), ZeroVec()
    assert W(zero) is zero
    with pytest.raises(ValueError, match="cannot take a vector of dimension 2"):
        W(EnclosedVec.exact(np.ones(2)))
    with pytest.raises(ValueError, match="cannot be added"):
        _ = W + EnclosedMap.exact(np.ones((3, 2)))
    with pytest.raises(ValueError, match="have no product"):
        EnclosedMap.factored(np.ones((2, 3)), np.ones((2, 3)))
    empty = EnclosedMap.exact(np.zeros((0, 3)))
    assert empty.image(EnclosedVec.exact(np.ones((4, 3)))).norm().hi.tolist() == [0.0] * 4


def test_non_finite_weights_name_the_variable() -> None:
    w = np.ones((2, 2))
    w[1, 1] = np.inf
    with pytest.raises(NonFiniteError, match=r"variable fSparse: .*row 1, column 1"):
        EnclosedMap.exact(w).require_finite("fSparse")


def test_without_its_rounding_term_an_image_misses_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The containment tests can fail: the float64 product alone is not W x."""
    rng = np.random.default_rng(0)
    w, x = rng.standard_normal((5, 7)), rng.standard_normal(7)
    truth = rational(w) @ rational(x)
    assert within(EnclosedMap.exact(w).image(EnclosedVec.exact(x)), truth)
    monkeypatch.setattr(leaves, "image_radius", lambda shape, frobenius, x, radius: np.zeros(()))
    assert not within(EnclosedMap.exact(w).image(EnclosedVec.exact(x)), truth)
