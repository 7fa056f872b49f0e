"""Greedy removal by perplexity: each round removes the block whose absence costs least on a calibration text.

A round walks once through the blocks that are left. The state before block r, which is what its removal hands
on, joins the batch as a further row behind it: the prefix of every candidate is the clean run's own, and m
candidates cost (m + 1) / 2 forward passes and m heads instead of m passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.errors import SettingError
from pybridge.measure.blocks import State, run_block
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded, logits_of
from pybridge.perplexity.scores import losses_of


@dataclass(frozen=True)
class Round:
    """One removal.

    Attributes:
        block: removed in this round.
        mean_loss: nats a token without it, and without those of the rounds before.
        candidates: block → that mean, had it been removed instead; infinite where it was not finite.
    """

    block: int
    mean_loss: float
    candidates: dict[int, float]


def next_round(adapter: Adapter, input_ids: Int[Tensor, "1 tokens"], removed: Sequence[int]) -> Round:
    """The block to remove next, equal ones by index.

    Args:
        removed: in the rounds before.
    Raises: SettingError when no candidate leaves a finite loss.
    """
    candidates = losses_without_each(adapter, input_ids, removed)
    best = min(candidates, key=lambda block: (candidates[block], block))
    if not math.isfinite(candidates[best]):
        raise SettingError(
            f"--criterion greedy: after {len(removed)} removals every further one makes the model overflow. "
            "Give a smaller --count, or --dtype float32."
        )
    return Round(best, candidates[best], candidates)


def losses_without_each(
    adapter: Adapter, input_ids: Int[Tensor, "1 tokens"], removed: Sequence[int]
) -> dict[int, float]:
    """Block → mean next-token loss in nats without it and without `removed`, for every block that is left."""
    left = [t for t in range(adapter.n_blocks) if t not in removed]
    clean, rows = embedded(adapter, input_ids)[0], dict[int, State]()
    for t in left:
        following, *rest = run_block(adapter, t, [clean, *rows.values()])
        rows = dict(zip(rows, rest, strict=True)) | {t: clean}
        clean = following
    return {block: _mean_loss(adapter, state, input_ids) for block, state in rows.items()}


def _mean_loss(adapter: Adapter, last: State, input_ids: Int[Tensor, "1 tokens"]) -> float:
    wide = torch.float32 if adapter.device.type == "mps" else torch.float64
    ids = input_ids[0].to(adapter.device)
    loss = float(np.mean(losses_of(logits_of(adapter, last[None])[0], ids, wide)))
    return loss if math.isfinite(loss) else math.inf


def greedy_rounds(
    adapter: Adapter,
    input_ids: Int[Tensor, "1 tokens"],
    count: int,
    *,
    known: Sequence[Round] = (),
    on_round: Callable[[Round], None] = lambda done: None,
) -> tuple[Round, ...]:
    """`count` removals, one after another.

    Args:
        input_ids: of the calibration text.
        known: rounds done before, in order; they are not run again.
        on_round: sees every new one as it is done.
    """
    rounds = list(known[:count])
    while len(rounds) < count:
        rounds.append(next_round(adapter, input_ids, [done.block for done in rounds]))
        on_round(rounds[-1])
    return tuple(rounds)
