"""The truth about a matrix of floats: ‖A‖² as the largest root of an exact characteristic polynomial.

A float is an integer times a power of two, so AᵀA is an integer matrix up to scale; python-flint isolates the
roots of its characteristic polynomial in certified balls, multiple ones included. One side must be short.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import flint
import numpy as np
from numpy.typing import NDArray

PRECISION_BITS = 4000  # squares of subnormals have 2^-2148 in them


def square_norm(matrix: NDArray[np.floating]) -> flint.arb:
    """‖A‖₂² as a ball of 4000 bits."""
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    if not np.any(tall):
        return flint.arb(0)
    entries = [[Fraction(float(entry)) for entry in row] for row in tall]
    scale = max(entry.denominator for row in entries for entry in row)
    integers = flint.fmpz_mat([[int(entry * scale) for entry in row] for row in entries])
    gram = integers.transpose() * integers
    with flint.ctx.workprec(PRECISION_BITS):
        trace = flint.arb(sum(int(gram[i, i]) for i in range(gram.nrows())))
        roots = [root.real for root, _ in cast(Any, gram.charpoly()).complex_roots()]
        return max(roots, key=lambda root: float(root.mid() / trace)) / flint.arb(scale) ** 2


def is_below(end: float, square: flint.arb) -> bool:
    """Certainly end ≤ ‖A‖ (equality of exact squares included)."""
    with flint.ctx.workprec(PRECISION_BITS):
        return bool(flint.arb(end) ** 2 <= square) or _overlaps_only_by_ball(end, square)


def is_above(end: float, square: flint.arb) -> bool:
    """Certainly ‖A‖ ≤ end."""
    with flint.ctx.workprec(PRECISION_BITS):
        return bool(flint.arb(end) ** 2 >= square) or _overlaps_only_by_ball(end, square)


def _overlaps_only_by_ball(end: float, square: flint.arb) -> bool:
    """Whether end² lies in the ball: so small a ball holds one square, the root."""
    return (flint.arb(end) ** 2).overlaps(square)
