"""Magnitude split: W = W_sparse + W_residual, W_sparse the top `keep` fraction of all entries by |W_ij|."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from pybridge.errors import SettingError


@dataclass(frozen=True)
class Threshold:
    """What decides a magnitude mask: entries above `value` are kept, and the first `ties` of those equal to
    it.
    """

    value: float
    ties: int


def kept_count(size: int, keep: float) -> int:
    """round(keep · size), Python's rounding: how many of `size` entries a fraction `keep` keeps.

    Raises: SettingError if `keep` is not in (0, 1].
    """
    if not 0 < keep <= 1:
        raise SettingError(
            f"keep is {keep:g}, but a fraction kept lies in (0, 1]; 0.05 keeps one weight in twenty."
        )
    return round(keep * size)


def magnitude_threshold(weight: Float[np.ndarray, "out in"], keep: float) -> Threshold:
    """The threshold that keeps exactly kept_count entries.

    Raises: SettingError as `kept_count`.
    """
    count = kept_count(weight.size, keep)
    if count == 0:
        return Threshold(float("inf"), 0)
    magnitude = np.abs(weight).ravel()
    value = np.partition(magnitude, weight.size - count)[weight.size - count]
    return Threshold(float(value), count - int(np.count_nonzero(magnitude > value)))


def mask_of_threshold(
    weight: Float[np.ndarray, "out in"], threshold: Threshold
) -> Bool[np.ndarray, "out in"]:
    """Mask of the entries that a threshold keeps; ties by index, the smaller row-major index is kept."""
    magnitude = np.abs(weight)
    value = weight.dtype.type(threshold.value)
    mask = magnitude > value
    if threshold.ties:
        tied = np.flatnonzero(magnitude == value)
        mask.flat[tied[: threshold.ties]] = True
    return mask


def top_magnitude_mask(weight: Float[np.ndarray, "out in"], keep: float) -> Bool[np.ndarray, "out in"]:
    """Mask M of the kept_count largest |W_ij| over the whole matrix, so that W_sparse = M ⊙ W.

    Ties at the threshold are broken by index: the smaller (row-major) index is kept. W is the (out, in) view,
    so that a Conv1D and the transposed Linear get the same mask.

    Raises: SettingError as `kept_count`.
    Source: arXiv:2603.20991v1 §2.2; Lean `sparse_activation_bound`.
    """
    return mask_of_threshold(weight, magnitude_threshold(weight, keep))
