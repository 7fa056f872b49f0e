"""How a sequence is drawn: by its recursion, by the rule of its entries, or every entry within its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pybridge.codegen.anchors import near_first_entry, nodes
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
from pybridge.codegen.interval import within
from pybridge.ir import free_variables, substitute, walk
from pybridge.ir.nodes import (
    Add,
    All,
    Binder,
    Forall,
    Ico,
    Index,
    Lit,
    Nat,
    Product,
    Prop,
    Range,
    Real,
    Seq,
    Sum,
    Term,
    Var,
    Vec,
)


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
        return None if bounds else drawn(binder.sort, "vector_sequence", binder.sort.element.space, stop)
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
    assert isinstance(binder.sort, Seq)
    match binder.sort.element, bounds:
        case Real(), _:
            return within(bounds, may_reject=draft.may_reject)
        case Vec(), [Bound("equal") as fixed] if fixed.term is not None:
            return Definition(fixed.term)
        case Vec(space), []:
            near = near_first_entry(binder, since, draft)
            return near or drawn(binder.sort.element, "vector", space)
        case _:
            return None


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
    binders, parts = {b.name for b in draft.statement.binders}, list(nodes(draft))
    yield from (stop for stop in _ends(sequence, parts) if free_variables(stop) <= binders)
    for node in parts:
        match node:
            case Index(Var(name), index) if name == sequence and free_variables(index) <= binders:
                yield index
            case _:
                pass


def _ends(sequence: str, parts: Iterable[Term | Prop]) -> Iterator[Term]:
    """Ends of the index sets over which some parts look at a sequence."""
    for node in parts:
        match node:
            case Sum(_, Range() | Ico() as over, body) | Product(_, Range() | Ico() as over, body):
                if sequence in free_variables(body):
                    yield over.stop
            case Forall(_, Range() | Ico() as over, body) if sequence in free_variables(body):
                yield over.stop
            case _:
                pass
