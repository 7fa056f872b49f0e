"""How a binder is drawn that no role has defined: freely, or within its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from pybridge.codegen.draft import (
    Bound,
    Definition,
    Draft,
    Drawn,
    Pointwise,
    Recursion,
    drawn,
    placeholder,
)
from pybridge.codegen.interval import natural_within, within
from pybridge.ir import free_variables, substitute, walk
from pybridge.ir.nodes import (
    Add,
    All,
    Binder,
    Forall,
    Function,
    Ico,
    Index,
    Lit,
    Map,
    Matrix,
    Member,
    Nat,
    Product,
    Prop,
    Range,
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
            return within(bounds, may_reject=draft.may_reject)
        case Nat():
            return natural_within(bounds)
        case Seq():
            return sequence_within(binder, bounds, draft)
        case Vec(space):
            return near_vector(binder, draft) or drawn(binder.sort, "vector", space)
        case Map(domain, codomain):
            return drawn(binder.sort, "map", domain, codomain)
        case Function(domain, codomain):
            return drawn(binder.sort, "function", domain, codomain)
        case Matrix(rows, columns):
            return drawn(binder.sort, "matrix", rows, columns)
        case Member(index):
            return drawn(binder.sort, "member", index)
    assert_never(binder.sort)


def sequence_within(binder: Binder, bounds: Sequence[Bound], draft: Draft) -> Definition | None:
    """A sequence that follows its rule or whose every entry is within the bounds; drawn as far as the
    statement looks at it."""
    rule, hole = draft.entries.get(binder.name), placeholder(binder.sort)
    if isinstance(rule, Recursion):
        return _recursion(binder, rule, bounds, draft)
    stop = next(_stops(binder.name, draft), None)
    if stop is None:
        return None
    if isinstance(rule, Pointwise):
        return Definition(hole, (*rule.shared, (hole.name, _by_rule(binder.name, rule, stop, draft))))
    if isinstance(binder.sort, Seq) and isinstance(binder.sort.element, Vec):
        return drawn(binder.sort, "vector_sequence", binder.sort.element.space, stop)
    if any(bound.at is not None for bound in bounds):
        return _from_start(binder, bounds, stop, draft)
    if not bounds:
        return drawn(binder.sort, "sequence", stop)
    index, same = _of_one_index(bounds, "i")
    match same:
        case [Bound("upper", term, False)] if term is not None and index not in free_variables(term):
            return Definition(hole, ((hole.name, Drawn("sequence_below", (stop, term))),))
    entry = within(same, may_reject=draft.may_reject)
    if entry is None:
        return None
    verb = _verb_until(binder.name, stop, draft)
    return Definition(hole, ((hole.name, Drawn(verb, (stop,), ((index,), entry))),))


def _by_rule(name: str, rule: Pointwise, stop: Term, draft: Draft) -> Drawn:
    match rule.entry:
        case Definition(Var(hole), ((drawn, Drawn("nonzero_vector", (space,))),)) if hole == drawn:
            return Drawn("nonzero_vector_sequence", (space, stop))
    return Drawn(_verb_until(name, stop, draft), (stop,), ((rule.variable,), rule.entry))


def _verb_until(name: str, stop: Term, draft: Draft) -> str:
    """Whether entry `stop` has to obey: not if every index set of the hypotheses ends before it."""
    hypotheses = [node for h in draft.statement.hypotheses for node in walk(h.prop)]
    return "sequence_until" if {stop} == set(_ends(name, hypotheses)) else "sequence_of"


def _recursion(binder: Binder, rule: Recursion, bounds: Sequence[Bound], draft: Draft) -> Definition | None:
    since = rule.over.start if isinstance(rule.over, Ico) else Lit(0, Nat())
    if isinstance(rule.over, All) or any(bound.at != since for bound in bounds):
        return None
    start = _start(binder, since, bounds, draft)
    if start is None:
        return None
    entry = ((rule.variable, rule.previous), rule.step)
    return _stepping(binder, rule.over.stop, start, entry, since)


def _from_start(binder: Binder, bounds: Sequence[Bound], stop: Term, draft: Draft) -> Definition | None:
    """A sequence whose first entry is bounded by itself."""
    pins, common = ([b for b in bounds if (b.at is None) == is_common] for is_common in (False, True))
    index, same = _of_one_index(common, "i")
    zero = Lit(0, Nat())
    if any(pin.at != zero for pin in pins):
        return None
    following = {index: Add(Var(index, Nat()), Lit(1, Nat()))}
    start = within([*pins, *(_moved(b, {index: zero}) for b in same)], may_reject=draft.may_reject)
    step = within([_moved(b, following) for b in same], may_reject=draft.may_reject)
    if start is None or step is None:
        return None
    return _stepping(binder, stop, start, ((index, f"{binder.name}_{index}"), step), zero)


def _stepping(
    binder: Binder, stop: Term, start: Definition, entry: tuple[tuple[str, ...], Definition], since: Term
) -> Definition:
    hole = placeholder(binder.sort, 4)  # the start has draws of its own under other numbers
    keywords = () if since == Lit(0, Nat()) else (("since", since),)
    draw = Drawn("recursion", (stop, start.value), entry, keywords)
    return Definition(hole, (*start.draws, (hole.name, draw)))


def _start(binder: Binder, since: Term, bounds: Sequence[Bound], draft: Draft) -> Definition | None:
    """The first entry of a recursion."""
    if not isinstance(binder.sort, Seq) or isinstance(binder.sort.element, Real):
        return within(bounds, may_reject=draft.may_reject)
    sort, hole = binder.sort.element, placeholder(binder.sort.element, 5)
    anchor = _anchor(binder, draft, _sequence_at)
    if anchor is None:
        return drawn(sort, "vector", sort.space)
    first = Index(Var(anchor, binder.sort), since)
    return Definition(Sub(first, hole), ((hole.name, Drawn("displacement", (sort.space,))),))


def _of_one_index(bounds: Sequence[Bound], default: str) -> tuple[str, list[Bound]]:
    """Bounds of entries, all in terms of the first one's index."""
    index = next((b.index for b in bounds if b.index), default)
    return index, [
        b if b.index in (None, index) else _moved(b, {b.index: Var(index, Nat())}, index) for b in bounds
    ]


