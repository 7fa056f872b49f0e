"""How a binder is drawn that no role has defined: freely, or within its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from pybridge.codegen.roles.model import Bound, Definition, Draft, Drawn, drawn, placeholder
from pybridge.codegen.solve import folded, is_zero, number, total
from pybridge.ir import free_variables, substitute, walk
from pybridge.ir.nodes import (
    Binder,
    Forall,
    Index,
    Lit,
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


def within(bounds: Sequence[Bound]) -> Definition | None:
    """A real within its bounds."""
    lower = _limit([b for b in bounds if b.side == "lower"], "largest")
    upper = _limit([b for b in bounds if b.side == "upper"], "smallest")
    if any(b.side == "nonzero" for b in bounds):
        if lower is None and upper is None:
            return drawn(Real(), "nonzero", facts=("nonzero",))
        if lower is None or upper is not None or not is_zero(lower[0]):
            return None
        lower = (lower[0], True, lower[2])
    match lower, upper:
        case None, None:
            return drawn(Real(), "real")
        case (low, strict, draws), None:
            return _above(low, strict, draws)
        case None, (high, strict, draws):
            hole = placeholder(Real(), 9)
            verb = "positive" if strict else "slack"
            return Definition(Sub(high, hole), (*draws, (hole.name, Drawn(verb))))
        case (low, low_strict, _), (high, high_strict, _):
            return _between(low, low_strict, high, high_strict)
    return None


Limit = tuple[Term, bool, tuple[tuple[str, Drawn], ...]]


def _limit(bounds: Sequence[Bound], verb: str) -> Limit | None:
    """All bounds of one side as one term, with the draws it needs."""
    terms = list(dict.fromkeys(b.term for b in bounds if b.term is not None))
    if not terms:
        return None
    strict = any(b.strict for b in bounds)
    if len(terms) == 1:
        return terms[0], strict, ()
    hole = placeholder(Real(), 8)
    return hole, strict, ((hole.name, Drawn(verb, tuple(terms))),)


def _above(low: Term, strict: bool, draws: tuple[tuple[str, Drawn], ...]) -> Definition:
    if is_zero(low):
        return drawn(Real(), "positive" if strict else "nonneg", facts=("nonneg",))
    hole = placeholder(Real(), 9)
    return Definition(total(low, hole), (*draws, (hole.name, Drawn("positive" if strict else "slack"))))


def _between(low: Term, low_strict: bool, high: Term, high_strict: bool) -> Definition | None:
    """Between two numbers; bounds that are not literals could cross."""
    a, b = folded(low), folded(high)
    if a is None or b is None or a >= b:
        return None
    hole, width = placeholder(Real(), 9), number(b - a)
    if (a, b, low_strict, high_strict) == (0, 1, False, True):
        return drawn(Real(), "unit", facts=("nonneg",))
    match low_strict, high_strict:
        case True, True:
            value, verb = total(low, hole), "inside"
        case True, False:
            value, verb = Sub(high, hole), "below"
        case False, True:
            value, verb = total(low, hole), "below"
        case _:
            value, verb = total(low, hole), "at_most"
    facts = ("nonneg",) if a >= 0 else ()
    return Definition(value, ((hole.name, Drawn(verb, (width,))),), facts)


def natural_within(bounds: Sequence[Bound]) -> Definition | None:
    """A natural number above its bound."""
    terms = list(dict.fromkeys(b.term for b in bounds if b.side == "lower" and b.term is not None))
    if any(b.side == "upper" for b in bounds) or len(terms) > 1:
        return None
    away = any(b.side == "nonzero" or b.strict for b in bounds)
    verb = "positive_nat" if away else "nat"
    if not terms or terms[0] == Lit(0, Nat()):
        return drawn(Nat(), verb)
    hole = placeholder(Nat(), 9)
    return Definition(total(terms[0], hole), ((hole.name, Drawn(verb)),))


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
