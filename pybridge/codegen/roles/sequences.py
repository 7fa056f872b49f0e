"""Claims about entries of a sequence: every role of a number or vector serves an entry too.

An entry `ε t` is taken for a variable of its own, the roles of `table.py` are asked, and what they say of it
is said of the sequence: a rule or a bound for all entries; a recursion where the entry is the next one,
`V (t + 1)`; a bound on the one entry where the index is fixed, `V 0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from pybridge.codegen.draft import (
    Bound,
    Definition,
    Draft,
    Drawn,
    Goal,
    Option,
    Pointwise,
    Recursion,
)
from pybridge.codegen.interval import within
from pybridge.codegen.roles.table import TABLE
from pybridge.ir import free_variables, print_term, rebuild, substitute, walk
from pybridge.ir.nodes import (
    Add,
    Binder,
    Forall,
    Ico,
    Index,
    IndexSet,
    Lit,
    Nat,
    Prop,
    Range,
    Real,
    Rel,
    Seq,
    Term,
    Var,
)

DECIDED = Definition(Var("‹0›", Real()), (("‹0›", Drawn("real")),))


@dataclass(frozen=True)
class Entry:
    """An entry of a sequence and the variable that stands for it."""

    sequence: str
    index: Term
    variable: Var

    @property
    def term(self) -> Index:
        return Index(Var(self.sequence, Seq(self.variable.sort)), self.index)  # type: ignore[arg-type]


def recursion(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ t ∈ s, V (t + 1) ≤ …`, or any other relation that is solved for `V (t + 1)`."""
    match goal.prop:
        case Forall(t, Range() | Ico() as over, Rel() as body):
            following = Add(Var(t, Nat()), Lit(1, Nat()))
            for relation in dict.fromkeys((body, _unfolded(body, t, draft))):
                known = _entries(relation, draft, (Var(t, Nat()), following))
                for option in _asked(relation, known, draft, t):
                    yield from _next(option, known, following, t, over)


