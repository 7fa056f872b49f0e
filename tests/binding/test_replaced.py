"""Verdicts on one replaced matrix: the norm is certified, and a bound that is too small is VIOLATED."""

from __future__ import annotations

import numpy as np
import pytest

from pybridge.binding import replaced
from pybridge.binding.replaced import LOW_RANK, SPARSE, Matrix, norm_of, put_to, residual_norm_of
from pybridge.runtime.enclosure import EnclosedMap, NormSource
from pybridge.runtime.norms import NormEnclosure

RNG = np.random.default_rng(7)
WEIGHT = RNG.standard_normal((10, 16)).astype(np.float32)
PRUNED = np.where(np.abs(WEIGHT) > 0.5, WEIGHT, np.float32(0))
X = RNG.standard_normal((9, 16))


def matrices() -> tuple[Matrix, Matrix]:
    return Matrix(WEIGHT, "w"), Matrix(PRUNED, "p")


@pytest.mark.parametrize("theorem", [SPARSE, LOW_RANK])
def test_the_norm_is_that_of_what_was_dropped_and_every_vector_holds(theorem: str) -> None:
    found = put_to(theorem, *matrices(), X)
    residual = WEIGHT.astype(np.float64) - PRUNED
    true = np.linalg.norm(residual, 2)
    assert found.residual_norm.lo <= true <= found.residual_norm.hi <= 1.0101 * true
    assert found.verdicts == {"HOLDS": 9}
    assert found.reasons == {}
    expected = np.linalg.norm(X @ residual.T, axis=1) / (true * np.linalg.norm(X, axis=1))
    np.testing.assert_allclose(found.tightness, expected, rtol=0.011)
    assert residual_norm_of(*matrices()) == found.residual_norm


def test_the_norm_of_a_matrix() -> None:
    true = np.linalg.norm(WEIGHT.astype(np.float64), 2)
    assert norm_of(Matrix(WEIGHT, "w")).lo <= true <= norm_of(Matrix(WEIGHT, "w")).hi


def test_a_norm_that_is_too_small_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    class TooSmall(NormSource):
        def enclose(self, linear_map: EnclosedMap) -> NormEnclosure:
            true = super().enclose(linear_map)
            return NormEnclosure(0.9 * true.lo, 0.9 * true.lo, true.label)

    monkeypatch.setattr(replaced, "NormSource", TooSmall)
    worst = np.linalg.svd(WEIGHT.astype(np.float64) - PRUNED)[2][:1]
    found = put_to(SPARSE, *matrices(), np.concatenate([X, worst]))
    assert found.verdicts["VIOLATED"] == 1
    assert list(found.reasons) == [9]
    assert found.tightness[9] > 1.1


def test_an_unchanged_matrix_has_no_error() -> None:
    found = put_to(SPARSE, Matrix(WEIGHT, "w"), Matrix(WEIGHT.copy(), "same"), X)
    assert found.residual_norm.hi == 0
    assert found.verdicts == {"HOLDS": 9}
