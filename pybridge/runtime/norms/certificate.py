"""The Cholesky certificate: a floating-point factorisation that runs to its end proves λ_max(G) ≤ λ + error.

Let Ĝ be a symmetric float64 matrix and A = fl(λI - Ĝ): off the diagonal exact, on it within u|Aᵢᵢ|. If
Cholesky runs to completion on A with factor R, then A = RᵀR + Δ with (Higham, *Accuracy and Stability*, lemma
8.4 and theorem 10.3; Rump, *Verification of positive definiteness*, BIT 46, 2006)

    |Δᵢⱼ| ≤ γ (|R|ᵀ|R|)ᵢⱼ ≤ γ ‖rᵢ‖ ‖rⱼ‖,     ‖rⱼ‖² ≤ Aⱼⱼ / (1 - γ),     γ = γ_{n+2}

for columns r of R, in whatever order the inner products are summed; n + 2 instead of n + 1 because a BLAS may
multiply by a rounded reciprocal where the textbook divides. Hence ‖Δ‖₂ ≤ γ/(1 - γ) tr A, and as RᵀR is
positive semidefinite,

    λ_max(Ĝ) ≤ λ + u max|Aᵢᵢ| + γ/(1 - γ) tr A + underflow,     underflow ≤ 3n(2n + max Aᵢᵢ) TINY (Rump).

The step to ‖W‖ is Lean `l2_opNorm_sq_le_completed_gram` (N5): with G = WᵀW and G + RᵀR = λI + Δ', whatever
R is, ‖W‖² ≤ ‖λI + Δ'‖ ≤ λ + ‖Δ'‖ (Mathlib `norm_add_le`). That ‖Δ‖₂ is at most the Frobenius norm of the
bounds of its entries is `l2_opNorm_le_frobenius` (N1). No theorem here says that |Δᵢⱼ| is so small: that is
floating point, from the works cited, and tested.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import get_lapack_funcs

from pybridge.runtime.rounding import TINY, UNIT, gamma, padded


def certificate_error(gram: Float[np.ndarray, "n n"], shift: float) -> float:
    """The terms after λ above, rounded up, given 0 ≤ Ĝᵢᵢ: then Aᵢᵢ ≤ λ(1 + u), and n λ bounds every trace.

    From the entries of Δ to its norm by Lean `l2_opNorm_le_frobenius` (N1); the entries themselves are
    rounding, which no theorem covers.
    """
    size = gram.shape[0]
    growth = gamma(size + 2)
    diagonal = shift * (1 + 2 * UNIT)
    # tr A = Σ fl(λ - Ĝᵢᵢ) summed with n more roundings; the rounding of each term is at most u λ
    trace = float(np.sum(np.maximum(shift - np.diagonal(gram), 0.0))) + 2 * size * size * UNIT * diagonal
    rounding = UNIT * diagonal + growth / (1 - growth) * trace
    return float(padded(rounding + 3 * size * (2 * size + diagonal) * TINY))


def certifies(gram: Float[np.ndarray, "n n"], shift: float) -> bool:
    """Whether Cholesky of shift·I - gram runs to completion: then λ_max(gram) ≤ shift + certificate_error.

    `gram` must have a non-negative diagonal, as every computed Gram matrix has. Lean
    `l2_opNorm_sq_le_completed_gram` (N5) with the factor as R; the factor's rounding is `certificate_error`.
    """
    if gram.shape[0] == 0:
        return True
    shifted = np.negative(gram)
    shifted[np.diag_indices_from(shifted)] += shift
    # LAPACK wants columns: the transpose of a C-ordered symmetric matrix is the same matrix without a copy.
    (potrf,) = get_lapack_funcs(("potrf",), (shifted,))
    factor, failed_at = potrf(shifted.T, lower=0, clean=0, overwrite_a=1)
    return failed_at == 0 and bool(np.all(np.isfinite(np.diagonal(factor))))
