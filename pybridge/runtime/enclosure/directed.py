"""Arithmetic of float64 arrays rounded down and up, exact where float64 is exact.

Rounding to nearest is off by less than one unit in the last place, so the next float outward is always a
bound. An error-free transformation (Dekker, Knuth) tells which side of the rounded result the truth lies on,
so the other end can
stay where it is, and a result without rounding stays a point: small integers, dyadic costs and zeros keep
    exact.

Each function returns (down, up). Infinite ends mean "unknown beyond"; what would be NaN becomes the whole
line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pybridge.runtime.rounding import above, below

Array = NDArray[np.float64]
Directed = tuple[Array, Array]

_SPLITTER = 2.0**27 + 1.0
_SAFE_SMALL, _SAFE_LARGE = 2.0**-480, 2.0**480
"""Factors in this range have products, and errors of products, that neither overflow nor underflow."""


def add(a: Array, b: Array) -> Directed:
    """a + b. TwoSum (Knuth) is exact whenever the sum is finite, subnormals included."""
    with np.errstate(all="ignore"):
        total = a + b
        part = total - a
        error = (a - (total - part)) + (b - part)
    return _outward(total, error, np.isfinite(total))


def multiply(a: Array, b: Array) -> Directed:
    """a · b, with 0 · ∞ = 0 as interval arithmetic wants it."""
    with np.errstate(all="ignore"):
        product = a * b
        error = _product_error(a, b, product)
    down, up = _outward(product, error, _in_safe_range(a) & _in_safe_range(b))
    zero = (a == 0) | (b == 0)
    return np.where(zero, 0.0, down), np.where(zero, 0.0, up)


def divide(a: Array, b: Array) -> Directed:
    """a / b for b ≠ 0. The remainder a - q b of a rounded quotient q is a float, and its sign decides."""
    with np.errstate(all="ignore"):
        quotient = a / b
        product = quotient * b
        remainder = (a - product) - _product_error(quotient, b, product)
        error = remainder * np.sign(b)
    safe = _in_safe_range(quotient) & _in_safe_range(b) & _in_safe_range(a)
    down, up = _outward(quotient, error, safe)
    zero = a == 0
    return np.where(zero, 0.0, down), np.where(zero, 0.0, up)


def square_root(a: Array) -> Directed:
    """√a for a ≥ 0."""
    with np.errstate(all="ignore"):
        root = np.sqrt(a)
        product = root * root
        error = (a - product) - _product_error(root, root, product)
    down, up = _outward(root, error, _in_safe_range(a))
    return np.where(a == 0, 0.0, np.maximum(down, 0.0)), np.where(a == 0, 0.0, up)


def _outward(result: Array, error: Array, error_is_exact: NDArray[np.bool_]) -> Directed:
    """(down, up) around truth = result + error, when only the sign of a non-zero error is used."""
    down = np.where(error_is_exact & (error >= 0), result, below(result))
    up = np.where(error_is_exact & (error <= 0), result, above(result))
    unknown = np.isnan(result)
    return np.where(unknown, -np.inf, down), np.where(unknown, np.inf, up)


def _in_safe_range(a: Array) -> NDArray[np.bool_]:
    magnitude = np.abs(a)
    return (magnitude >= _SAFE_SMALL) & (magnitude <= _SAFE_LARGE)


def _product_error(a: Array, b: Array, product: Array) -> Array:
    """a · b - product, exactly, for factors in the safe range (Dekker's TwoProduct by Veltkamp's
    splitting)."""
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Array) -> tuple[Array, Array]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
