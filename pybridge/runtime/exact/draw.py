"""`Draw`: the verbs by which a generated property test builds data that meets its hypotheses by construction.

What makes a bound tight is drawn often on purpose: zero vectors, slack 0, vectors along the top singular
direction, dimensions 0 and 1, length 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pybridge.errors import UndecidedError
from pybridge.runtime.exact.backend import EUCLIDEAN, ExactBackend
from pybridge.runtime.exact.ends import rational_below
from pybridge.runtime.exact.factors import FactorDraw
from pybridge.runtime.exact.frames import Frame, diagonal_map, frames, scaled, unit_vectors
from pybridge.runtime.exact.reals import Real, compare, divide
from pybridge.runtime.exact.scalars import ONE, ZERO, Choices, ExactSeq
from pybridge.runtime.exact.tables import ExactFunction
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

DIMENSIONS = (1, 2, 3, 0, 2, 3, 1, 2)
FLAVOURS = ("aligned", "diagonal", "generic", "diagonal", "aligned")
"""aligned: all vectors along the first directions of the frames, where all maps attain their norms; diagonal:
maps diagonal in shared frames; generic: small matrices and vectors whose norms may be irrational."""


class Draw(FactorDraw):
    """Draws for one instance of a statement in spaces of one kind.

    Verbs: those that `pybridge.codegen.verbs` lists, the scalar ones inherited.

    The space `ℝ^n` has as many dimensions as the index type n has elements, whichever is asked for first.
    """

    def __init__(self, choices: Choices, space: str, extra: tuple[Fraction, ...] = ()) -> None:
        """
        Args:
            choices: where the integers come from.
            space: `l1`, `l2`, `linf` or `real`.
            extra: further positive numbers to draw; a search that looks for coincidences brings its own.
        """
        super().__init__(choices, extra)
        self.ops = ExactBackend(space)
        self._frames: dict[str, Frame] = {}
        self._drawn: dict[str, list[ExactVec]] = {}
        self._flavour: str | None = None

    # ---- spaces --------------------------------------------------------------------------------------------
    def space(self, name: str, least: int = 0) -> int:
        """The dimension of a space, at least `least`; fixed by the first call, before any of its vectors."""
        if name not in self._frames:
            if name.startswith(EUCLIDEAN):
                self.ops.require_euclidean(f"the space {name}")
            dimension = self._pick(tuple(d for d in DIMENSIONS if d >= least))
            self._frames[name] = self._pick(frames(self.ops.kind, dimension))
            self._drawn[name] = []
            if name.startswith(EUCLIDEAN):
                self.ops.sizes[name.removeprefix(EUCLIDEAN)] = dimension
        dimension = len(self._frames[name])
        assert dimension >= least, f"{name} has dimension {dimension}: a plan asked for {least} too late"
        return dimension

    def size(self, index: str, least: int = 0) -> int:
        """The number of elements of an index type, at least `least`; fixed by the first call."""
        return self.space(EUCLIDEAN + index, least)

    def member(self, index: str) -> int:
        """An element of an index type that has one: its place."""
        return self._choices.integer(0, self.size(index, least=1) - 1)

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
        """A vector of norm at most `norm` ≥ 0: often exactly that, often along `along`, sometimes zero."""
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
        if space.startswith(EUCLIDEAN):
            vector = ExactVec(vector.coordinates, over=space.removeprefix(EUCLIDEAN))
        if not vector.is_zero:
            self._drawn[space].append(vector)
        return vector

    def vector_sequence(self, space: str, length: int) -> ExactSeq:
        """A sequence of vectors, entries 0 … length drawn."""
        return self.sequence_of(length, lambda _: self.vector(space))

    def nonzero_vector_sequence(self, space: str, length: int) -> ExactSeq:
        """Entries 0 … length - 1 nonzero vectors, entry `length` any vector."""
        return self.sequence_of(
            length, lambda i: self.nonzero_vector(space) if i < length else self.vector(space)
        )

    def _like(self, value: Any) -> Any:
        if not isinstance(value, ExactVec):
            return self.real()
        return ExactVec(tuple(self.real() for _ in value.entries))

    # ---- maps ----------------------------------------------------------------------------------------------
    def map(self, domain: str, codomain: str) -> ExactMap:
        """A linear map: zero, diagonal in the frames with its norm along the first direction, or generic."""
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

    def matrix(self, rows: str, columns: str) -> ExactMap:
        """A matrix over two index types: like a map; or of rank one, where norms meet Frobenius norms."""
        codomain, domain = EUCLIDEAN + rows, EUCLIDEAN + columns
        if self.space(codomain) and self.space(domain) and self._choices.integer(0, 4) == 4:
            matrix = self._rank_one(codomain, domain)
        else:
            matrix = self.map(domain, codomain)
        return ExactMap(matrix.rows, matrix.columns, over=(rows, columns))

    def _rank_one(self, codomain: str, domain: str) -> ExactMap:
        left, right = self._directed(codomain, self.real()), self._directed(domain, ONE)
        return ExactMap(tuple(tuple(a * b for b in right.entries) for a in left.entries), len(right.entries))

    # ---- functions -----------------------------------------------------------------------------------------
    def function(self, domain: str, codomain: str) -> ExactFunction:
        """Any function: its value at a new argument is drawn when that is first met."""
        otherwise = ExactVec((ZERO,) * self.space(codomain))
        return ExactFunction(self.space(domain), lambda _: self.vector(codomain), otherwise)

    def _flavour_now(self) -> str:
        self._flavour = flavour = self._flavour or self._pick(FLAVOURS)
        return flavour
