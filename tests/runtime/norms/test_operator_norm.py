"""Certified operator norms: lower ≤ truth ≤ upper, as narrow as asked, on all that could break them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.errors import NonFiniteError
from pybridge.runtime.norms import (
    CERTIFIED_UPPER,
    ESTIMATE,
    EXACT_ENCLOSURE,
    NormEnclosure,
    operator_norm_enclosure,
    operator_norm_estimate,
    operator_norm_upper,
)
from tests.runtime.norms.oracle import is_above, is_below, square_norm

Matrix = np.ndarray


def random(rows: int, columns: int, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).standard_normal((rows, columns))


def orthogonal(size: int) -> Matrix:
    return np.linalg.qr(random(size, size))[0]


ADVERSARIAL: dict[str, Matrix] = {
    "flat spectrum": orthogonal(6),
    "flat but for one": orthogonal(6) + 1e-9 * np.outer(np.ones(6), np.ones(6)),
    "identity": np.eye(5),
    "rank one": np.outer(np.arange(1.0, 7.0), np.arange(1.0, 5.0)),
    "3-4-5": np.array([[3.0], [4.0]]),
    "one row": random(1, 7),
    "one column": random(7, 1),
    "one entry": np.array([[-0.1]]),
    "zero": np.zeros((4, 3)),
    "one entry among zeros": np.pad([[1e-200]], ((2, 3), (1, 2))),
    "huge": 1e300 * random(4, 4),
    "largest": np.full((3, 3), np.finfo(np.float64).max / 4),
    "tiny": 1e-300 * random(4, 4),
    "denormal": 5e-324 * np.round(4 * random(4, 4)),
    "fourth powers overflow": 1e85 * random(3, 2),
    "fourth powers underflow": 1e-85 * random(3, 2),
    "huge and denormal": np.diag([1e300, 1.0, 5e-324]),
    "cancelling signs": np.array([[1.0, 1.0], [1.0, -1.01]]),
    "Hilbert": 1.0 / (np.arange(8)[:, None] + np.arange(8)[None, :] + 1.0),
    "start vector's complement": np.diag([1e-8, 1.0, 1e-8]),
}


@pytest.mark.parametrize("rel", [1e-2, 1e-6, 1e-10])
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_encloses_the_truth_of_adversarial_matrices(name: str, rel: float) -> None:
    for matrix in (ADVERSARIAL[name], ADVERSARIAL[name].T):
        found, truth = operator_norm_enclosure(matrix, rel=rel), square_norm(matrix)
        assert is_below(found.lo, truth)
        assert is_above(found.hi, truth)


@pytest.mark.parametrize("name", sorted(set(ADVERSARIAL) - {"denormal", "largest"}))
def test_is_as_narrow_as_asked(name: str) -> None:
    assert operator_norm_enclosure(ADVERSARIAL[name]).relative_width <= 1e-2
    exact = operator_norm_enclosure(ADVERSARIAL[name], rel=1e-10)
    assert exact.relative_width <= 1e-10
    assert exact.label == EXACT_ENCLOSURE


matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, 1.0, -1.0, 1e-30, 2.0**-1074]),
)


@given(matrices, st.sampled_from([1e-2, 1e-10]))
def test_encloses_the_truth_of_random_matrices(matrix: Matrix, rel: float) -> None:
    found, truth = operator_norm_enclosure(matrix, rel=rel), square_norm(matrix)
    assert is_below(found.lo, truth)
    assert is_above(found.hi, truth)
    assert found.hi <= found.lo * (1 + rel) * (1 + 1e-12) or found.hi < 1e-300


def test_the_oracle_catches_an_upper_end_that_is_too_low() -> None:
    """What the two tests above would do with a wrong bound: each end moved past the truth is noticed."""
    for matrix in ADVERSARIAL.values():
        truth = square_norm(matrix)
        norm = float(truth.sqrt())
        if 0 < norm < math.inf:
            assert not is_above(norm * (1 - 1e-9) if norm > 1e-300 else 0.0, truth)
            assert not is_below(norm * (1 + 1e-9) if norm > 1e-300 else 2 * norm, truth)


def test_power_iteration_would_fail_the_test_for_an_upper_end() -> None:
    """The reason there is a certificate at all: an estimate used as an upper end is caught."""
    matrix = np.diag([1.0, 0.999, 0.99, 0.9]) @ orthogonal(4)
    estimate = operator_norm_estimate(matrix, steps=2)
    truth = square_norm(matrix)
    assert is_below(estimate.lo, truth)
    assert not is_above(estimate.lo, truth)
    assert estimate.hi == math.inf
    assert estimate.label == ESTIMATE


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_a_map_from_or_to_nothing_has_norm_zero(shape: tuple[int, int]) -> None:
    assert operator_norm_enclosure(np.zeros(shape)) == NormEnclosure(0.0, 0.0, EXACT_ENCLOSURE)
    assert operator_norm_estimate(np.zeros(shape)).lo == 0.0


@pytest.mark.parametrize("shape", [(64, 200), (200, 64), (150, 150)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_model_sized_matrices_are_within_one_percent(shape: tuple[int, int], dtype: type) -> None:
    matrix = random(*shape).astype(dtype)
    truth = float(np.linalg.svd(matrix.astype(np.float64), compute_uv=False)[0])
    found = operator_norm_enclosure(matrix)
    slack = 1e-12  # LAPACK's own error
    assert found.lo <= truth * (1 + slack)
    assert truth * (1 - slack) <= found.hi <= 1.01 * truth
    assert found.label == CERTIFIED_UPPER
    assert operator_norm_upper(matrix) == found.hi


def test_layouts_and_strides_do_not_matter() -> None:
    matrix = random(40, 30)
    views = (
        np.asfortranarray(matrix),
        np.repeat(matrix, 2, axis=0)[::2],
        np.repeat(matrix, 2, axis=1)[:, ::2],
    )
    plain = operator_norm_enclosure(matrix)
    for view in views:
        found = operator_norm_enclosure(view)
        assert found.lo <= plain.hi
        assert plain.lo <= found.hi
        assert found.relative_width <= 1e-2


def test_long_products_are_summed_in_chunks() -> None:
    matrix = random(3, 5000)
    found, truth = operator_norm_enclosure(matrix, rel=1e-10), square_norm(matrix)
    assert is_below(found.lo, truth)
    assert is_above(found.hi, truth)
    assert found.label == EXACT_ENCLOSURE


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_names_the_place_of_what_is_not_finite(bad: float) -> None:
    matrix = np.ones((3, 4))
    matrix[1, 2] = bad
    with pytest.raises(NonFiniteError, match="row 1, column 2"):
        operator_norm_enclosure(matrix)
