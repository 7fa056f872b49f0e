"""The operator norm of a product of two thin factors, without forming it."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from pybridge.runtime.norms.operator import COMFORTABLE, DEFAULT_REL, frobenius_norm, operator_norm_enclosure
from pybridge.runtime.norms.result import NormEnclosure, certified
from pybridge.runtime.rounding import TINY, UNIT, above, below, gamma, padded


def factored_norm_enclosure(
    left: Float[np.ndarray, "out rank"], right: Float[np.ndarray, "rank in"], *, rel: float = DEFAULT_REL
) -> NormEnclosure:
    """lo ≤ ‖UV‖₂ ≤ hi for the exact product of the stored U = left and V = right.

    For any R whatever, with Δ = UᵀU - RᵀR,

        ‖UV‖² = ‖VᵀUᵀUV‖ lies within ‖Δ‖ ‖V‖² of ‖RV‖².

    This is Lean `factored_gram_error` (N7). R is the triangular factor of U, so Δ is rounding only: its
    computed value plus γ_out ‖U‖_F² + γ_rank ‖R‖_F² bounds it. RV has `rank` rows, and its norm costs next
    to nothing. Narrow when the factors are balanced, as the two halves of a truncated SVD are; sound
    always. ‖V‖ and ‖Δ‖ are bounded by Frobenius norms (`l2_opNorm_le_frobenius`, N1). Where the factors are
    too large or too small for that, ‖U‖_F ‖V‖_F (Mathlib `Matrix.l2_opNorm_mul`, then N1). Not covered by a
    theorem: the rounding of RV and of Δ, in every entry at most γ (|A| |B|)ᵢⱼ, and so in norm at most
    γ ‖A‖_F ‖B‖_F (`frobenius_mul_sq_le`, N9).
    """
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    left_norm, right_norm = frobenius_norm(left)[1], frobenius_norm(right)[1]
    if left_norm == 0 or right_norm == 0:
        return certified(0.0, 0.0)
    if not all(COMFORTABLE[0] <= norm <= COMFORTABLE[1] for norm in (left_norm, right_norm)):
        return certified(0.0, float(padded(left_norm * right_norm) + TINY))
    triangle = np.asarray(np.linalg.qr(left, mode="r"))
    triangle_norm = frobenius_norm(triangle)[1]
    core = triangle @ right
    core_error = padded(gamma(left.shape[1]) * triangle_norm * right_norm + core.size * left.shape[1] * TINY)
    inner = operator_norm_enclosure(core, rel=0.9 * rel)
    moved = _triangle_error(left, left_norm, triangle, triangle_norm) * right_norm**2
    lo = below(below(max(0.0, below(inner.lo - core_error)) ** 2) - padded(moved))
    hi = padded((inner.hi + core_error) ** 2 + moved)
    return certified(max(0.0, float(below(math.sqrt(max(0.0, lo))))), float(above(math.sqrt(hi))))


def _triangle_error(left: np.ndarray, left_norm: float, triangle: np.ndarray, triangle_norm: float) -> float:
    """An upper end of ‖UᵀU - RᵀR‖₂, through its Frobenius norm (N1)."""
    gram, square = left.T @ left, triangle.T @ triangle
    found = frobenius_norm(gram - square)[1]
    products = gamma(left.shape[0]) * left_norm**2 + gamma(triangle.shape[0]) * triangle_norm**2
    subtraction = UNIT * (frobenius_norm(gram)[1] + frobenius_norm(square)[1])
    return float(padded(found + products + subtraction + left.size * left.shape[1] * TINY))
