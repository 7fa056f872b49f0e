"""What the benchmarks share: one line of a table, and times taken in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

HEADING = f"{'':44}{'measured':>9}{'allowed':>9}"


@dataclass(frozen=True)
class Cost:
    """One line of the table: `measured` must not exceed `allowed`."""

    name: str
    measured: float
    allowed: float
    unit: str
    detail: str

    @property
    def over(self) -> bool:
        return not self.measured <= self.allowed

    def __str__(self) -> str:
        verdict = "OVER" if self.over else "ok"
        return (
            f"{self.name:44}{self.measured:9.3g}{self.allowed:9.3g} {self.unit:4}{verdict:>5}   {self.detail}"
        )


def print_costs(costs: Iterable[Cost]) -> bool:
    """Print each line as it comes. Returns: whether one of them is over."""
    print(HEADING)
    over = False
    for cost in costs:
        print(cost, flush=True)
        over |= cost.over
    return over


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def seconds(work: Callable[[], Any]) -> float:
    return timed(work)[1]


def in_turns(repeats: int, *works: Callable[[], Any]) -> list[float]:
    """Median seconds of each, taking turns so that a busy moment hits all alike; one round warms up."""
    for work in works:
        work()
    rounds = [[seconds(work) for work in works] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]