def pointwise(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ i ∈ s, …` solved for an entry `ε i`: all entries obey, those outside `s` too."""
    match goal.prop:
        case Forall(t, Range() | Ico() as over, Rel() as body):
            known = _entries(body, draft, (Var(t, Nat()),))
            for option in _asked(body, known, draft, t):
                goals = tuple(Forall(t, over, cast(Prop, _back(part, known))) for part in option.goals)
                chosen = _chosen(option, known)
                if chosen is None:
                    yield replace(option, goals=goals)
                    continue
                name, decided = chosen[0].sequence, chosen[1]
                if isinstance(decided, Definition):
                    rule = Pointwise(t, _definition_back(decided, known))
                    yield Option(option.role, entries=(name, rule), goals=goals)
                else:
                    yield Option(option.role, bound=(name, _bound_back(decided, known, t)), goals=goals)


def pinned(goal: Goal, draft: Draft) -> Iterator[Option]:
    """A relation between single entries, `V 0 ≤ B 0`: the first entry of a sequence or of its recursion."""
    match goal.prop:
        case Rel() as body:
            names = {binder.name for binder in draft.statement.binders}
            indices = {
                node.index: None
                for node in walk(body)
                if isinstance(node, Index) and free_variables(node.index) <= names
            }
            known = _entries(body, draft, tuple(indices))
            for option in _asked(body, known, draft, None):
                goals = tuple(cast(Prop, _back(part, known)) for part in option.goals)
                chosen = _chosen(option, known)
                if chosen is None:
                    yield replace(option, goals=goals)
                    continue
                entry, decided = chosen
                if isinstance(decided, Bound):
                    bound = replace(_bound_back(decided, known, None), at=entry.index)
                    yield Option(option.role, bound=(entry.sequence, bound), goals=goals)
                elif not decided.draws:
                    value = _back(decided.value, known)
                    yield Option(
                        option.role,
                        bound=(entry.sequence, Bound("equal", cast(Term, value), at=entry.index)),
                        goals=goals,
                    )


# ---- what the roles are asked ------------------------------------------------------------------------------
def _entries(body: Prop, draft: Draft, indices: tuple[Term, ...]) -> dict[str, Entry]:
    """Entries that a relation mentions, by the variables that stand for them, in the order of the binders."""
    mentioned = {node for node in walk(body) if isinstance(node, Index) and node.index in indices}
    found = {}
    for binder in draft.statement.binders:
        for index in indices:
            if Index(Var(binder.name, binder.sort), index) in mentioned and isinstance(binder.sort, Seq):
                name = print_term(Index(Var(binder.name, binder.sort), index))
                found[name] = Entry(binder.name, index, Var(name, binder.sort.element))
    return found


def _asked(body: Prop, known: Mapping[str, Entry], draft: Draft, index: str | None) -> Iterator[Option]:
    """What the roles say of a relation whose entries are variables."""
    if not known:
        return
    lifted = rebuild(body, lambda node: _variable_of(node, known))
    entries_draft = _draft_of_entries(known, draft, index)
    goal = Goal(lifted, "")
    for role in TABLE:
        for option in role(goal, entries_draft):
            if len(option.define) <= 1 and option.entries is None:
                yield option


def _draft_of_entries(known: Mapping[str, Entry], draft: Draft, index: str | None) -> Draft:
    definitions: dict[str, Definition] = {}
    bounds: dict[str, tuple[Bound, ...]] = {}
    for name, entry in known.items():
        rule, restrictions = draft.entries.get(entry.sequence), draft.bounds.get(entry.sequence, ())
        if entry.index == Var(index or "", Nat()):
            if isinstance(rule, Pointwise):
                definitions[name] = _rule_at(rule, entry.index, known)
            elif isinstance(rule, Recursion):
                definitions[name] = DECIDED
            bounds[name] = restrictions
        elif index is not None:  # the next entry: bounds on the first one leave a recursion possible
            if rule is not None:
                definitions[name] = DECIDED
            bounds[name] = tuple(bound for bound in restrictions if bound.at is None)
        elif isinstance(rule, Pointwise) or (
            isinstance(rule, Recursion) and _start(rule.over) != entry.index
        ):
            definitions[name] = DECIDED
    binders = tuple(Binder(name, entry.variable.sort) for name, entry in known.items())
    return Draft(
        replace(draft.statement, binders=binders),
        definitions,
        {name: found for name, found in bounds.items() if found},
        may_reject=draft.may_reject,
    )


def _rule_at(rule: Pointwise, index: Term, known: Mapping[str, Entry]) -> Definition:
    """An entry's definition in terms of the variables of entries."""
    value = rebuild(
        substitute(rule.entry.value, {rule.variable: index}), lambda node: _variable_of(node, known)
    )
    return replace(rule.entry, value=value)


def _start(over: IndexSet) -> Term:
    return over.start if isinstance(over, Ico) else Lit(0, Nat())


def _unfolded(body: Rel, t: str, draft: Draft) -> Rel:
    """The relation with computed entries replaced by what they were computed from."""

    def step(node):
        match node:
            case Index(Var(name), Var(index)) if index == t and name in draft.entries:
                rule = draft.entries[name]
                if isinstance(rule, Pointwise) and not rule.entry.draws:
                    return substitute(rule.entry.value, {rule.variable: Var(t, Nat())})
        return node

    return cast(Rel, rebuild(body, step))


def _variable_of(node, known: Mapping[str, Entry]):
    for entry in known.values():
        if node == entry.term:
            return entry.variable
    return node


# ---- what their answers say of the sequence ----------------------------------------------------------------
def _chosen(option: Option, known: Mapping[str, Entry]) -> tuple[Entry, Definition | Bound] | None:
    for name, definition in option.define.items():
        return known[name], definition
    return (known[option.bound[0]], option.bound[1]) if option.bound else None


def _next(
    option: Option, known: Mapping[str, Entry], following: Term, t: str, over: IndexSet
) -> Iterator[Option]:
    """The answer as a recursion, if it is about a next entry."""
    chosen = _chosen(option, known)
    if chosen is None or chosen[0].index != following:
        return
    entry, decided = chosen
    step = within((decided,)) if isinstance(decided, Bound) else decided
    if step is None:
        return
    step = _definition_back(step, known)
    previous = f"{entry.sequence}_t"
    current = Index(entry.term.sequence, Var(t, Nat()))
    step = _mapped(step, lambda node: Var(previous, entry.variable.sort) if node == current else node)
    if entry.sequence in step.needs:
        return
    goals = tuple(Forall(t, over, cast(Prop, _back(part, known))) for part in option.goals)
    yield Option(
        f"steps to {entry.variable.name}",
        entries=(entry.sequence, Recursion(over, t, previous, step)),
        goals=goals,
    )


def _back(node, known: Mapping[str, Entry]):
    return substitute(node, {name: entry.term for name, entry in known.items()})


def _bound_back(bound: Bound, known: Mapping[str, Entry], index: str | None) -> Bound:
    term, per = (_back(part, known) if part is not None else None for part in (bound.term, bound.per))
    return replace(bound, term=term, per=per, index=index)


def _definition_back(definition: Definition, known: Mapping[str, Entry]) -> Definition:
    named = {entry.variable: entry.term for entry in known.values()}
    return _mapped(definition, lambda node: named.get(node, node))


def _mapped(definition: Definition, change) -> Definition:
    """A definition with every node of every term changed."""

    def of_draw(draw: Drawn) -> Drawn:
        arguments = tuple(a if isinstance(a, str | IndexSet) else rebuild(a, change) for a in draw.arguments)
        keywords = tuple((name, rebuild(term, change)) for name, term in draw.keywords)
        entry = draw.entry and (draw.entry[0], _mapped(draw.entry[1], change))
        return replace(draw, arguments=arguments, keywords=keywords, entry=entry)

    draws = tuple((name, of_draw(draw)) for name, draw in definition.draws)
    return replace(definition, value=rebuild(definition.value, change), draws=draws)
