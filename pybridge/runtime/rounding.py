"""Rounding of float64, bounded a priori: the constants and the γ of Higham, *Accuracy and Stability*,
chapters 2–3.

The model, used by every enclosure of this package:

- `+ - * /` and `sqrt` round to nearest: `fl(a ∘ b) = (a ∘ b)(1 + δ)`, |δ| ≤ UNIT, but for underflow and
overflow.
- A product that underflows errs by at most TINY, the smallest *normal* number. Sums never underflow
  inexactly. Gradual underflow is assumed: with subnormals flushed to zero (`torch.set_flush_denormal`), a
  sum of numbers below 2^-969 may lose TINY unseen.
- NumPy's dot, matmul and sum add the products of one entry in any order, in any blocking, with or without
  fused multiply-add. They do not use Strassen's or Winograd's scheme (OpenBLAS, MKL and BLIS do not).

Then an inner product of length k errs by at most γ_k Σ|xᵢ yᵢ| + k TINY, whatever the order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

UNIT = 2.0**-53
"""Unit roundoff u of float64."""

TINY = 2.0**-1022
"""Smallest normal float64; bounds what one underflow can cost."""

_SLACK = 1.0 + 2.0**-40


def gamma(depth: int) -> float:
    """γ_k = k u / (1 - k u), rounded up: the relative error that k roundings can build up.

    Raises: OverflowError when k u ≥ 1/2, beyond any array that fits a memory.
    """
    product = depth * UNIT  # exact: depth < 2^52
    if product >= 0.5:
        raise OverflowError(f"{depth} roundings in a row leave no digit")
    return product / (1.0 - product) * _SLACK


def padded(bound: Any) -> Any:
    """A non-negative bound made safe against the roundings of its own evaluation.

    A formula of m operations `+ * / sqrt` on non-negative numbers errs by a factor of at least (1 - u)^m, and
    (1 - u)^m (1 + 2^-40) ≥ 1 for m ≤ 8000. Underflow is the caller's to add, as `bound_product` does.
    """
    return bound * _SLACK


def bound_product(a: Any, b: Any) -> Any:
    """An upper end of a · b for bounds a, b ≥ 0; 0 only where a factor is, however far it underflows."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.where(np.equal(a, 0) | np.equal(b, 0), 0.0, padded(np.multiply(a, b)) + TINY)


def below(value: Any) -> Any:
    """The next float64 towards -∞."""
    with np.errstate(over="ignore", under="ignore"):
        return np.nextafter(value, -np.inf)


def above(value: Any) -> Any:
    """The next float64 towards +∞."""
    with np.errstate(over="ignore", under="ignore"):
        return np.nextafter(value, np.inf)
