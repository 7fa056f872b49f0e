"""Claims about entries of a sequence: every role of a number or vector serves an entry too.

What the roles say of an entry `ε t` is said of the sequence: a rule or a bound for all entries; a recursion
where the entry is the next one, `V (t + 1)`; a bound on the one entry where the index is fixed, `V 0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from pybridge.codegen.draft import Bound, Definition, Draft, Goal, Option, Pointwise, Recursion
from pybridge.codegen.interval import within
from pybridge.codegen.roles.entries import (
    Entry,
    asked,
    back,
    bound_back,
    chosen,
    definition_back,
    entries_in,
    mapped,
)
from pybridge.ir import free_variables, rebuild, substitute, walk
from pybridge.ir.nodes import Add, Forall, Ico, Index, IndexSet, Lit, Nat, Prop, Range, Rel, Term, Var


def recursion(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ t ∈ s, V (t + 1) ≤ …`, or any other relation that is solved for `V (t + 1)`."""
    match goal.prop:
        case Forall(t, Range() | Ico() as over, Rel() as body):
            following = Add(Var(t, Nat()), Lit(1, Nat()))
            for relation in dict.fromkeys((body, _unfolded(body, t, draft))):
                known = entries_in(relation, draft, (Var(t, Nat()), following))
                for option in asked(relation, known, draft, t):
                    yield from _next(option, known, following, t, over)


def pointwise(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ i ∈ s, …` solved for an entry `ε i`: all entries obey, those outside `s` too."""
    match goal.prop:
        case Forall(t, Range() | Ico() as over, Rel() as body):
            known = entries_in(body, draft, (Var(t, Nat()),))
            for option in asked(body, known, draft, t):
                goals = tuple(Forall(t, over, cast(Prop, back(part, known))) for part in option.goals)
                decision = chosen(option, known)
                if decision is None:
                    yield replace(option, goals=goals)
                    continue
                name, decided = decision[0].sequence, decision[1]
                if isinstance(decided, Definition):
                    rule = Pointwise(t, definition_back(decided, known))
                    yield Option(option.role, entries=(name, rule), goals=goals)
                else:
                    yield Option(option.role, bound=(name, bound_back(decided, known, t)), goals=goals)


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
            known = entries_in(body, draft, tuple(indices))
            for option in asked(body, known, draft, None):
                goals = tuple(cast(Prop, back(part, known)) for part in option.goals)
                decision = chosen(option, known)
                if decision is None:
                    yield replace(option, goals=goals)
                    continue
                entry, decided = decision
                if isinstance(decided, Bound):
                    bound = replace(bound_back(decided, known, None), at=entry.index)
                    yield Option(option.role, bound=(entry.sequence, bound), goals=goals)
                elif not decided.draws:
                    value = back(decided.value, known)
                    yield Option(
                        option.role,
                        bound=(entry.sequence, Bound("equal", cast(Term, value), at=entry.index)),
                        goals=goals,
                    )


def _next(
    option: Option, known: Mapping[str, Entry], following: Term, t: str, over: IndexSet
) -> Iterator[Option]:
    """The answer as a recursion, if it is about a next entry."""
    decision = chosen(option, known)
    if decision is None or decision[0].index != following:
        return
    entry, decided = decision
    step = within((decided,)) if isinstance(decided, Bound) else decided
    if step is None:
        return
    step = definition_back(step, known)
    previous = f"{entry.sequence}_t"
    current = Index(entry.term.sequence, Var(t, Nat()))
    step = mapped(step, lambda node: Var(previous, entry.variable.sort) if node == current else node)
    if entry.sequence in step.needs:
        return
    goals = tuple(Forall(t, over, cast(Prop, back(part, known))) for part in option.goals)
    yield Option(
        f"steps to {entry.variable.name}",
        entries=(entry.sequence, Recursion(over, t, previous, step)),
        goals=goals,
    )


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
