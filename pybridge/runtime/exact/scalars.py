"""Reals, naturals and sequences from a few small integers: the scalar half of `Draw`.

The integers' order makes the simplest value the first, so everything shrinks to something readable. Numbers
are short dyadics; among them are tiny ones, and earlier ones again or a hair beside them, because equality
and near-equality of independent values is where a false claim hides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from pybridge.runtime.exact.ends import largest, rational_below, smallest
from pybridge.runtime.exact.reals import Real

ZERO, ONE, TINY = Fraction(0), Fraction(1), Fraction(1, 1 << 40)

POSITIVE = (
    *(Fraction(n) for n in (1, 2, 3, 5)),
    *(Fraction(n, d) for n, d in ((1, 2), (3, 2), (1, 4), (3, 4), (7, 8))),
    *(TINY, Fraction(1, 1 << 20), Fraction(100), TINY),
)
UNIT = (ZERO, *(Fraction(n, 8) for n in (4, 2, 6, 1, 7)), ONE - TINY, ONE - Fraction(1, 1 << 20), TINY)
NATURALS = (0, 1, 2, 3, 4, 7)


Option = TypeVar("Option")


class Choices(Protocol):
    """Where the integers come from; hypothesis in tests, anything else in a replay."""

    def integer(self, low: int, high: int) -> int:
        """One of low, …, high; shrinks towards low."""
        ...


@dataclass(frozen=True)
class ExactSeq:
    """ℕ → values: the drawn entries, then the last one for ever (0 when there is none)."""

    entries: tuple[Any, ...]

    def __call__(self, index: int) -> Any:
        if not self.entries:
            return ZERO
        return self.entries[min(index, len(self.entries) - 1)]

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.entries))}, …"


class ScalarDraw:
    """The verbs that need no space."""

    def __init__(self, choices: Choices, extra: tuple[Fraction, ...] = ()) -> None:
        self._choices = choices
        self._positive = (*POSITIVE, *extra)
        self._earlier: list[Fraction] = []

    # ---- reals ---------------------------------------------------------------------------------------------
    def real(self) -> Fraction:
        """Any rational, often 0 or of size 1."""
        return self.nonzero() if self._choices.integer(0, 6) else ZERO

    def nonzero(self) -> Fraction:
        return self.positive() * self._sign()

    def nonneg(self) -> Fraction:
        return self.positive() if self._choices.integer(0, 6) else ZERO

    def positive(self) -> Fraction:
        """> 0: a short dyadic number, sometimes tiny or large, sometimes (nearly) an earlier one."""
        table = self._positive
        index = self._choices.integer(0, len(table) + 5)
        if index < len(table):
            value = table[index]
        elif index < len(table) + 3 or not self._earlier:
            value = Fraction(self._choices.integer(1, 40), 1 << self._choices.integer(0, 5))
        else:
            value = self._pick(self._earlier)
            value += (ZERO, TINY, -TINY)[index - len(table) - 3] if value > TINY else ZERO
        self._earlier.append(value)
        return value

    def slack(self) -> Fraction:
        """≥ 0, exactly 0 half the time: how far an inequality is from equality."""
        return ZERO if self._choices.integer(0, 5) < 3 else self.positive()

    def unit(self) -> Fraction:
        """A rational in [0, 1), 0 and nearly 1 among them."""
        index = self._choices.integer(0, len(UNIT) + 1)
        return UNIT[index] if index < len(UNIT) else Fraction(self._choices.integer(0, 99), 100)

    def below(self, bound: Real) -> Fraction:
        """In [0, bound), for bound > 0."""
        return rational_below(bound) * self.unit()

    def at_most(self, bound: Real) -> Fraction:
        """In [0, bound], for bound ≥ 0; often the bound itself where that is rational."""
        return rational_below(bound) * self._share()

    def inside(self, bound: Real) -> Fraction:
        """In (0, bound), for bound > 0."""
        return rational_below(bound) * (ONE - self.unit()) / 2

    def largest(self, first: Real | int, *rest: Real | int) -> Real:
        return largest(first, *rest)

    def smallest(self, first: Real | int, *rest: Real | int) -> Real:
        return smallest(first, *rest)

    # ---- naturals and sequences ----------------------------------------------------------------------------
    def nat(self) -> int:
        """A small natural number, often 0."""
        return self._pick(NATURALS)

    def positive_nat(self) -> int:
        """A small natural number ≥ 1, often 1."""
        return self._pick(NATURALS[1:])

    def sequence(self, length: int) -> ExactSeq:
        """A real sequence, entries 0 … length drawn."""
        return self.sequence_of(length, lambda _: self.real())

    def sequence_below(self, length: int, cap: Real) -> ExactSeq:
        """Entries 0 … length at most `cap`, often equal to it."""
        return self.sequence_of(length, lambda _: cap - self.slack())

    def sequence_of(self, length: int, entry: Callable[[int], Any]) -> ExactSeq:
        """Entries 0 … length, each computed once, in order."""
        return ExactSeq(tuple(entry(index) for index in range(length + 1)))

    def sequence_until(self, length: int, entry: Callable[[int], Any]) -> ExactSeq:
        """Entries 0 … length - 1 by the function; entry `length` by it or any value of its sort, each half of
        the time: a statement about all t < length asks nothing of it."""
        entries = [entry(index) for index in range(length + 1)]
        if self._choices.integer(0, 1):
            entries[-1] = self._like(entries[-1])
        return ExactSeq(tuple(entries))

    def recursion(self, stop: int, start: Any, step: Callable[[int, Any], Any], since: int = 0) -> ExactSeq:
        """v with v since = start and v (t + 1) = step t (v t) for since ≤ t < stop; the rest drawn freely.

        Args:
            stop: one past the last t that steps.
            start: a real or a vector.
            step: of t and v t.
            since: the first t that steps.
        """
        entries = [self._like(start) for _ in range(since)] + [start]
        for t in range(since, stop):
            entries.append(step(t, entries[t]))
        return ExactSeq((*entries, self._like(start)))

    def _like(self, value: Any) -> Any:
        """Any value of the same sort."""
        return self.real()

    def above_all(
        self, start: int, stop: int, entry: Callable[[int], Real | int], least: Real | int | None = None
    ) -> Real:
        """At least entry i for start ≤ i < stop, and at least `least`: often the greatest of them; any real
        where there is none."""
        floor = [entry(index) for index in range(start, stop)] + ([] if least is None else [least])
        return largest(*floor) + self.slack() if floor else self.real()

    # ---- choices -------------------------------------------------------------------------------------------
    def _pick(self, options: Sequence[Option]) -> Option:
        return options[self._choices.integer(0, len(options) - 1)] if len(options) > 1 else options[0]

    def _sign(self) -> int:
        return -1 if self._choices.integer(0, 2) == 2 else 1

    def _share(self) -> Fraction:
        """In [0, 1], often 1."""
        return ONE if self._choices.integer(0, 2) < 2 else self.unit()
