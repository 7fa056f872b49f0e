"""How many rows one batch may have: an estimate of what a row needs, against what is free."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from pybridge.models.adapter import Adapter

SHARE = 0.5
"""Of the free memory, for the rows of one batch."""

_MEMINFO = Path("/proc/meminfo")


def bytes_of_row(adapter: Adapter, tokens: int) -> int:
    """What one row of a profile needs at its peak: an upper estimate, in bytes.

    Float64 copies of the states at both ends of an update and their differences (16 states), and in the
    model's dtype the widest activations of a block (4 of them, and 8 states) and one score for every pair of
    positions and head, for kernels that form them.
    """
    itemsize = torch.finfo(adapter.dtype).bits // 8
    widest = max((view.shape[0] for view in adapter.linear_maps()), default=adapter.d_model)
    heads = int(getattr(adapter.config, "num_attention_heads", 1))
    states = 16 * 8 * tokens * adapter.d_model
    activations = itemsize * (tokens * (8 * adapter.d_model + 4 * widest) + 2 * heads * tokens**2)
    return states + activations


def free_bytes(device: torch.device) -> int:
    """Memory that can be had now: of an accelerator its own, else the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):  # not Linux: half of what there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def rows_that_fit(row_bytes: int, free: int) -> int:
    """At least 2, the clean row and one perturbed row, whatever the estimate says."""
    return max(2, int(SHARE * free) // row_bytes)


def groups_of(eps: tuple[float, ...], rows_at_once: int) -> tuple[tuple[float, ...], ...]:
    """The ε of each batch; the clean row takes one place in every one."""
    size = rows_at_once - 1
    return tuple(eps[start : start + size] for start in range(0, len(eps), size))
