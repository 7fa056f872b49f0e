"""Scores |W_ij| · s_j and the masks made of them: the smallest scores of each row become zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from pybridge.compress.collect import energy
from pybridge.compress.settings import NM, Settings
from pybridge.compress.statistics import Statistics, wide
from pybridge.errors import SettingError

Scale = Callable[[Tensor, Statistics | None], Float[Tensor, " in"]]
"""The s_j of a score, one for each input feature, from the weight and the statistics; float64."""

_ENTRIES_AT_ONCE = 1 << 18  # float64 scores alive at a time: 2 MiB
_BITS = {2: torch.int16, 4: torch.int32, 8: torch.int64}


def magnitude_scale(weight: Float[Tensor, "out in"], _statistics: Statistics | None) -> Float[Tensor, " in"]:
    """s_j = 1, so that the score is |W_ij|."""
    return torch.ones(weight.shape[1], dtype=torch.float64, device=wide(weight[:0]).device)


def colnorm_scale(weight: Float[Tensor, "out in"], _statistics: Statistics | None) -> Float[Tensor, " in"]:
    """s_j = ‖W_:j‖₂: the paper's "simplified Wanda", which is not Wanda. Source: arXiv:2603.20991v1 §4."""
    return energy(weight.detach()).sqrt()


def wanda_scale(weight: Float[Tensor, "out in"], statistics: Statistics | None) -> Float[Tensor, " in"]:
    """s_j = ‖X_:j‖₂ over the calibration tokens entering the map. Source: Sun et al., arXiv:2306.11695."""
    assert statistics is not None
    assert statistics.energy is not None
    return statistics.energy.sqrt()


def prune(
    weight: Float[Tensor, "out in"], scale: Float[Tensor, " in"], settings: Settings
) -> Float[Tensor, "out in"]:
    """W where kept and 0 elsewhere: by N:M groups where a pattern is set, else exactly
    round(sparsity · in) zeros a row.

    Scores are float64, in which |W_ij| of a narrower dtype is exact. Ties are broken by index, as
    `top_magnitude_mask` does: the smaller column index is kept. `weight` is the (out, in) view, so that a
    Conv1D and the transposed Linear get the same mask.
    """
    pruned = weight.detach().clone(memory_format=torch.contiguous_format)
    for rows in pruned.split(max(1, _ENTRIES_AT_ONCE // weight.shape[1])):
        scores = wide(rows).abs_() if rows.dtype != torch.float64 else rows.abs()
        kept = ~dropped_by(scores.mul_(scale), settings).to(rows.device)
        rows.view(_BITS[rows.element_size()]).mul_(kept)  # of the bits: four times as fast as a masked fill
    return pruned


def dropped_by(scores: Float[Tensor, "out in"], settings: Settings) -> Bool[Tensor, "out in"]:
    """Which entries become zero."""
    if settings.pattern is None:
        return smallest_of_each_row(scores, settings.zeros_of(scores.shape[1]))
    kept, size = settings.pattern.nonzeros_per_group, settings.pattern.group_size
    return smallest_of_each_row(scores.reshape(-1, size), size - kept).reshape(scores.shape)


def smallest_of_each_row(scores: Float[Tensor, "rows n"], count: int) -> Bool[Tensor, "rows n"]:
    """Mask of the `count` smallest scores of each row; of equal ones the larger indices."""
    if count == 0:
        return torch.zeros_like(scores, dtype=torch.bool)
    threshold = _kth_smallest(scores, count)
    smallest = scores <= threshold
    if int(torch.count_nonzero(smallest)) == scores.shape[0] * count:  # no row has a tie too many
        return smallest
    below, tied = scores < threshold, scores == threshold
    from_the_right = tied.flip(1).cumsum(1).flip(1)
    return below | (tied & (from_the_right <= count - below.sum(1, keepdim=True)))


def _kth_smallest(scores: Float[Tensor, "rows n"], k: int) -> Float[Tensor, "rows 1"]:
    if scores.device.type == "cpu":  # NumPy's partition is three times as fast as torch.kthvalue
        return torch.from_numpy(np.partition(scores.numpy(), k - 1, axis=1)[:, k - 1 : k])
    return scores.kthvalue(k, dim=1, keepdim=True).values


def require_pattern_fits(pattern: NM | None, shape: tuple[int, int], where: str) -> None:
    """Raises: SettingError if the group size does not divide the number of inputs."""
    if pattern is not None and shape[1] % pattern.group_size:
        raise SettingError(
            f"The pattern {pattern} needs groups of {pattern.group_size} inputs, but {where} has {shape[1]} "
            "of them, which that does not divide. Use another group size, or leave the map out."
        )
