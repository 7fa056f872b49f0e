"""Speed-up and its limit, on a clock that is ours: every block takes a second, the head two."""

from __future__ import annotations

from typing import Any

import pytest

from pybridge.layers import speed as speed_module
from pybridge.layers.keeping import Keeper
from pybridge.layers.speed import Speed, Stopwatch, block_kind, measure_speed
from pybridge.models.adapter import Adapter
from pybridge.models.skipping import is_skipped
from tests.layers.conftest import tiny_adapter
from tests.models.tiny import CONFIGS, tiny_ids

IDS = tiny_ids(1, 9)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds so far, in its one entry."""
    now = [0.0]
    monkeypatch.setattr(speed_module, "_now", lambda _adapter: now[0])
    return now


def costing(adapter: Adapter, clock: list[float], block_s: float = 1.0, head_s: float = 2.0) -> Adapter:
    def block(module: Any, *_: Any) -> None:
        clock[0] += 0.0 if is_skipped(module) else block_s

    def head(*_: Any) -> None:
        clock[0] += head_s

    for one in adapter.blocks:
        one.register_forward_hook(block)
    adapter.model.get_output_embeddings().register_forward_hook(head)  # type: ignore[operator]
    return adapter


@pytest.mark.parametrize("removed", [(0,), (1, 3), (0, 1, 2)])
def test_the_limit_is_what_remains_when_only_the_blocks_go(
    clock: list[float], removed: tuple[int, ...]
) -> None:
    adapter = costing(tiny_adapter("llama"), clock)
    found = measure_speed(adapter, IDS, removed)
    n, k = adapter.n_blocks, len(removed)
    assert found.whole_s == n + 2
    assert found.shorter_s == n + 2 - k
    assert found.share == pytest.approx(k / (n + 2))
    assert found.speed_up == pytest.approx(found.limit)


def test_short_passes_are_repeated(clock: list[float]) -> None:
    adapter = costing(tiny_adapter("llama"), clock, block_s=0.001, head_s=0.001)
    measure_speed(adapter, IDS, (0,))
    turn_s = 0.005 + 0.004 + 0.005
    assert clock[0] == pytest.approx(turn_s + 0.2, abs=turn_s)


def test_sets_of_equal_kinds_are_timed_once(clock: list[float]) -> None:
    adapter = costing(tiny_adapter("lfm2"), clock)  # convolution, attention, convolution, attention
    kept = Keeper(None, {})
    watch = Stopwatch(adapter, IDS, kept)
    first = watch.without([0])
    so_far = clock[0]
    assert watch.without([2]) == first
    assert clock[0] == so_far
    watch.without([1])
    assert clock[0] > so_far
    assert len(kept.starting("speed")) == 2
    assert Stopwatch(adapter, IDS, kept).without([2]) == first


def test_kinds_of_blocks() -> None:
    counts = {}
    for family in CONFIGS:
        adapter = tiny_adapter(family)
        counts[family] = len({block_kind(adapter, t) for t in range(adapter.n_blocks)})
    assert counts["llama"] == counts["gpt2"] == counts["gpt-neox"] == counts["mixtral"] == 1
    assert counts["lfm2"] == counts["gemma3"] == counts["qwen2"] == 2
    assert counts["qwen2-moe"] == counts["qwen3-moe"] == 2  # one block has a plain MLP


def test_a_real_clock_gives_times_that_make_sense() -> None:
    found = measure_speed(tiny_adapter("gpt2"), IDS, [1], rounds=1)
    assert isinstance(found, Speed)
    assert 0 < found.share < 1
    assert found.whole_s > 0
    assert found.shorter_s > 0
