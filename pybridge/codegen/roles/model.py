"""What a role says: the binder it fixes or bounds so that a proposition holds, and what that asks in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pybridge.ir import free_variables, walk
from pybridge.ir.nodes import Binder, Prop, Sort, Statement, Term, Var


@dataclass(frozen=True)
class Drawn:
    """A call of one verb of `codegen.verbs`.

    Attributes:
        verb: its name.
        arguments: texts become string literals (a space's name), terms their code.
        along: the term of the keyword argument `along`, if any.
        entry: index variable and value of one entry, written as a last argument `lambda i: …`.
    """

    verb: str
    arguments: tuple[str | Term, ...] = ()
    along: Term | None = None
    entry: tuple[str, Definition] | None = None

    @property
    def needs(self) -> frozenset[str]:
        terms = [
            term for term in (*self.arguments, self.along) if term is not None and not isinstance(term, str)
        ]
        needs = frozenset().union(*(free_variables(term) for term in terms))
        return needs | (self.entry[1].needs - {self.entry[0]} if self.entry else frozenset())


@dataclass(frozen=True)
class Definition:
    """A value for a binder: a term in which some variables stand for draws.

    Attributes:
        value: the term.
        draws: placeholder name → draw; a draw's own arguments may use placeholders that come before it.
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


def drawn(sort: Sort, verb: str, *arguments: str | Term, facts: tuple[str, ...] = ()) -> Definition:
    """A binder that is itself one draw."""
    hole = placeholder(sort)
    return Definition(hole, ((hole.name, Drawn(verb, arguments)),), facts)


Side = Literal["lower", "upper", "nonzero"]


@dataclass(frozen=True)
class Bound:
    """One restriction of a real, a natural number, or every entry of a sequence.

    Attributes:
        side: which; `nonzero` has no term.
        term: the bound; for a sequence it may mention `index`.
        strict: whether equality is excluded.
        index: the variable that runs over a sequence's indices.
    """

    side: Side
    term: Term | None = None
    strict: bool = False
    index: str | None = None


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
        define, bound: at most one binder each.
        goals: what must then hold as well.
    """

    role: str
    define: tuple[str, Definition] | None = None
    bound: tuple[str, Bound] | None = None
    goals: tuple[Prop, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A plan while it is searched for."""

    statement: Statement
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Bound, ...]] = field(default_factory=dict)
    roles: tuple[tuple[str, str], ...] = ()

    def binder(self, name: str) -> Binder | None:
        return next((binder for binder in self.statement.binders if binder.name == name), None)

    def is_open(self, name: str) -> bool:
        """A binder that a role may still define."""
        return self.binder(name) is not None and name not in self.definitions and name not in self.bounds

    def can_bound(self, name: str) -> bool:
        return self.binder(name) is not None and name not in self.definitions

    def knows(self, name: str, fact: str) -> bool:
        return name in self.definitions and fact in self.definitions[name].facts


def candidates(draft: Draft, node: Term) -> Iterator[Binder]:
    """Binders in a term, last one first: earlier binders are what later ones are measured against."""
    names = {var.name for var in walk(node) if isinstance(var, Var)}
    yield from (binder for binder in reversed(draft.statement.binders) if binder.name in names)