def _moved(bound: Bound, changes: Mapping[str, Term], index: str | None = None) -> Bound:
    term, per = (substitute(part, changes) if part is not None else None for part in (bound.term, bound.per))
    return replace(bound, term=term, per=per, index=index)


def _stops(sequence: str, draft: Draft) -> Iterator[Term]:
    """Ends of the index sets over which a statement looks at a sequence, then indices it names outright."""
    binders, nodes = {b.name for b in draft.statement.binders}, list(_nodes(draft))
    yield from (stop for stop in _ends(sequence, nodes) if free_variables(stop) <= binders)
    for node in nodes:
        match node:
            case Index(Var(name), index) if name == sequence and free_variables(index) <= binders:
                yield index
            case _:
                pass


def _ends(sequence: str, nodes: Iterable[Term | Prop]) -> Iterator[Term]:
    """Ends of the index sets over which some nodes look at a sequence."""
    for node in nodes:
        match node:
            case Sum(_, Range() | Ico() as over, body) | Product(_, Range() | Ico() as over, body):
                if sequence in free_variables(body):
                    yield over.stop
            case Forall(_, Range() | Ico() as over, body) if sequence in free_variables(body):
                yield over.stop
            case _:
                pass


def _nodes(draft: Draft) -> Iterator[Term | Prop]:
    for prop in (*(h.prop for h in draft.statement.hypotheses), draft.statement.conclusion):
        yield from walk(prop)


def near_vector(binder: Binder, draft: Draft) -> Definition | None:
    """A vector whose distance to an earlier one the statement measures: drawn at a displacement from it."""
    anchor = _anchor(binder, draft, lambda node: node.name if isinstance(node, Var) else None)
    if anchor is None:
        return None
    hole = placeholder(binder.sort)
    draw = Drawn("displacement", (binder.sort.space,))  # type: ignore[union-attr]
    return Definition(Sub(Var(anchor, binder.sort), hole), ((hole.name, draw),))


def _anchor(binder: Binder, draft: Draft, name_of: Callable[[Term], str | None]) -> str | None:
    """An earlier binder, or one whose entry it is, from which the statement measures the distance."""
    order = [b.name for b in draft.statement.binders]
    for node in _nodes(draft):
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
