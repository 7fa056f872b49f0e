"""Tokens a second: measured, because zeros stored densely save no time and a report should say so."""

from __future__ import annotations

import time

import torch

from pybridge.models.adapter import Adapter

TOKENS = 256
RUNS = 2


def tokens_per_second(adapter: Adapter) -> float:
    """Of the trunk, blocks only, on one sequence of up to 256 tokens: the better of two runs.

    The ids are 0, 1, 2, …; time does not depend on them.
    """
    length = min(TOKENS, adapter.context_length)
    ids = (torch.arange(length, device=adapter.device) % adapter.vocabulary_size)[None]
    return length / min(_seconds(adapter, ids) for _ in range(RUNS))


def _seconds(adapter: Adapter, ids: torch.Tensor) -> float:
    start = time.perf_counter()
    adapter.trunk(ids)
    if adapter.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
