"""Rank-r approximations of W that are best in the metric of the weights, of the inputs, or of the loss."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.compress.settings import Settings
from pybridge.compress.statistics import Statistics, wide

Matrix = Float[Tensor, "out in"]


def best_truncation(weight: Matrix, rank: int, _settings: Settings, _statistics: Statistics | None) -> Matrix:
    """U_r Σ_r V_rᵀ of W, float64: best in the spectral and the Frobenius norm (Eckart–Young).

    NumPy: `(U[:, :r] * s[:r]) @ Vt[:r]` of `linalg.svd`. The singular vectors of the smaller side are the
    leading eigenvectors of its Gram matrix, and W_r is the projection of W on them.
    """
    matrix = wide(weight)
    if matrix.shape[0] < matrix.shape[1]:
        return _projected_left(matrix, leading(_symmetric_square(matrix), rank))
    basis = leading(_symmetric_square(matrix.T), rank)
    return (matrix @ basis) @ basis.T


def activation_truncation(
    weight: Matrix, rank: int, _settings: Settings, statistics: Statistics | None
) -> Matrix:
    """argmin over rank r of ‖(W - Ŵ) P^{1/2}‖_F = √(mean over tokens of ‖(W - Ŵ) x‖²), P = Σ x xᵀ / T.

    With U_r the leading left singular vectors of W P^{1/2} the minimum is Ŵ = U_r U_rᵀ W, for singular P
    too: nothing is divided by. This is balanced truncation with Q = I.
    """
    matrix = wide(weight)
    return _projected_left(matrix, _leading_left(matrix, _input_gram(statistics), rank))


def balanced_truncation(
    weight: Matrix, rank: int, settings: Settings, statistics: Statistics | None
) -> Matrix:
    """argmin over rank r of ‖Q^{1/2} (W - Ŵ) P^{1/2}‖_F: the error that the loss sees, to second order.

    The norm is √tr(Q (W - Ŵ) P (W - Ŵ)ᵀ), whatever roots are taken: with Q = L Lᵀ, L triangular, it is
    ‖Lᵀ (W - Ŵ) P^{1/2}‖_F, and Ŵ = L^{-ᵀ} U_r U_rᵀ Lᵀ W with U_r of Lᵀ W P^{1/2}. Q = Σ g gᵀ / T from the
    gradients g at the map's output, plus `damping` times its mean diagonal times the identity, so that L can
    be inverted and directions that the sample did not see are not thrown away.

    Source: arXiv:2603.20991v1 §5.4.
    """
    assert statistics is not None
    assert statistics.output_gram is not None
    lower = _lower_factor(statistics.output_gram, settings.damping)
    weighted = lower.T @ wide(weight)
    basis = _leading_left(weighted, _input_gram(statistics), rank)
    return torch.linalg.solve_triangular(lower.T, basis, upper=True) @ (basis.T @ weighted)


def leading(symmetric: Float[Tensor, "n n"], rank: int) -> Float[Tensor, "n rank"]:
    """Eigenvectors of the `rank` largest eigenvalues, the largest first."""
    return torch.linalg.eigh(symmetric).eigenvectors[:, -rank:].flip(1)


def _leading_left(matrix: Matrix, gram: Float[Tensor, "in in"], rank: int) -> Float[Tensor, "out rank"]:
    """Leading left singular vectors of `matrix @ gram^{1/2}`, by way of the smaller side."""
    outputs, inputs = matrix.shape
    if outputs <= inputs:
        half = _scaled(matrix)
        return leading(half @ _scaled(gram) @ half.T, rank)
    weighted = matrix @ _square_root(gram)
    right = leading(_symmetric_square(weighted.T), rank)
    return torch.linalg.qr(weighted @ right).Q


def _projected_left(matrix: Matrix, basis: Float[Tensor, "out rank"]) -> Matrix:
    return basis @ (basis.T @ matrix)


def _symmetric_square(matrix: Matrix) -> Float[Tensor, "out out"]:
    """M Mᵀ up to a factor, which keeps huge and denormal scales inside float64."""
    half = _scaled(matrix)
    return half @ half.T


def _scaled(matrix: Tensor) -> Tensor:
    """The matrix over the power of two nearest its largest entry: exact, and its square cannot overflow."""
    largest = matrix.abs().max()
    if float(largest) == 0.0:
        return matrix
    return matrix / torch.exp2(torch.floor(torch.log2(largest)))


def _input_gram(statistics: Statistics | None) -> Float[Tensor, "in in"]:
    assert statistics is not None
    assert statistics.gram is not None
    return statistics.gram


def _square_root(gram: Float[Tensor, "n n"]) -> Float[Tensor, "n n"]:
    values, vectors = torch.linalg.eigh(_scaled(gram))
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def _lower_factor(gram: Float[Tensor, "n n"], damping: float) -> Float[Tensor, "n n"]:
    """L with L Lᵀ = gram / mean diagonal + damping · I, lower triangular; the identity for a zero gram."""
    mean = gram.diagonal().mean()
    identity = torch.eye(gram.shape[0], dtype=gram.dtype, device=gram.device)
    if float(mean) == 0.0:
        return identity
    damped = gram / mean + damping * identity
    lower, failed = torch.linalg.cholesky_ex(damped)
    return lower if int(failed) == 0 else _lower_factor_of_spectrum(damped, damping)


def _lower_factor_of_spectrum(damped: Float[Tensor, "n n"], damping: float) -> Float[Tensor, "n n"]:
    """Where rounding is larger than the damping: the eigenvalues that it spoilt are the damping again."""
    values, vectors = torch.linalg.eigh(damped)
    return torch.linalg.qr((vectors * values.clamp(min=damping).sqrt()).T).R.T
