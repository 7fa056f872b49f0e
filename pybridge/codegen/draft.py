"""What a role says: the binder it fixes or bounds so that a proposition holds, and what that asks in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pybridge.ir import free_variables, walk
from pybridge.ir.nodes import Binder, IndexSet, Prop, Sort, Statement, Term, Var


@dataclass(frozen=True)
class Drawn:
    """A call of one verb of `codegen.verbs`.

    Attributes:
        verb: its name.
        arguments: texts become string literals (a space's name), terms their code, an index set its two ends.
        entry: index variables and a value, written as a further argument `lambda t, v: …`.
        keywords: arguments given by name.
    """

    verb: str
    arguments: tuple[str | Term | IndexSet, ...] = ()
    entry: tuple[tuple[str, ...], Definition] | None = None
    keywords: tuple[tuple[str, Term], ...] = ()

    @property
    def needs(self) -> frozenset[str]:
        terms = [a for a in self.arguments if not isinstance(a, str)] + [term for _, term in self.keywords]
        needs = frozenset().union(*(free_variables(term) for term in terms))
        return needs | (self.entry[1].needs - {*self.entry[0]} if self.entry else frozenset())

    def walk(self) -> Iterator[Drawn]:
        """This draw and all within it."""
        yield self
        if self.entry:
            for _, draw in self.entry[1].draws:
                yield from draw.walk()


@dataclass(frozen=True)
class Definition:
    """A value for a binder: a term in which some variables stand for draws.

    Attributes:
        value: the term.
        draws: name → draw: a placeholder's is written where it stands, any other before the value. A draw may
            use names that come before it.
        facts: what is then known of the binder: a subset of `("nonneg", "nonzero")`.
    """

    value: Term
    draws: tuple[tuple[str, Drawn], ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def needs(self) -> frozenset[str]:
        """Binders that must have a value before."""
        needs = free_variables(self.value).union(*(draw.needs for _, draw in self.draws))
        return needs - {name for name, _ in self.draws}


def placeholder(sort: Sort, number: int = 0) -> Var:
    """A variable that stands for a draw; no Lean identifier looks like this."""
    return Var(f"‹{number}›", sort)


def is_placeholder(name: str) -> bool:
    return name.startswith("‹")


def drawn(
    sort: Sort, verb: str, *arguments: str | Term | IndexSet, facts: tuple[str, ...] = ()
) -> Definition:
    """A binder that is itself one draw."""
    hole = placeholder(sort)
    return Definition(hole, ((hole.name, Drawn(verb, arguments)),), facts)


@dataclass(frozen=True)
class Pointwise:
    """A sequence by a rule for its entries: entry `variable` is `entry`.

    `shared` are draws made once for all entries, under names of their own.
    """

    variable: str
    entry: Definition
    shared: tuple[tuple[str, Drawn], ...] = ()


@dataclass(frozen=True)
class Recursion:
    """A sequence by a rule for the next entry: for t in `over`, entry t + 1 is `step` of t and `previous`.

    Attributes:
        variable: t.
        previous: the variable that stands for entry t in `step`.
    """

    over: IndexSet
    variable: str
    previous: str
    step: Definition


Side = Literal["lower", "upper", "equal", "nonzero", "share"]


@dataclass(frozen=True)
class Bound:
    """One restriction of a real, a natural number, or entries of a sequence.

    Attributes:
        side: which; `nonzero` has no term, `share` says `v * per ≤ term` for a `per` that is not negative.
        term: the bound; it may mention `index`.
        strict: whether equality is excluded.
        index: the variable that runs over a sequence's indices, or over `over`.
        over: of a number that is bounded by every value of `term`: the indices.
        at: of a sequence: the one entry that is bounded; None for all of them.
        per: see `side`.
    """

    side: Side
    term: Term | None = None
    strict: bool = False
    index: str | None = None
    over: IndexSet | None = None
    at: Term | None = None
    per: Term | None = None


@dataclass(frozen=True)
class Goal:
    """A proposition to be made true, and the hypothesis it comes from."""

    prop: Prop
    hypothesis: str
    defines: str | None = None


@dataclass(frozen=True)
class Option:
    """One way to reach a goal.

    Attributes:
        role: a phrase for the manifest and the comment in generated code, e.g. `bounds δ from below`.
        define: binders that get a value.
        bound: one binder that is restricted.
        entries: one sequence that gets a rule.
        goals: what must then hold as well.
    """

    role: str
    define: Mapping[str, Definition] = field(default_factory=dict)
    bound: tuple[str, Bound] | None = None
    entries: tuple[str, Pointwise | Recursion] | None = None
    goals: tuple[Prop, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A plan while it is searched for.

    Attributes:
        statement: the theorem.
        definitions, bounds, entries: what was decided of each binder.
        roles: hypothesis → role, in the order met.
        may_reject: whether a draw may come out impossible and be thrown away.
    """

    statement: Statement
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Bound, ...]] = field(default_factory=dict)
    entries: Mapping[str, Pointwise | Recursion] = field(default_factory=dict)
    roles: tuple[tuple[str, str], ...] = ()
    may_reject: bool = False

    def binder(self, name: str) -> Binder | None:
        return next((binder for binder in self.statement.binders if binder.name == name), None)

    def is_open(self, name: str) -> bool:
        """A binder that a role may still define."""
        return self.can_bound(name) and name not in self.bounds

    def can_bound(self, name: str) -> bool:
        return self.binder(name) is not None and name not in self.definitions and name not in self.entries

    def knows(self, name: str, fact: str) -> bool:
        return name in self.definitions and fact in self.definitions[name].facts


def candidates(draft: Draft, node: Term) -> Iterator[Binder]:
    """Binders in a term, last one first: earlier binders are what later ones are measured against."""
    names = {var.name for var in walk(node) if isinstance(var, Var)}
    yield from (binder for binder in reversed(draft.statement.binders) if binder.name in names)
