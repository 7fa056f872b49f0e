"""Operator norms with two certain ends.

Above: the Cholesky certificate of λI - Ĝ with all its rounding (`certificate`, `gram`), by Lean
`l2_opNorm_sq_le_completed_gram` (N5), or ‖W‖_F if that is smaller (`l2_opNorm_le_frobenius`, N1). Below:
‖Wv‖ / ‖v‖ rounded down, which holds for every v (`ratio_le_l2_opNorm`, N4); v comes from a few Lanczos
steps. Power iteration alone is an *estimate*: 0.979 of the truth after 30 steps on a pruned residual has
been seen. It never becomes an upper end.

The Schur test (`l2_opNorm_le_sqrt_row_col`, N2) and the Frobenius norm of the Gram matrix
(`l2_opNorm_sq_le_gram`, N3) are upper ends too, looser than the certificate; nothing here computes them.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from pybridge.errors import NonFiniteError
from pybridge.runtime.norms.certificate import certificate_error, certifies
from pybridge.runtime.norms.gram import Gram, gram_of
from pybridge.runtime.norms.lanczos import top_eigenvector, top_vector
from pybridge.runtime.norms.result import ESTIMATE, NormEnclosure, certified
from pybridge.runtime.norms.sums import euclidean_norm
from pybridge.runtime.rounding import TINY, UNIT, above, below, gamma, padded

DEFAULT_REL = 0.01
"""Every upper end is within 1 % of the truth unless asked otherwise."""

COMFORTABLE = (2.0**-250, 2.0**250)
"""Frobenius norms whose fourth powers, 2^±1000, neither overflow nor lose anything to underflow."""


def operator_norm_enclosure(weight: NDArray[np.floating], *, rel: float = DEFAULT_REL) -> NormEnclosure:
    """lo ≤ ‖W‖₂ ≤ hi, W as stored (float32 entries are exact float64 numbers), hi ≤ (1 + rel) ‖W‖₂.

    The upper end is Lean `l2_opNorm_sq_le_completed_gram` (N5) or `l2_opNorm_le_frobenius` (N1), the lower
    end `ratio_le_l2_opNorm` (N4). A wide matrix is certified through W Wᵀ, by `l2_opNorm_transpose` (N8).
    The theorems do not cover rounding; its bounds widen both ends.

    SciPy's counterpart is `scipy.linalg.norm(W, 2)`, which has one end and no proof. Where rounding forbids
    the width asked for (below about n² · 1e-16 for the shorter side n), the enclosure is as narrow as it can
    be; its label tells.

    Args:
        weight: (out, in), any float dtype; either side may be 0.
        rel: relative width, > 0. 1e-10 asks for an `exact enclosure`.
    Raises: NonFiniteError for NaN or infinity in `weight`.
    """
    matrix = np.asarray(weight, dtype=np.float64)
    frobenius_lo, frobenius_hi = frobenius_norm(matrix)
    if frobenius_hi == 0:
        return certified(0.0, 0.0)
    if not COMFORTABLE[0] <= frobenius_lo <= frobenius_hi <= COMFORTABLE[1]:
        return _scaled(matrix, rel)
    return _enclose(matrix, frobenius_hi, rel)


def operator_norm_upper(weight: NDArray[np.floating], *, rel: float = DEFAULT_REL) -> float:
    """A certified upper end of ‖W‖₂, at most (1 + rel) ‖W‖₂.

    Lean `l2_opNorm_sq_le_completed_gram` (N5) or `l2_opNorm_le_frobenius` (N1), widened by the rounding,
    which no theorem covers.
    """
    return operator_norm_enclosure(weight, rel=rel).hi


def operator_norm_estimate(weight: NDArray[np.floating], *, steps: int = 30, seed: int = 0) -> NormEnclosure:
    """Power iteration on WᵀW: a certain lower end and no upper one. Never compare against it as if it were a
    bound.

    The lower end is Lean `ratio_le_l2_opNorm` (N4), rounded down. No theorem says how near it comes.
    """
    matrix = np.asarray(weight, dtype=np.float64)
    frobenius = frobenius_norm(matrix)[1]
    if frobenius == 0:
        return NormEnclosure(0.0, 0.0, ESTIMATE)
    unit = matrix / frobenius
    vector = np.random.default_rng(seed).standard_normal(matrix.shape[1])
    for _ in range(steps):
        image = unit.T @ (unit @ vector)
        length = float(np.linalg.norm(image))
        if length == 0:
            break
        vector = image / length
    return NormEnclosure(_lower_end(matrix, frobenius, vector), math.inf, ESTIMATE)


def frobenius_norm(matrix: Float[np.ndarray, "out in"]) -> tuple[float, float]:
    """(lo, hi) around ‖W‖_F, and ‖W‖₂ ≤ ‖W‖_F by Lean `l2_opNorm_le_frobenius` (N1).

    The ends enclose the rounding of the sum of squares, which the theorem does not cover. `lo` is a lower
    end of ‖W‖_F, not of ‖W‖₂.

    Raises: NonFiniteError for NaN or infinity in the matrix.
    """
    lo, hi = euclidean_norm(matrix.reshape(-1) if matrix.flags.c_contiguous else matrix.T.reshape(-1))
    if not np.isfinite(hi) and not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        found = float(matrix[row, column])
        raise NonFiniteError(f"a weight matrix holds {found} at row {row}, column {column}; it has no norm")
    return float(lo), float(hi)


def _enclose(matrix: Float[np.ndarray, "out in"], frobenius: float, rel: float) -> NormEnclosure:
    gram = gram_of(matrix, frobenius)
    lo = hi = 0.0
    for vector in _candidates(gram.matrix, rel):
        across = vector if matrix.shape[0] >= matrix.shape[1] else matrix.T @ vector
        lo = max(lo, _lower_end(matrix, frobenius, across))
        if frobenius <= lo * (1 + rel):
            return certified(lo, frobenius)
        hi = min(_certified_upper(gram, lo, rel), frobenius)
        if hi <= lo * (1 + rel):
            break
    return certified(lo, hi)


def _candidates(gram: Float[np.ndarray, "n n"], rel: float):
    """Ever better and slower vectors that the map stretches most."""
    if rel >= 1e-4:
        yield top_vector(gram, rel / 2)
        yield top_vector(gram, rel / 50)
    yield top_eigenvector(gram)


def _lower_end(
    matrix: Float[np.ndarray, "out in"], frobenius: float, vector: Float[np.ndarray, " in"]
) -> float:
    """‖Wv‖ / ‖v‖ (N4) rounded down: the product errs by at most γ_in ‖W‖_F ‖v‖ + √out · in · TINY in norm."""
    rows, columns = matrix.shape
    length = euclidean_norm(vector)[1]
    image = euclidean_norm(matrix @ vector)[0]
    error = padded(gamma(columns) * frobenius * length + math.sqrt(rows) * columns * TINY)
    return max(0.0, float(below(below(image - error) / length)))


def _certified_upper(gram: Gram, lo: float, rel: float) -> float:
    """The least upper end tried that the Cholesky certificate (N5) confirms; infinite when none within twice
    1 + rel."""
    least = lo * lo * (1 + 16 * UNIT)
    wanted = lo * lo * (1 + rel) ** 2 * (1 - 8 * UNIT)
    error = gram.error + certificate_error(gram.matrix, wanted)
    margin = max(wanted - least - error, error)
    for _ in range(4):
        shift = least + margin
        if certifies(gram.matrix, shift):
            square = above(shift + above(gram.error + certificate_error(gram.matrix, shift)))
            return float(above(np.sqrt(square)))
        margin *= 2
    return math.inf


def _scaled(matrix: Float[np.ndarray, "out in"], rel: float) -> NormEnclosure:
    """As `_enclose` for huge and tiny matrices: divided by a power of two first (Mathlib `norm_smul`).

    Entries that become subnormal change by at most TINY each, √(out·in) TINY in Frobenius norm (N1), which
    widens both ends (`norm_add_le`).
    """
    exponent = int(np.frexp(np.max(np.abs(matrix)))[1])
    scaled = np.ldexp(matrix, -exponent)
    inner = _enclose(scaled, frobenius_norm(scaled)[1], rel * (1 - 2.0**-16))  # room for the ends to move
    moved = padded(math.sqrt(matrix.size) * TINY)
    with np.errstate(over="ignore", under="ignore"):
        lo = below(np.ldexp(below(inner.lo - moved), exponent))
        hi = above(np.ldexp(above(inner.hi + moved), exponent))
    return certified(max(0.0, float(lo)), float(hi))
