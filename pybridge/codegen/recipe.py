"""How a binder is drawn that no role has defined: freely, or within its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from pybridge.codegen.interval import natural_within, within
from pybridge.codegen.roles.model import Bound, Definition, Draft, Drawn, drawn, placeholder
from pybridge.ir import free_variables, substitute, walk
from pybridge.ir.nodes import (
    Binder,
    Forall,
    Index,
    Map,
    Nat,
    Product,
    Prop,
    Real,
    Seq,
    Sub,
    Sum,
    Term,
    Var,
    Vec,
    VecNorm,
)


def drawn_binder(binder: Binder, draft: Draft) -> Definition | None:
    """The draw of a binder within its bounds; None where they leave no way that is certain to succeed."""
    bounds = draft.bounds.get(binder.name, ())
    match binder.sort:
        case Real():
            return within(bounds)
        case Nat():
            return natural_within(bounds)
        case Seq():
            return sequence_within(binder, bounds, draft)
        case Vec(space):
            return near_vector(binder, draft) or drawn(binder.sort, "vector", space)
        case Map(domain, codomain):
            return drawn(binder.sort, "map", domain, codomain)
    assert_never(binder.sort)


def sequence_within(binder: Binder, bounds: Sequence[Bound], draft: Draft) -> Definition | None:
    """A sequence whose every entry is within the bounds; drawn as far as the statement looks at it."""
    stop = next(_stops(binder.name, draft), None)
    if stop is None:
        return None
    if isinstance(binder.sort, Seq) and isinstance(binder.sort.element, Vec):
        return drawn(binder.sort, "vector_sequence", binder.sort.element.space, stop)
    if not bounds:
        return drawn(binder.sort, "sequence", stop)
    index = bounds[0].index or "i"
    same = [replace(b, term=_renamed(b, index), index=index) for b in bounds]
    hole = placeholder(binder.sort)
    match same:
        case [Bound("upper", term, False)] if term is not None and index not in free_variables(term):
            return Definition(hole, ((hole.name, Drawn("sequence_below", (stop, term))),))
    entry = within(same)
    if entry is None:
        return None
    return Definition(hole, ((hole.name, Drawn("sequence_of", (stop,), entry=(index, entry))),))


def _renamed(bound: Bound, index: str) -> Term | None:
    if bound.term is None or bound.index in (None, index):
        return bound.term
    return substitute(bound.term, {bound.index: Var(index, Nat())})  # type: ignore[return-value]


def _stops(sequence: str, draft: Draft) -> Iterator[Term]:
    """Ends of the index sets over which a statement looks at a sequence, then indices it names outright."""
    binders = {b.name for b in draft.statement.binders}
    outright = []
    for node in _nodes(draft):
        match node:
            case Sum(_, over, body) | Product(_, over, body) | Forall(_, over, body):
                if sequence in free_variables(body) and free_variables(over.stop) <= binders:
                    yield over.stop
            case Index(Var(name), index) if name == sequence and free_variables(index) <= binders:
                outright.append(index)
            case _:
                pass
    yield from outright


def _nodes(draft: Draft) -> Iterator[Term | Prop]:
    for prop in (*(h.prop for h in draft.statement.hypotheses), draft.statement.conclusion):
        yield from walk(prop)


def near_vector(binder: Binder, draft: Draft) -> Definition | None:
    """A vector whose distance to an earlier one the statement measures: drawn at a displacement from it."""
    order = [b.name for b in draft.statement.binders]
    for node in _nodes(draft):
        match node:
            case VecNorm(Sub(Var(anchor) as start, Var(name))) if name == binder.name:
                if order.index(anchor) < order.index(name) and not _rests_on(anchor, name, draft):
                    hole = placeholder(binder.sort)
                    draw = Drawn("displacement", (binder.sort.space,))  # type: ignore[union-attr]
                    return Definition(Sub(start, hole), ((hole.name, draw),))
            case _:
                pass
    return None


def _rests_on(name: str, other: str, draft: Draft) -> bool:
    """Whether the value of `name` needs `other`, directly or through what it needs."""
    pending, seen = [name], set()
    while pending:
        current = pending.pop()
        if current in draft.definitions and current not in seen:
            seen.add(current)
            pending += draft.definitions[current].needs
        if other in pending:
            return True
    return False
