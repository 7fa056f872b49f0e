"""‖W - Ŵ‖₂ lies between its certified ends, whatever the scale; exact rationals and SVD are the oracles."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from pybridge.certify import residual
from pybridge.certify.residual import Interval, certified_residual_norm, relative_error
from pybridge.errors import NonFiniteError
from pybridge.runtime.norms import CERTIFIED_UPPER, EXACT_ENCLOSURE, NormEnclosure

RNG = np.random.default_rng(4)


Rows = list[list[Fraction]]


def float32(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def is_positive_definite(matrix: Rows) -> bool:
    """Gaussian elimination in rationals: all pivots are positive."""
    rows = [list(row) for row in matrix]
    for i, pivot_row in enumerate(rows):
        if pivot_row[i] <= 0:
            return False
        for row in rows[i + 1 :]:
            factor = row[i] / pivot_row[i]
            row[:] = [entry - factor * above for entry, above in zip(row, pivot_row, strict=True)]
    return True


def exceeds_the_norm(bound: float, matrix: Rows) -> bool:
    """bound > ‖D‖₂, exactly: bound² I - DᵀD is positive definite."""
    columns = list(zip(*matrix, strict=True))
    square = Fraction(bound) ** 2
    return is_positive_definite(
        [
            [square * (i == j) - sum(a * b for a, b in zip(x, y, strict=True)) for j, y in enumerate(columns)]
            for i, x in enumerate(columns)
        ]
    )


def exact_difference(weight: np.ndarray, compressed: np.ndarray) -> Rows:
    return [
        [Fraction(float(a)) - Fraction(float(b)) for a, b in zip(*rows, strict=True)]
        for rows in zip(weight, compressed, strict=True)
    ]


@pytest.mark.parametrize("shape", [(7, 5), (4, 9), (1, 6), (6, 1), (1, 1)])
@pytest.mark.parametrize("scale", [1.0, 2.0**-140, 2.0**120])
def test_a_rounded_difference_is_still_enclosed(shape: tuple[int, int], scale: float) -> None:
    """Entries whose exponents lie far apart: W - Ŵ has no float64."""
    with np.errstate(under="ignore"):
        weight = (RNG.standard_normal(shape) * scale).astype(np.float32)
        compressed = (weight.astype(np.float64) * 2.0**-70 + RNG.standard_normal(shape)).astype(np.float32)
    enclosure = certified_residual_norm(weight, compressed, rel=1e-10)
    difference = exact_difference(weight, compressed)
    assert exceeds_the_norm(enclosure.hi, difference)
    assert not exceeds_the_norm(enclosure.lo, difference)


def test_the_rounding_of_the_difference_widens_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 ∓ 2^-60 is 1 in float64; even a norm of that 1 without any rounding must be widened."""
    exact = NormEnclosure(1.0, 1.0, EXACT_ENCLOSURE)
    monkeypatch.setattr(residual, "operator_norm_enclosure", lambda _matrix, rel: exact)
    below = certified_residual_norm(float32([[1.0]]), float32([[2.0**-60]]))
    above = certified_residual_norm(float32([[1.0]]), float32([[-(2.0**-60)]]))
    assert Fraction(below.lo) <= 1 - Fraction(1, 2**60)
    assert Fraction(above.hi) >= 1 + Fraction(1, 2**60)
    assert certified_residual_norm(float32([[1.0]]), float32([[0.0]])) == exact


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
def test_pruning_is_within_one_per_cent_of_the_svd(dtype: torch.dtype) -> None:
    weight = torch.from_numpy(RNG.standard_normal((40, 60))).to(dtype)
    pruned = torch.where(weight.abs() > 0.7, weight, torch.zeros_like(weight))
    truth = float(np.linalg.svd((weight.double() - pruned.double()).numpy(), compute_uv=False)[0])
    enclosure = certified_residual_norm(weight, pruned)
    assert enclosure.lo <= truth * (1 + 1e-13)
    assert truth * (1 - 1e-13) <= enclosure.hi <= 1.01 * truth
    assert enclosure.label in (CERTIFIED_UPPER, EXACT_ENCLOSURE)


def test_nothing_removed_is_exactly_zero() -> None:
    weight = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    assert certified_residual_norm(weight, weight.clone()) == NormEnclosure(0.0, 0.0, EXACT_ENCLOSURE)


def test_a_strided_view_and_a_copy_agree() -> None:
    weight = torch.randn(5, 4, generator=torch.Generator().manual_seed(0)).T
    zero = torch.zeros(4, 5)
    assert certified_residual_norm(weight, zero) == certified_residual_norm(weight.contiguous(), zero)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_has_no_norm(bad: float) -> None:
    with pytest.raises(NonFiniteError):
        certified_residual_norm(float32([[1.0, bad]]), float32([[0.0, 0.0]]))


def test_a_relative_error_takes_opposite_ends() -> None:
    found = relative_error(NormEnclosure(1.0, 2.0, CERTIFIED_UPPER), NormEnclosure(3.0, 4.0, CERTIFIED_UPPER))
    assert found is not None
    assert Fraction(found.lo) < Fraction(1, 4)
    assert Fraction(found.hi) > Fraction(2, 3)
    assert found.lo == pytest.approx(0.25)
    assert found.hi == pytest.approx(2 / 3)


def test_there_is_no_error_relative_to_nothing() -> None:
    zero = NormEnclosure(0.0, 0.0, EXACT_ENCLOSURE)
    assert relative_error(zero, zero) is None
    huge = NormEnclosure(1e300, 1e300, EXACT_ENCLOSURE)
    assert relative_error(huge, NormEnclosure(1e-300, 1e-300, EXACT_ENCLOSURE)) is None


def test_nothing_removed_is_exactly_zero_relative_to_something() -> None:
    zero, whole = NormEnclosure(0.0, 0.0, EXACT_ENCLOSURE), NormEnclosure(3.0, 4.0, CERTIFIED_UPPER)
    assert relative_error(zero, whole) == Interval(0.0, 0.0)
