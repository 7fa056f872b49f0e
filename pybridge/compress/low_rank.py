"""Low rank: W_sparse = W_approx + W_R, W_approx the rank-r truncated singular value decomposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float

from pybridge.errors import SettingError


@dataclass(frozen=True)
class Factors:
    """W_approx = left @ right, exactly: the two factors are what a compressed layer stores and runs.

    Attributes:
        left: (out, rank) float32, U_r Σ_r.
        right: (rank, in) float32, V_rᵀ.
    """

    left: Float[np.ndarray, "out rank"]
    right: Float[np.ndarray, "rank in"]

    @property
    def rank(self) -> int:
        return self.left.shape[1]


def truncate(weight: Float[np.ndarray, "out in"], rank: int) -> Factors:
    """Factors of the best rank-`rank` approximation of `weight` (NumPy: `U[:, :r] * s[:r], Vt[:r]` of
    `linalg.svd`).

    The leading eigenvectors Q of the Gram matrix on the smaller side, in float64, are the singular vectors of
    that side; the other factor is the projection W Q, so W_approx = W Q Qᵀ. Both are rounded to float32 once,
    and from then on W_approx *is* their product: the checks take the norm of the remainder really left, never
    σ_{r+1} on trust.

    Args:
        rank: ≥ 1; above min(out, in) it is that number, and the remainder is rounding.
    Raises: SettingError if `rank` is below 1.
    Source: arXiv:2603.20991v1 §2.3; Lean `interpolation_bound`.
    """
    if rank < 1:
        raise SettingError(f"rank is {rank}, but a low-rank approximation has rank 1 at least.")
    matrix = weight.astype(np.float64)
    if matrix.shape[0] < matrix.shape[1]:
        transposed = truncate(weight.T, rank)
        return Factors(np.ascontiguousarray(transposed.right.T), np.ascontiguousarray(transposed.left.T))
    side = matrix.shape[1]
    rank = min(rank, side)
    gram = matrix.T @ matrix
    _, vectors = scipy.linalg.eigh(gram, subset_by_index=[side - rank, side - 1], check_finite=False)
    basis = vectors[:, ::-1]
    return Factors((matrix @ basis).astype(np.float32), np.ascontiguousarray(basis.T, dtype=np.float32))
