"""What a removal saves in time, beside what it could save at most.

Whole and shorter model run the same input in turns, head included; the quickest pass of each counts, for what
else runs on a machine only adds time. The share of a block is the time between its two ends in the whole
model's forward pass, and the analytic limit for a set of blocks is 1 / (1 - their share): the time when
nothing but those blocks goes.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.files.digest import text_digest
from pybridge.layers.keeping import Keeper
from pybridge.models.adapter import Adapter
from pybridge.models.deletion import without_blocks
from pybridge.models.hooks import all_of, on_input, on_output

ROUNDS = 5
LEAST_S = 0.2
"""Passes too short for a clock are repeated this long; the quickest of few is still chance."""
MOST_ROUNDS = 100


@dataclass(frozen=True)
class Speed:
    """One set of blocks.

    Attributes:
        whole_s, shorter_s: least seconds of a forward pass with and without them.
        share: of the whole model's time that is spent in them.
    """

    whole_s: float
    shorter_s: float
    share: float

    @property
    def speed_up(self) -> float:
        return self.whole_s / self.shorter_s

    @property
    def limit(self) -> float:
        return 1 / (1 - self.share)


def measure_speed(
    adapter: Adapter, input_ids: Int[Tensor, "1 tokens"], blocks: Collection[int], *, rounds: int = ROUNDS
) -> Speed:
    """Time the whole model and the one without `blocks`, in turns; one round warms up.

    At least `rounds` rounds, and more while they are short.

    Blocks of one kind take equally long, so a block's share is the mean over its kind.
    """
    ids = input_ids.to(adapter.device)
    _turn(adapter, ids, blocks)
    start = _now(adapter)
    turns: list[_Turn] = []
    while len(turns) < rounds or (len(turns) < MOST_ROUNDS and _now(adapter) - start < LEAST_S):
        turns.append(_turn(adapter, ids, blocks))
    return Speed(
        whole_s=min(turn.whole_s for turn in turns),
        shorter_s=min(turn.shorter_s for turn in turns),
        share=_share(adapter, blocks, min(turns, key=lambda turn: turn.watched_s)),
    )


class Stopwatch:
    """Speeds by what kinds of blocks go: sets of the same kinds are timed once."""

    def __init__(self, adapter: Adapter, input_ids: Int[Tensor, "1 tokens"], keeper: Keeper) -> None:
        self._adapter, self._ids, self._keeper = adapter, input_ids, keeper
        self._kinds = [block_kind(adapter, t) for t in range(adapter.n_blocks)]
        self._known = {key: Speed(**record) for key, record in keeper.starting("speed").items()}

    def without(self, blocks: Collection[int]) -> Speed:
        """The speed of a set, timed now unless its like is known."""
        counted = json.dumps(sorted(Counter(self._kinds[t] for t in blocks).items()))
        key = f"speed {text_digest(counted)}"
        if key not in self._known:
            self._known[key] = measure_speed(self._adapter, self._ids, blocks)
            self._keeper.save(key, asdict(self._known[key]))
        return self._known[key]


@dataclass(frozen=True)
class _Turn:
    """Seconds of one pass each: the whole model, the shorter one, the whole one with clocks at its blocks."""

    whole_s: float
    shorter_s: float
    watched_s: float
    block_s: tuple[float, ...]


def _turn(adapter: Adapter, ids: Tensor, blocks: Collection[int]) -> _Turn:
    whole = _forward_s(adapter, ids)
    with without_blocks(adapter, blocks):
        shorter = _forward_s(adapter, ids)
    with _timing(adapter) as spent:
        watched = _forward_s(adapter, ids)
    return _Turn(whole, shorter, watched, tuple(spent))


def _share(adapter: Adapter, blocks: Collection[int], turn: _Turn) -> float:
    kinds = [block_kind(adapter, t) for t in range(adapter.n_blocks)]
    of_kind: dict[str, list[float]] = {}
    for kind, spent in zip(kinds, turn.block_s, strict=True):
        of_kind.setdefault(kind, []).append(spent)
    return sum(statistics.fmean(of_kind[kinds[t]]) for t in blocks) / turn.watched_s


def block_kind(adapter: Adapter, block: int) -> str:
    """Two blocks of one kind have the same parameters, shape by shape, and the same type of layer."""
    types = getattr(adapter.config, "layer_types", None)
    shapes = [f"{name}{tuple(p.shape)}" for name, p in adapter.blocks[block].named_parameters()]
    return " ".join([str(types[block]) if types else "", *shapes])


def _forward_s(adapter: Adapter, ids: Tensor) -> float:
    model: Any = adapter.model
    with torch.no_grad():
        start = _now(adapter)
        model(input_ids=ids, use_cache=False)
        return _now(adapter) - start


@contextmanager
def _timing(adapter: Adapter) -> Iterator[list[float]]:
    """Seconds between each block's input and its output."""
    spent = [0.0] * adapter.n_blocks

    def starts(t: int) -> Any:
        return lambda _state: spent.__setitem__(t, -_now(adapter))

    def ends(t: int) -> Any:
        return lambda _state: spent.__setitem__(t, spent[t] + _now(adapter))

    blocks = list(enumerate(adapter.blocks))
    with all_of([on_input(b, starts(t)) for t, b in blocks] + [on_output(b, ends(t)) for t, b in blocks]):
        yield spent


def _now(adapter: Adapter) -> float:
    if adapter.device.type == "cuda":
        torch.cuda.synchronize(adapter.device)
    return time.perf_counter()
