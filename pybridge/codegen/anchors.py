"""Vectors that a statement measures the distance of: drawn near one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybridge.codegen.draft import Definition, Draft, Drawn, Pointwise, Recursion, placeholder
from pybridge.ir import walk
from pybridge.ir.nodes import Binder, Index, Prop, Seq, Sub, Term, Var, Vec, VecNorm


def near_vector(binder: Binder, draft: Draft) -> Definition | None:
    """A vector whose distance to an earlier one the statement measures: drawn at a displacement from it."""
    anchor = _anchor(binder, draft, lambda node: node.name if isinstance(node, Var) else None)
    if anchor is None:
        return None
    hole = placeholder(binder.sort)
    draw = Drawn("displacement", (binder.sort.space,))  # type: ignore[union-attr]
    return Definition(Sub(Var(anchor, binder.sort), hole), ((hole.name, draw),))


def near_first_entry(binder: Binder, since: Term, draft: Draft) -> Definition | None:
    """The first entry of a sequence of vectors, near that of an earlier one where distances are measured."""
    anchor = _anchor(binder, draft, _sequence_at)
    if anchor is None or not isinstance(binder.sort, Seq) or not isinstance(binder.sort.element, Vec):
        return None
    hole = placeholder(binder.sort.element, 5)
    draw = Drawn("displacement", (binder.sort.element.space,))
    return Definition(Sub(Index(Var(anchor, binder.sort), since), hole), ((hole.name, draw),))


def _anchor(binder: Binder, draft: Draft, name_of: Callable[[Term], str | None]) -> str | None:
    """An earlier binder, or one whose entry it is, from which the statement measures the distance."""
    order = [b.name for b in draft.statement.binders]
    for node in nodes(draft):
        match node:
            case VecNorm(Sub(start, end)) if name_of(end) == binder.name:
                anchor = name_of(start)
                earlier = anchor in order and order.index(anchor) < order.index(binder.name)
                if anchor and earlier and not _rests_on(anchor, binder.name, draft):
                    return anchor
            case _:
                pass
    return None


def _sequence_at(node: Term) -> str | None:
    match node:
        case Index(Var(name), _):
            return name
        case _:
            return None


def _rests_on(name: str, other: str, draft: Draft) -> bool:
    """Whether the value of `name` needs `other`, directly or through what it needs."""
    pending, seen = [name], set()
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            pending += _needs(current, draft)
        if other in pending:
            return True
    return False


def _needs(name: str, draft: Draft) -> frozenset[str]:
    if name in draft.definitions:
        return draft.definitions[name].needs
    match draft.entries.get(name):
        case Pointwise(variable, entry):
            return entry.needs - {variable}
        case Recursion(_, variable, previous, step):
            return step.needs - {variable, previous}
        case None:
            return frozenset()


def nodes(draft: Draft) -> Iterator[Term | Prop]:
    """Every part of a statement."""
    for prop in (*(h.prop for h in draft.statement.hypotheses), draft.statement.conclusion):
        yield from walk(prop)
