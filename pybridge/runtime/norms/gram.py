"""The Gram matrix of the shorter side, with its rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pybridge.runtime.rounding import TINY, gamma, padded

CHUNK = 512
"""Products of this length are summed apart, so that γ stays near γ_512 for any length."""


@dataclass(frozen=True, eq=False)
class Gram:
    """A computed Ĝ with ‖Ĝ - G‖₂ ≤ error, where G is WᵀW or WWᵀ, whichever is smaller; ‖G‖₂ = ‖W‖².

    The last equation is Lean `l2_opNorm_sq_eq_gram` (N6), for either side by `l2_opNorm_transpose` (N8).
    """

    matrix: Float[np.ndarray, "n n"]
    error: float


def gram_of(weight: Float[np.ndarray, "out in"], frobenius: float) -> Gram:
    """Ĝ and its error, given ‖W‖_F ≤ frobenius.

    Entrywise |Ĝ - G| ≤ γ_k |W|ᵀ|W| + k TINY with k the length of the products, and ‖ |W|ᵀ|W| ‖_F ≤ ‖W‖_F²
    (Lean `frobenius_mul_sq_le`, N9), so ‖Ĝ - G‖₂ ≤ ‖Ĝ - G‖_F ≤ γ_k ‖W‖_F² + n k TINY
    (`l2_opNorm_le_frobenius`, N1). The entrywise bound is rounding, which no theorem covers. NumPy computes
    one triangle (`syrk`) and mirrors it: Ĝ is symmetric. That the shorter side will do is
    `l2_opNorm_sq_eq_gram` (N6) with `l2_opNorm_transpose` (N8).
    """
    tall = weight if weight.shape[0] >= weight.shape[1] else weight.T
    length, size = tall.shape
    first = tall[:CHUNK]
    matrix = first.T @ first
    for start in range(CHUNK, length, CHUNK):
        part = tall[start : start + CHUNK]
        matrix += part.T @ part
    roundings = min(length, CHUNK) + length // CHUNK + 1
    error = padded(gamma(roundings) * frobenius**2 + size * length * TINY)
    return Gram(matrix, float(error))
