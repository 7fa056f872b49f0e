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
    """A computed Ĝ with ‖Ĝ - G‖₂ ≤ error, where G is WᵀW or WWᵀ, whichever is smaller; λ_max(G) = ‖W‖²."""

    matrix: Float[np.ndarray, "n n"]
    error: float


def gram_of(weight: Float[np.ndarray, "out in"], frobenius: float) -> Gram:
    """Ĝ and its error, given ‖W‖_F ≤ frobenius.

    Entrywise |Ĝ - G| ≤ γ_k |W|ᵀ|W| + k TINY with k the length of the products, and ‖ |W|ᵀ|W| ‖₂ ≤ ‖W‖_F², so
    ‖Ĝ - G‖₂ ≤ γ_k ‖W‖_F² + n k TINY. NumPy computes one triangle (`syrk`) and mirrors it: Ĝ is symmetric.
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
