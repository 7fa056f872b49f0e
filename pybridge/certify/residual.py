"""The number a certificate is about: ‖W - Ŵ‖₂ of the stored weights, with two certain ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.runtime.norms import DEFAULT_REL, NormEnclosure, frobenius_norm, operator_norm_enclosure
from pybridge.runtime.norms.result import certified
from pybridge.runtime.rounding import UNIT, above, below, padded

Matrix = Float[Tensor, "out in"] | Float[np.ndarray, "out in"]


def certified_residual_norm(weight: Matrix, compressed: Matrix, *, rel: float = DEFAULT_REL) -> NormEnclosure:
    """lo ≤ ‖W - Ŵ‖₂ ≤ hi for the stored values of W and Ŵ, hi ≤ (1 + rel) ‖W - Ŵ‖₂.

    Entries of any float dtype up to float64 are exact in float64. Their difference is exact for pruned
    entries (Ŵᵢⱼ is Wᵢⱼ or 0) and rounded at most once elsewhere, by at most u |fl(Wᵢⱼ - Ŵᵢⱼ)|; in norm that
    is at most u ‖fl(W - Ŵ)‖_F (Lean `l2_opNorm_le_frobenius`, N1), which widens both ends.

    Args:
        weight, compressed: (out, in), the same shape; a tensor on any device, or an array.
        rel: relative width, as `operator_norm_enclosure`.
    Raises: NonFiniteError for NaN or infinity in either.
    Source: Lean `matrix_sparse_activation_bound` (M2), whose ‖R‖ this is; the ends by N1, N4 and N5.
    """
    exact, rounded = as_float64(weight), as_float64(compressed)
    difference = exact - rounded
    inner = operator_norm_enclosure(difference, rel=rel)
    if np.all((rounded == exact) | (rounded == 0)):
        return inner
    moved = float(padded(UNIT * frobenius_norm(difference)[1]))
    return certified(max(0.0, float(below(inner.lo - moved))), float(above(inner.hi + moved)))


def as_float64(matrix: Matrix) -> Float[np.ndarray, "out in"]:
    """The same values in float64, exactly; on the CPU."""
    if isinstance(matrix, Tensor):
        return matrix.detach().to(device="cpu", dtype=torch.float64).numpy()
    return np.asarray(matrix, dtype=np.float64)


@dataclass(frozen=True)
class Interval:
    """lo ≤ the number meant ≤ hi."""

    lo: float
    hi: float


def relative_error(residual: NormEnclosure, weight: NormEnclosure) -> Interval | None:
    """‖W - Ŵ‖₂ / ‖W‖₂ between the quotients of opposite ends, rounded outward; None where W is zero."""
    if weight.lo == 0:
        return None
    if residual.hi == 0:
        return Interval(0.0, 0.0)
    with np.errstate(over="ignore"):
        lo = max(0.0, float(below(np.float64(residual.lo) / weight.hi)))
        hi = float(above(np.float64(residual.hi) / weight.lo))
    return Interval(lo, hi) if math.isfinite(hi) else None
