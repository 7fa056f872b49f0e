"""The semantic cache of one map: remembered inputs, found by plain exact search, with a limit and statistics.

Why no index library: `python benchmarks/semantic_cache.py` holds this search against FAISS's flat index, one
input after another, misses added at once. Both find the same neighbours, and speed does not settle it: this
search was the cheaper one for whole sequences of wide inputs with many remembered, FAISS where inputs were
narrow, few, or came one a call. But FAISS answers in float32, which must be decided again in float64, as is
done here, before the hypothesis of Theorem 1 is certainly met; asked for a block at a time it misses the
inputs of the block itself; and it has no verb for overwriting a slot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from pybridge.approx.stages import SemanticCache
from pybridge.runtime.enclosure import EnclosedVec

_ROWS_AT_ONCE = 128
_MARGIN = 1e-9
"""Relative; a float64 distance is far nearer to the truth than this."""

_UNDERFLOW = np.float32(1e-30)
"""More than all products of two inputs of ten million entries can lose to underflow."""


@dataclass(frozen=True)
class CacheStatistics:
    """What a cache has done since it was made or cleared.

    Attributes:
        lookups: inputs that it was asked for.
        hits: those it had a neighbour for within δ.
        evictions: remembered inputs that made room for others.
        entries, capacity: inputs remembered now, and at most.
    """

    lookups: int
    hits: int
    evictions: int
    entries: int
    capacity: int

    @property
    def hit_rate(self) -> float:
        """hits / lookups; 0 before the first lookup."""
        return self.hits / self.lookups if self.lookups else 0.0


@dataclass(frozen=True, eq=False)
class Found:
    """What the cache answered to a sequence of inputs.

    Attributes:
        hit: (tokens,) whether x_c is another input, remembered earlier.
        origin: (tokens,) where x_c comes from: t ≥ 0 is input t of this sequence (itself on a miss), and
            -1 - s is slot s as it was before this sequence.
        cached: (tokens, in) x_c, exact copies; x itself on a miss.
        written: (n, 2) pairs (slot, t): which slots hold inputs of this sequence afterwards.
    """

    hit: Bool[np.ndarray, " tokens"]
    origin: Int[np.ndarray, " tokens"]
    cached: Float[np.ndarray, "tokens in"]
    written: Int[np.ndarray, "n 2"]


class InputCache:
    """Remembers inputs of one map, the least recently used one leaving first.

    Args:
        stage: δ and the capacity.
    """

    def __init__(self, stage: SemanticCache) -> None:
        self.stage = stage
        self.clear()

    def clear(self) -> None:
        """Forget all inputs and begin the statistics anew."""
        self._lookups = self._hits = self._evictions = self._entries = self._clock = 0
        self._slots: _Slots | None = None
        self._used = np.zeros(self.stage.capacity, dtype=np.int64)

    @property
    def statistics(self) -> CacheStatistics:
        return CacheStatistics(self._lookups, self._hits, self._evictions, self._entries, self.stage.capacity)

    def lookup(self, inputs: Float[np.ndarray, "tokens in"]) -> Found:
        """x_c for each input in turn: the nearest remembered one if it lies within δ, certainly; else the
        input itself, which is remembered from then on. Of equally near ones the first slot is taken.

        Inputs are float32 or float64, the same dtype and width at every call, and finite.
        """
        if self._slots is None:
            self._slots = _Slots.like(inputs, self.stage.capacity)
        sequence = _Sequence.of(inputs)
        for start in range(0, len(inputs), _ROWS_AT_ONCE):
            self._block(self._slots, sequence, start, min(start + _ROWS_AT_ONCE, len(inputs)))
        self._lookups += len(inputs)
        self._hits += int(np.count_nonzero(sequence.hit))
        return sequence.found()

    def _block(self, slots: _Slots, sequence: _Sequence, start: int, stop: int) -> None:
        """Inputs start … stop-1 against all slots; a slot written meanwhile gets its new column at once.

        Squared distances ‖a‖² + ‖b‖² - 2⟨a, b⟩ in float32, of inputs less one fixed vector, err by less than
        2 (d + 16) u (‖a‖² + ‖b‖²) (as `measure.nearest`) and what underflows: they draw up the short list of
        slots that may be the nearest, and float64 distances of the inputs themselves decide.
        """
        near = slots.shifted(sequence.inputs[start:stop])
        squares = np.einsum("td,td->t", near, near)
        filled = self._entries
        width = min(self.stage.capacity, filled + stop - start)
        apart = np.empty((stop - start, width), dtype=np.float32)
        slack = np.empty_like(apart)
        apart[:, :filled], slack[:, :filled] = _apart(
            near, squares, slots.near[:filled], slots.squares[:filled]
        )
        among_apart, among_slack = _apart(near, squares, near, squares)
        for row in range(stop - start):
            t = start + row
            slot = self._nearest(slots, sequence.inputs[t], apart[row], slack[row])
            self._clock += 1
            if slot is not None:
                sequence.take(t, slot, slots.keys[slot])
            else:
                slot = self._free_slot()
                slots.keys[slot] = sequence.inputs[t]
                slots.near[slot], slots.squares[slot] = near[row], squares[row]
                apart[:, slot], slack[:, slot] = among_apart[:, row], among_slack[:, row]
                sequence.remember(t, slot)
            self._used[slot] = self._clock

    def _nearest(
        self,
        slots: _Slots,
        x: Float[np.ndarray, " in"],
        apart: Float[np.ndarray, " slots"],
        slack: np.ndarray,
    ) -> int | None:
        """The slot of the nearest remembered input, if it certainly lies within δ of x."""
        filled = self._entries
        if filled == 0:
            return None
        apart, slack = apart[:filled], slack[:filled]
        with np.errstate(invalid="ignore"):  # what has overflowed is no distance, and stays a candidate
            candidates = np.flatnonzero(~(apart - slack > np.fmin.reduce(apart + slack)))
        differences = slots.keys[candidates].astype(np.float64) - x
        lengths = np.sqrt(np.einsum("cd,cd->c", differences, differences))
        best = int(np.argmin(lengths))
        slot = int(candidates[best])
        return slot if _within(float(lengths[best]), self.stage.delta, x, slots.keys[slot]) else None

    def _free_slot(self) -> int:
        if self._entries < self.stage.capacity:
            self._entries += 1
            return self._entries - 1
        self._evictions += 1
        return int(np.argmin(self._used))


@dataclass(frozen=True, eq=False)
class _Slots:
    """The remembered inputs.

    Attributes:
        keys: exact copies.
        near: less `shift`, rounded to float32; a mean that all inputs share would cost digits.
        squares: ‖near‖².
    """

    keys: Float[np.ndarray, "slots in"]
    near: Float[np.ndarray, "slots in"]
    squares: Float[np.ndarray, " slots"]
    shift: Float[np.ndarray, " in"]

    @classmethod
    def like(cls, inputs: Float[np.ndarray, "tokens in"], capacity: int) -> _Slots:
        shape = (capacity, inputs.shape[1])
        return cls(
            keys=np.zeros(shape, dtype=inputs.dtype),
            near=np.zeros(shape, dtype=np.float32),
            squares=np.zeros(capacity, dtype=np.float32),
            shift=inputs.mean(axis=0, dtype=np.float64),
        )

    def shifted(self, inputs: Float[np.ndarray, "tokens in"]) -> Float[np.ndarray, "tokens in"]:
        with np.errstate(over="ignore"):
            return (inputs - self.shift).astype(np.float32)


class _Sequence:
    """One call of `lookup` in the making."""

    def __init__(self, inputs: np.ndarray, hit: np.ndarray, origin: np.ndarray, cached: np.ndarray) -> None:
        self.inputs, self.hit, self.origin, self.cached = inputs, hit, origin, cached
        self.holder: dict[int, int] = {}  # slot -> the input of this sequence that it holds

    @classmethod
    def of(cls, inputs: Float[np.ndarray, "tokens in"]) -> _Sequence:
        tokens = len(inputs)
        return cls(inputs, np.zeros(tokens, dtype=bool), np.arange(tokens), inputs.copy())

    def take(self, t: int, slot: int, key: np.ndarray) -> None:
        self.hit[t], self.cached[t] = True, key
        self.origin[t] = self.holder.get(slot, -1 - slot)

    def remember(self, t: int, slot: int) -> None:
        self.holder[slot] = t

    def found(self) -> Found:
        written = np.array(sorted(self.holder.items()), dtype=np.int64).reshape(-1, 2)
        return Found(self.hit, self.origin, self.cached, written)


def _apart(
    near: Float[np.ndarray, "tokens in"],
    squares: Float[np.ndarray, " tokens"],
    others: Float[np.ndarray, "slots in"],
    other_squares: Float[np.ndarray, " slots"],
) -> tuple[Float[np.ndarray, "tokens slots"], Float[np.ndarray, "tokens slots"]]:
    """Squared distances in float32, and how wrong each may be."""
    with np.errstate(over="ignore", invalid="ignore"):
        scale = squares[:, None] + other_squares[None, :]
        apart = scale - 2 * (near @ others.T)
        return apart, np.float32(2 * (near.shape[1] + 16) * 2.0**-24) * scale + _UNDERFLOW


def _within(length: float, delta: float, x: np.ndarray, key: np.ndarray) -> bool:
    """Whether ‖x - key‖ ≤ δ certainly holds, so that the hypothesis of Theorem 1 is certainly met."""
    if length * (1 + _MARGIN) <= delta:
        return True
    if length * (1 - _MARGIN) > delta:
        return False
    distance = (EnclosedVec.exact(x) - EnclosedVec.exact(key)).norm()
    return float(distance.hi) <= delta
