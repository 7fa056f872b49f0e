"""Equations: a definition is computed, any other equation is solved for one of its variables."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import Definition, Draft, Goal, Option, candidates
from pybridge.codegen.solve import isolate
from pybridge.ir import free_variables
from pybridge.ir.nodes import Lit, Real, Rel, Var


def definition(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`v = term` in a hypothesis named `hv`."""
    match goal.prop:
        case Rel("=", Var(name), term) if name == goal.defines:
            if draft.is_open(name) and name not in free_variables(term):
                yield Option(f"defines {name}", {name: Definition(term)})


def equation(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s = t`, solved for a variable that occurs once on one side only."""
    match goal.prop:
        case Rel("=", left, right):
            for binder in [*candidates(draft, right), *candidates(draft, left)]:
                if not draft.is_open(binder.name):
                    continue
                found = isolate(binder.name, right, left) or isolate(binder.name, left, right)
                if found:
                    nonzero = tuple(Rel("≠", factor, Lit(0, Real())) for factor in found.nonzero)
                    yield Option(
                        f"solved for {binder.name}", {binder.name: Definition(found.value)}, goals=nonzero
                    )
