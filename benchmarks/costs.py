"""What the benchmarks share: one line of a table, and times taken in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Clock = Callable[[], float]

HEADING = f"{'':44}{'measured':>9}{'allowed':>9}"


@dataclass(frozen=True)
class Cost:
    """One line of the table: `measured` must not exceed `allowed`; None where nothing is held against it."""

    name: str
    measured: float
    allowed: float | None
    unit: str
    detail: str

    @property
    def over(self) -> bool:
        return self.allowed is not None and not self.measured <= self.allowed

    def __str__(self) -> str:
        allowed, verdict = "-", ""
        if self.allowed is not None:
            allowed, verdict = f"{self.allowed:.3g}", "OVER" if self.over else "ok"
        return f"{self.name:44}{self.measured:9.3g}{allowed:>9} {self.unit:4}{verdict:>5}   {self.detail}"


def print_costs(costs: Iterable[Cost]) -> bool:
    """Print each line as it comes. Returns: whether one of them is over."""
    print(HEADING)
    over = False
    for cost in costs:
        print(cost, flush=True)
        over |= cost.over
    return over


def timed(work: Callable[[], T], clock: Clock = time.perf_counter) -> tuple[T, float]:
    start = clock()
    result = work()
    return result, clock() - start


def seconds(work: Callable[[], Any], clock: Clock = time.perf_counter) -> float:
    return timed(work, clock)[1]


def in_turns(repeats: int, *works: Callable[[], Any], clock: Clock = time.perf_counter) -> list[float]:
    """Median seconds of each, taking turns so that a busy moment hits all alike; one round warms up.

    Args:
        clock: `time.process_time` where all works run on one thread; others on the machine count less then.
    """
    for work in works:
        work()
    rounds = [[seconds(work, clock) for work in works] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]
