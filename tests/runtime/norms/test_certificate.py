"""The Cholesky certificate says yes only to what is true."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pybridge.runtime.norms import certificate, operator
from pybridge.runtime.norms.certificate import certificate_error, certifies
from pybridge.runtime.norms.gram import gram_of
from pybridge.runtime.norms.operator import frobenius_norm, operator_norm_enclosure
from tests.runtime.norms.oracle import is_above, square_norm


def gram(size: int, seed: int = 0) -> np.ndarray:
    matrix = np.random.default_rng(seed).standard_normal((size, size))
    return matrix.T @ matrix


@pytest.mark.parametrize("size", [1, 2, 5, 40])
def test_a_shift_below_the_top_eigenvalue_is_refused(size: int) -> None:
    top = np.linalg.eigvalsh(gram(size))[-1]
    assert not certifies(gram(size), top * (1 - 1e-9))
    assert not certifies(gram(size), 0.0)
    assert not certifies(gram(size), -1.0)
    assert certifies(gram(size), top * (1 + 1e-9))


def test_the_error_term_covers_the_factorisation_exactly() -> None:
    """A = RᵀR + Δ in rationals, with the factor LAPACK really returns: ‖Δ‖_F is below the promised term."""
    size = 5
    matrix = gram(size)
    shift = float(np.linalg.eigvalsh(matrix)[-1] * 1.001)
    shifted = shift * np.eye(size) - matrix
    lower = np.linalg.cholesky(shifted)
    square = Fraction(0)
    for i in range(size):
        for j in range(size):
            product = sum((Fraction(lower[i, k]) * Fraction(lower[j, k]) for k in range(size)), Fraction(0))
            exact = (Fraction(shift) if i == j else 0) - Fraction(matrix[i, j])
            square += (exact - product) ** 2
    assert 0 < square <= Fraction(certificate_error(matrix, shift)) ** 2


def test_the_gram_error_covers_the_gram_matrix_exactly() -> None:
    matrix = np.random.default_rng(1).standard_normal((7, 4))
    found = gram_of(matrix, frobenius_norm(matrix)[1])
    square = Fraction(0)
    for i in range(4):
        for j in range(4):
            exact = sum((Fraction(matrix[k, i]) * Fraction(matrix[k, j]) for k in range(7)), Fraction(0))
            square += (exact - Fraction(found.matrix[i, j])) ** 2
    assert 0 < square <= Fraction(found.error) ** 2


def test_an_upper_end_without_its_certificate_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that says yes to everything lets the 'upper' end drop below the truth; and is seen."""
    matrix = np.diag([1.0, 0.9, 0.8])
    truth = square_norm(matrix)
    assert is_above(operator_norm_enclosure(matrix).hi, truth)
    monkeypatch.setattr(operator, "certifies", lambda gram, shift: True)
    monkeypatch.setattr(operator, "_candidates", lambda gram, rel: [np.array([0.0, 0.0, 1.0])])
    assert not is_above(operator_norm_enclosure(matrix).hi, truth)


def test_no_error_term_is_free() -> None:
    assert certificate.certificate_error(np.eye(3), 2.0) > 0
