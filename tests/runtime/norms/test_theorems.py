"""The norms of this room stand on the right side of the theorems of MatrixNorm.lean.

What the theorems speak of is computed in rationals; ends are floats, which are rationals too. No tolerance.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.runtime.norms import (
    factored_norm_enclosure,
    frobenius_norm,
    operator,
    operator_norm_enclosure,
    operator_norm_estimate,
    operator_norm_upper,
)
from pybridge.runtime.norms.certificate import certificate_error, certifies
from pybridge.runtime.norms.gram import gram_of
from pybridge.runtime.norms.sums import euclidean_norm
from tests.runtime.norms import exact

NAMED = {
    "zero": np.zeros((3, 2)),
    "no row": np.zeros((0, 3)),
    "no column": np.zeros((3, 0)),
    "one row": np.array([[3.0, -4.0, 12.0]]),
    "one column": np.array([[3.0], [-4.0], [12.0]]),
    "rank one": np.outer([1.0, -2.0, 2.0], [0.5, 3.0]),
    "nilpotent": np.array([[0.0, 3.0, 1.0], [0.0, 0.0, -2.0], [0.0, 0.0, 0.0]]),
    "identity": np.eye(4),
    "rotation": np.array([[3.0, -4.0], [4.0, 3.0]]) / 8.0,
    "equal columns": np.ones((4, 3)),
    "large and small": np.array([[2.0**40, 1.0], [1.0, 2.0**-40]]),
    "thirds": np.full((3, 2), 1.0) / 3.0,
}


def small_matrices() -> st.SearchStrategy[np.ndarray]:
    """Quarters of integers, at most 4 × 4, all of them rational and most of them of low rank or sparse."""
    entry = st.integers(-9, 9).map(lambda quarters: quarters / 4.0)
    return st.tuples(st.integers(0, 4), st.integers(0, 4)).flatmap(
        lambda shape: st.lists(entry, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
            lambda entries: np.array(entries, dtype=np.float64).reshape(shape)
        )
    )


def small_factors() -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """U and V with U V defined, at most 4 × 3 and 3 × 4."""
    shapes = st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(1, 4))

    def filled(shape: tuple[int, int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
        rows, rank, columns = shape
        generator = np.random.default_rng(seed)
        return (
            generator.integers(-3, 4, (rows, rank)).astype(np.float64),
            generator.integers(-3, 4, (rank, columns)) / 4.0,
        )

    return st.builds(filled, shapes, st.integers(0, 10**6))


def check_ends(matrix: np.ndarray, rel: float) -> None:
    """Both ends against N1, N2, N3 from above, N4 from below, and N5 in both directions."""
    width = matrix.shape[1]
    rows = exact.rational(matrix)
    found = operator_norm_enclosure(matrix, rel=rel)
    lo, hi = Fraction(found.lo), Fraction(found.hi)
    gram = exact.gram(rows, width)
    row_sum = max((sum(map(abs, row), Fraction(0)) for row in rows), default=Fraction(0))
    columns = exact.transpose(rows, width)
    column_sum = max((sum(map(abs, column), Fraction(0)) for column in columns), default=Fraction(0))
    assert lo**2 <= exact.squares(rows)  # N1
    assert lo**2 <= row_sum * column_sum  # N2
    assert lo**4 <= exact.squares(gram)  # N3
    for vector in np.vstack([np.eye(width), np.ones((1, width)), matrix, np.zeros((1, width))]):
        exact_vector = [Fraction(float(entry)) for entry in vector]
        image = exact.apply(rows, exact_vector)
        # N4, squared and multiplied out, so that the zero vector needs no exception
        assert exact.squares([image]) <= hi**2 * exact.squares([exact_vector])
    assert exact.completes(rows, width, hi**2)  # N5: an R exists
    assert exact.stays_below(lo, rows, width)  # and for less than ‖W‖² none does
    assert operator_norm_upper(matrix, rel=rel) == found.hi


@pytest.mark.parametrize("rel", [1e-2, 1e-10])
@pytest.mark.parametrize("name", NAMED)
def test_ends_of_a_named_matrix(name: str, rel: float) -> None:
    check_ends(NAMED[name], rel)


@given(small_matrices(), st.sampled_from([1e-2, 1e-10]))
def test_ends_of_any_small_matrix(matrix: np.ndarray, rel: float) -> None:
    check_ends(matrix, rel)


@pytest.mark.parametrize("factor", [1 - 2.0**-20, 0.5, 0.0])
def test_an_upper_end_below_the_norm_is_caught(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator, "_certified_upper", lambda gram, lo, rel: lo * factor)
    with pytest.raises(AssertionError):
        check_ends(NAMED["nilpotent"], 1e-2)


@pytest.mark.parametrize("factor", [1 + 2.0**-20, 2.0])
def test_a_lower_end_above_the_norm_is_caught(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = operator._lower_end
    monkeypatch.setattr(operator, "_lower_end", lambda *given: honest(*given) * factor)
    with pytest.raises(AssertionError):
        check_ends(NAMED["nilpotent"], 1e-10)


@pytest.mark.parametrize("matrix", NAMED.values(), ids=NAMED)
def test_frobenius_encloses_the_root_of_n1(matrix: np.ndarray) -> None:
    lo, hi = frobenius_norm(matrix)
    total = exact.squares(exact.rational(matrix))
    assert Fraction(lo) ** 2 <= total <= Fraction(hi) ** 2
    assert exact.completes(exact.rational(matrix), matrix.shape[1], Fraction(hi) ** 2)


@pytest.mark.parametrize("matrix", NAMED.values(), ids=NAMED)
def test_an_estimate_is_a_lower_end_of_n4(matrix: np.ndarray) -> None:
    """Whatever vector power iteration ends with: nothing above ‖W‖, so no completion below its square."""
    lo = Fraction(operator_norm_estimate(matrix).lo)
    assert exact.stays_below(lo, exact.rational(matrix), matrix.shape[1])


@given(small_matrices())
def test_the_gram_matrix_of_the_shorter_side_errs_by_less_than_it_says(matrix: np.ndarray) -> None:
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    found = gram_of(matrix, frobenius_norm(matrix)[1])
    truth = exact.gram(exact.rational(tall), tall.shape[1])
    difference = [
        [Fraction(float(found.matrix[i, j])) - entry for j, entry in enumerate(row)]
        for i, row in enumerate(truth)
    ]
    assert exact.squares(difference) <= Fraction(found.error) ** 2
    # N9 with A = Wᵀ, B = W: N3 is never looser than N1
    assert exact.squares(truth) <= exact.squares(exact.rational(matrix)) ** 2


@given(small_matrices(), st.integers(-4, 4))
def test_a_confirmed_shift_completes_the_gram_matrix(matrix: np.ndarray, nudge: int) -> None:
    """N5 at run time: Cholesky said yes, so shift + error is above λ_max of the stored matrix, exactly."""
    stored = gram_of(matrix, frobenius_norm(matrix)[1]).matrix
    top = float(np.linalg.eigvalsh(stored)[-1]) if stored.size else 0.0
    shift = max(top, 0.0) * (1 + nudge * 2.0**-50)
    if certifies(stored, shift):
        bound = Fraction(shift) + Fraction(certificate_error(stored, shift))
        rows = exact.rational(stored)
        rest = [[(bound if i == j else 0) - e for j, e in enumerate(row)] for i, row in enumerate(rows)]
        assert exact.is_semidefinite(rest)


@given(small_matrices())
def test_both_sides_of_n8_are_enclosed_together(matrix: np.ndarray) -> None:
    one, other = operator_norm_enclosure(matrix), operator_norm_enclosure(matrix.T)
    assert max(one.lo, other.lo) <= min(one.hi, other.hi)
    assert exact.completes(exact.rational(matrix), matrix.shape[1], Fraction(other.hi) ** 2)


@given(small_factors())
def test_a_product_is_enclosed_by_n7(factors: tuple[np.ndarray, np.ndarray]) -> None:
    left, right = factors
    width = right.shape[1]
    rows = exact.product(exact.rational(left), exact.rational(right), width)
    found = factored_norm_enclosure(left, right)
    assert exact.completes(rows, width, Fraction(found.hi) ** 2)
    assert exact.stays_below(Fraction(found.lo), rows, width)
    # N9
    assert exact.squares(rows) <= exact.squares(exact.rational(left)) * exact.squares(exact.rational(right))


@pytest.mark.parametrize("matrix", NAMED.values(), ids=NAMED)
def test_a_vector_norm_encloses_the_root_of_n0(matrix: np.ndarray) -> None:
    lo, hi = euclidean_norm(matrix)
    for row, low, high in zip(exact.rational(matrix), lo, hi, strict=True):
        assert Fraction(float(low)) ** 2 <= exact.squares([row]) <= Fraction(float(high)) ** 2
