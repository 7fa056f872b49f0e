"""`Draw`: the verbs by which a generated property test builds data that meets its hypotheses by construction.

Every value comes from a few small integers, so it shrinks to something readable, and the integers' order
makes the simplest case the first: dimension 1, the standard frame, zero and one. What makes a bound tight is
drawn often on purpose: zero vectors, slack 0, vectors along the top singular direction, dimensions 0 and 1,
length 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from pybridge.errors import UndecidedError
from pybridge.runtime.exact import backend
from pybridge.runtime.exact.backend import ExactBackend, rational_below
from pybridge.runtime.exact.frames import Frame, diagonal_map, frames, scaled, unit_vectors
from pybridge.runtime.exact.reals import Real, compare, divide
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

ZERO, ONE, TINY = Fraction(0), Fraction(1), Fraction(1, 1 << 40)

DIMENSIONS = (1, 2, 3, 0, 2, 3, 1, 2)
FLAVOURS = ("aligned", "diagonal", "generic", "diagonal", "aligned")
"""aligned: all vectors along the first directions of the frames, where all maps attain their norms; diagonal:
maps
diagonal in shared frames; generic: small matrices and vectors whose norms may be irrational."""

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


class Draw:
    """Draws for one instance of a statement in spaces of one kind.

    Verbs (the list a generated `draw(d)` may use, `pybridge.codegen.verbs`):
        spaces: space. vectors: vector, nonzero_vector, displacement, vector_of_norm, vector_within. maps:
        map. reals: real, nonzero, nonneg, positive, slack, unit, below, at_most, inside, largest, smallest.
        naturals: nat, positive_nat. sequences: sequence, vector_sequence, sequence_below, sequence_of.
    """

    def __init__(self, choices: Choices, space: str, extra: tuple[Fraction, ...] = ()) -> None:
        """
        Args:
            choices: where the integers come from.
            space: `l1`, `l2`, `linf` or `real`.
            extra: further positive numbers to draw; a search that looks for coincidences brings its own.
        """
        self.ops = ExactBackend(space)
        self._positive = (*POSITIVE, *extra)
        self._earlier: list[Fraction] = []
        self.largest, self.smallest = backend.largest, backend.smallest
        self._choices = choices
        self._frames: dict[str, Frame] = {}
        self._drawn: dict[str, list[ExactVec]] = {}
        self._flavour: str | None = None

    # ---- spaces --------------------------------------------------------------------------------------------
    def space(self, name: str, least: int = 0) -> int:
        """The dimension of a space, at least `least`; fixed by the first call, which comes before its
        vectors."""
        if name not in self._frames:
            dimension = self._pick(tuple(d for d in DIMENSIONS if d >= least))
            self._frames[name] = self._pick(frames(self.ops.kind, dimension))
            self._drawn[name] = []
        return len(self._frames[name])

    # ---- vectors -------------------------------------------------------------------------------------------
    def vector(self, space: str) -> ExactVec:
        """Any vector, often zero; its norm may be irrational."""
        self.space(space)
        if self._flavour_now() != "generic":
            return self._keep(space, self._directed(space, self.real()))
        entries = tuple(Fraction(self._choices.integer(-2, 2)) for _ in self._frames[space])
        return self._keep(space, ExactVec(entries))

    def nonzero_vector(self, space: str) -> ExactVec:
        """A nonzero vector of rational norm, in a space of dimension at least 1; at times an earlier one."""
        earlier = [v for v in self._drawn.get(space, []) if isinstance(self.ops.vec_norm(v), Fraction)]
        if earlier and self._choices.integer(0, 4) == 4:
            return self._pick(earlier)
        return self._keep(space, self._directed(space, self.nonzero()))

    def displacement(self, space: str) -> ExactVec:
        """A vector of rational norm, often zero or tiny, often along the first direction of the frame."""
        return self._keep(space, self._directed(space, self.nonneg()))

    def vector_of_norm(self, space: str, norm: Real) -> ExactVec:
        """A vector of norm exactly `norm` > 0, in a space of dimension at least 1.

        An irrational norm needs an earlier vector of the same space whose norm is a rational multiple of it.
        """
        if isinstance(norm, Fraction):
            return self._keep(space, self._directed(space, norm))
        for earlier in self._drawn.get(space, []):
            ratio = divide(norm, self.ops.vec_norm(earlier))
            if isinstance(ratio, Fraction) and ratio:
                return scaled(earlier, ratio * self._sign())
        raise UndecidedError(
            f"no rational vector of norm {norm} is known; draw a vector of that class before."
        )

    def vector_within(self, space: str, norm: Real, along: ExactVec | None = None) -> ExactVec:
        """A vector of norm at most `norm` ≥ 0: often exactly that, often a multiple of `along`, sometimes
        zero."""
        length = self.ops.vec_norm(along) if along is not None else ZERO
        if along is not None and self._choices.integer(0, 3) < 3 and compare(length, ZERO) > 0:
            ratio = rational_below(divide(norm, length))
            return scaled(along, ratio * self._share() * self._sign())
        return self._keep(space, self._directed(space, rational_below(norm) * self._share()))

    def _directed(self, space: str, size: Fraction) -> ExactVec:
        self.space(space)
        frame = self._frames[space]
        if not frame or self._flavour_now() == "aligned":
            return scaled(frame[0], size) if frame else ExactVec(())
        return scaled(self._pick(unit_vectors(self.ops.kind, frame)), size)

    def _keep(self, space: str, vector: ExactVec) -> ExactVec:
        if not vector.is_zero:
            self._drawn[space].append(vector)
        return vector

    # ---- maps ----------------------------------------------------------------------------------------------
    def map(self, domain: str, codomain: str) -> ExactMap:
        """A linear map: zero, diagonal in the frames with its norm attained along the first direction, or
        generic."""
        columns, rows = self.space(domain), self.space(codomain)
        if self._flavour_now() == "generic":
            entry = tuple(
                tuple(Fraction(self._choices.integer(-2, 2)) for _ in range(columns)) for _ in range(rows)
            )
            return ExactMap(entry, columns)
        values = [self.real() for _ in range(min(rows, columns))]
        values.sort(key=abs, reverse=True)
        if values and self._flavour_now() == "aligned" and self._choices.integer(0, 3) < 3:
            values[0] = abs(values[0])
        return diagonal_map(values, self._frames[codomain], self._frames[domain])

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

    def _share(self) -> Fraction:
        """In [0, 1], often 1."""
        return ONE if self._choices.integer(0, 2) < 2 else self.unit()

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

    def vector_sequence(self, space: str, length: int) -> ExactSeq:
        """A sequence of vectors, entries 0 … length drawn."""
        return self.sequence_of(length, lambda _: self.vector(space))

    def sequence_below(self, length: int, cap: Real) -> ExactSeq:
        """Entries 0 … length at most `cap`, often equal to it."""
        return self.sequence_of(length, lambda _: cap - self.slack())

    def sequence_of(self, length: int, entry: Callable[[int], Any]) -> ExactSeq:
        """Entries 0 … length, each computed once, in order."""
        return ExactSeq(tuple(entry(index) for index in range(length + 1)))

    # ---- choices -------------------------------------------------------------------------------------------
    def _flavour_now(self) -> str:
        self._flavour = flavour = self._flavour or self._pick(FLAVOURS)
        return flavour

    def _pick(self, options: Sequence[Option]) -> Option:
        return options[self._choices.integer(0, len(options) - 1)] if len(options) > 1 else options[0]

    def _sign(self) -> int:
        return -1 if self._choices.integer(0, 2) == 2 else 1
