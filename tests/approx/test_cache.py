"""The semantic cache against one that looks through everything it remembers, one input at a time."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

from pybridge.approx import SemanticCache
from pybridge.approx.cache import Found, InputCache
from pybridge.runtime.enclosure import EnclosedVec


class Naive:
    """Least recently used inputs leave first; the nearest within δ is a hit."""

    def __init__(self, stage: SemanticCache) -> None:
        self.stage = stage
        self.slots: OrderedDict[int, np.ndarray] = OrderedDict()
        self.evictions = 0

    def lookup(self, inputs: np.ndarray) -> list[np.ndarray | None]:
        return [self._one(x.astype(np.float64)) for x in inputs]

    def _one(self, x: np.ndarray) -> np.ndarray | None:
        apart = {slot: float(np.linalg.norm(key - x)) for slot, key in sorted(self.slots.items())}
        if apart and min(apart.values()) <= self.stage.delta:
            slot = min(apart, key=apart.__getitem__)
            self.slots.move_to_end(slot)
            return self.slots[slot]
        slot = len(self.slots)
        if slot == self.stage.capacity:
            slot, _ = self.slots.popitem(last=False)
            self.evictions += 1
        self.slots[slot] = x
        return None


def inputs(kind: str, dtype: type) -> np.ndarray:
    """Sequences with near, equal and far inputs; longer than one block of the search."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(40, 6)) * {"plain": 3.0, "shifted": 3.0, "tiny": 1e-25, "huge": 1e25}[kind]
    scale = {"plain": 1.0, "shifted": 1.0, "tiny": 1e-25, "huge": 1e25}[kind]
    near = centres[rng.integers(40, size=300)] + 0.2 * scale * rng.normal(size=(300, 6))
    near[rng.integers(300, size=60)] = near[rng.integers(300, size=60)]
    return (near + (1000.0 if kind == "shifted" else 0.0)).astype(dtype)


@pytest.mark.parametrize("capacity", [1, 7, 25, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["plain", "shifted", "tiny", "huge"])
def test_it_answers_as_the_naive_one_over_several_calls(kind: str, dtype: type, capacity: int) -> None:
    scale = {"plain": 1.0, "shifted": 1.0, "tiny": 1e-25, "huge": 1e25}[kind]
    stage = SemanticCache(0.6 * scale, capacity)
    cache, naive = InputCache(stage), Naive(stage)
    x = inputs(kind, dtype)
    hits = 0
    for some in (x[:1], x[1:140], x[140:]):
        found, expected = cache.lookup(some), naive.lookup(some)
        assert list(found.hit) == [key is not None for key in expected]
        for t, key in enumerate(expected):
            assert np.array_equal(found.cached[t], some[t] if key is None else key)
        hits += int(found.hit.sum())
    assert 0 < hits < 300
    said = cache.statistics
    assert (said.lookups, said.hits, said.evictions) == (300, hits, naive.evictions)
    assert (said.entries, said.capacity) == (len(naive.slots), capacity)
    assert said.hit_rate == hits / 300


@pytest.mark.parametrize("capacity", [3, 50])
def test_origins_lead_to_the_remembered_input_over_calls_and_evictions(capacity: int) -> None:
    """What a map does with its products: a table by slot, brought up to date after each call."""
    cache = InputCache(SemanticCache(0.6, capacity))
    x, table = inputs("plain", np.float32), np.zeros((capacity, 6), dtype=np.float32)
    for start in range(0, 300, 50):
        some = x[start : start + 50]
        found: Found = cache.lookup(some)
        by_origin = [some[t] if t >= 0 else table[-1 - t] for t in found.origin]
        assert np.array_equal(by_origin, found.cached)
        assert all(not found.hit[t] for t in found.origin if t >= 0)
        for slot, t in found.written:
            table[slot] = some[t]


def test_a_hit_is_certain() -> None:
    """At the very distance δ, rounding may make a hit a miss, but never a miss a hit."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        pair = rng.normal(size=(2, 5))
        delta = float(np.linalg.norm(pair[0] - pair[1])) * (1 + rng.integers(-2, 3) * 2.0**-53)
        found = InputCache(SemanticCache(delta)).lookup(pair)
        distance = (EnclosedVec.exact(pair[1]) - EnclosedVec.exact(pair[0])).norm()
        assert bool(found.hit[1]) == (float(distance.hi) <= delta)


def test_distance_zero_reuses_equal_inputs_and_clearing_forgets_them() -> None:
    cache = InputCache(SemanticCache(0.0, 4))
    x = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, np.nextafter(2.0, 3.0)]])
    assert list(cache.lookup(x).hit) == [False, True, False]
    assert list(cache.lookup(x).hit) == [True, True, True]
    cache.clear()
    assert cache.statistics.lookups == cache.statistics.entries == 0
    assert cache.statistics.hit_rate == 0.0
    assert list(cache.lookup(x).hit) == [False, True, False]
