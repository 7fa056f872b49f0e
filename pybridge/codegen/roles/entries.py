"""An entry of a sequence as a variable of its own: roles are asked of it, and answer of the sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pybridge.codegen.draft import Bound, Definition, Draft, Drawn, Goal, Option, Pointwise, Recursion
from pybridge.codegen.roles.table import TABLE
from pybridge.ir import print_term, rebuild, substitute, walk
from pybridge.ir.nodes import Binder, Ico, Index, IndexSet, Lit, Nat, Prop, Real, Seq, Term, Var

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


def entries_in(body: Prop, draft: Draft, indices: tuple[Term, ...]) -> dict[str, Entry]:
    """Entries that a relation mentions, by the variables that stand for them, in the order of the binders."""
    mentioned = {node for node in walk(body) if isinstance(node, Index) and node.index in indices}
    found = {}
    for binder in draft.statement.binders:
        for index in indices:
            if Index(Var(binder.name, binder.sort), index) in mentioned and isinstance(binder.sort, Seq):
                name = print_term(Index(Var(binder.name, binder.sort), index))
                found[name] = Entry(binder.name, index, Var(name, binder.sort.element))
    return found


def asked(body: Prop, known: Mapping[str, Entry], draft: Draft, index: str | None) -> Iterator[Option]:
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


def _variable_of(node, known: Mapping[str, Entry]):
    for entry in known.values():
        if node == entry.term:
            return entry.variable
    return node


def chosen(option: Option, known: Mapping[str, Entry]) -> tuple[Entry, Definition | Bound] | None:
    for name, definition in option.define.items():
        return known[name], definition
    return (known[option.bound[0]], option.bound[1]) if option.bound else None


def back(node, known: Mapping[str, Entry]):
    return substitute(node, {name: entry.term for name, entry in known.items()})


def bound_back(bound: Bound, known: Mapping[str, Entry], index: str | None) -> Bound:
    term, per = (back(part, known) if part is not None else None for part in (bound.term, bound.per))
    return replace(bound, term=term, per=per, index=index)


def definition_back(definition: Definition, known: Mapping[str, Entry]) -> Definition:
    named = {entry.variable: entry.term for entry in known.values()}
    return mapped(definition, lambda node: named.get(node, node))


def mapped(definition: Definition, change) -> Definition:
    """A definition with every node of every term changed."""

    def of_draw(draw: Drawn) -> Drawn:
        arguments = tuple(a if isinstance(a, str | IndexSet) else rebuild(a, change) for a in draw.arguments)
        keywords = tuple((name, rebuild(term, change)) for name, term in draw.keywords)
        entry = draw.entry and (draw.entry[0], mapped(draw.entry[1], change))
        return replace(draw, arguments=arguments, keywords=keywords, entry=entry)

    draws = tuple((name, of_draw(draw)) for name, draw in definition.draws)
    return replace(definition, value=rebuild(definition.value, change), draws=draws)
