"""The theorems of a whole forward pass: each one asked once of all maps that have one shape and one plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pybridge.approx.linear import ApproxLinear
from pybridge.approx.records import Observation, observations_of
from pybridge.approx.stacked import Rows, StackedMap
from pybridge.approx.theorems import Asked, Sampled, concerned, given
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict, evaluate

_ENTRIES_AT_ONCE = 2**21
"""Sixteen megabytes of float64 for each vector of a theorem, however much is watched."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One map in one forward pass, its sampled inputs and where they were."""

    linear: ApproxLinear
    sampled: Sampled
    positions: list[tuple[int, ...]]

    def at(self, asked: Asked) -> Watched:
        """Where the theorem speaks of it."""
        return Watched(self.linear, *concerned(asked, self.sampled, self.positions))


@dataclass(frozen=True, eq=False)
class _Side:
    """Maps side by side, as `given` takes them, and their inputs."""

    watched: Sequence[Watched]
    rows: Rows
    sampled: Sampled
    weight: StackedMap
    sparse_weight: StackedMap
    low_rank_weight: StackedMap

    @classmethod
    def of(cls, watched: Sequence[Watched]) -> _Side:
        rows = Rows(len(own.positions) for own in watched)
        parts = [own.linear.parts for own in watched]
        names = ("weight", "sparse_weight", "low_rank_weight")
        stacked = (StackedMap([getattr(own, name) for own in parts], rows) for name in names)
        return cls(watched, rows, Sampled.together([own.sampled for own in watched]), *stacked)


def observe_together(ops: EnclosureBackend, watched: Sequence[Watched]) -> tuple[Observation, ...]:
    """What `ApproxLinear.observe` finds of one map after the other: the same verdicts, the same ends."""
    seen: list[tuple[Observation, ...]] = [()] * len(watched)
    for numbers in _alike(watched):
        for number, found in zip(numbers, _observed(ops, [watched[i] for i in numbers]), strict=True):
            seen[number] = found
    return tuple(observation for found in seen for observation in found)


def _alike(watched: Sequence[Watched]) -> Iterator[list[int]]:
    """Numbers of maps of one shape and one plan, not too many of them at once."""
    groups: dict[object, list[int]] = {}
    for number, own in enumerate(watched):
        groups.setdefault((own.linear.view.shape, own.linear.plan), []).append(number)
    for numbers in groups.values():
        sizes = [len(watched[i].positions) * max(watched[i].linear.view.shape) for i in numbers]
        batch = np.cumsum(sizes) // _ENTRIES_AT_ONCE
        for last in np.unique(batch):
            yield [i for i, own in zip(numbers, batch, strict=True) if own == last]


def _observed(ops: EnclosureBackend, watched: Sequence[Watched]) -> list[tuple[Observation, ...]]:
    everything = _Side.of(watched)
    seen: list[list[Observation]] = [[] for _ in watched]
    for number, asked in enumerate(watched[0].linear.asked):
        here = [own.at(asked) for own in watched] if asked.hits_only else watched
        present = [i for i, own in enumerate(here) if own.positions]
        if not present:
            continue
        side = _Side.of([here[i] for i in present]) if asked.hits_only else everything
        for i, found in zip(present, _answers(ops, number, side), strict=True):
            seen[i] += found
    return [tuple(own) for own in seen]


def _answers(ops: EnclosureBackend, number: int, side: _Side) -> Iterator[tuple[Observation, ...]]:
    """One theorem of every map of a side.

    An instance alone may be known better than in a batch: a sum with what is 0 in every instance is the other
    summand itself, and may cancel. So whatever does not hold here is asked again of its map alone, which also
    leaves an error of ours with the map that has it.
    """
    asked, plan = side.watched[0].linear.asked[number], side.watched[0].linear.plan
    found = evaluate(asked.check, ops, given(asked, plan, side, side.sampled))
    for own, part in zip(side.watched, side.rows.parts, strict=True):
        verdicts = found.verdicts[part]
        if len(verdicts) == len(own.positions) and all(verdict is Verdict.HOLDS for verdict in verdicts):
            yield observations_of(own.linear.name, asked, found, own.positions, own.sampled.hit, part)
        else:
            yield own.linear.ask(own.linear.asked[number], ops, own.sampled, own.positions)
