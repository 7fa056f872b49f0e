"""Claims about every entry of a sequence: a bound on the entries that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pybridge.codegen.roles.model import Bound, Draft, Goal, Option
from pybridge.codegen.solve import isolate
from pybridge.ir import free_variables, rebuild, walk
from pybridge.ir.nodes import Forall, Index, Real, Rel, Seq, Term, Var


def pointwise(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ i ∈ s, t ≤ t'` with one entry `ε i`: every entry is bounded, those outside `s` too."""
    match goal.prop:
        case Forall(variable, _, Rel("≤" | "<" as op, left, right) as body):
            for name in _entries(draft, variable, body):
                entry = Var(f"{name} {variable}", Real())
                for side, other in ((left, right), (right, left)):
                    found = isolate(
                        entry.name, _with_entry(side, name, entry), _with_entry(other, name, entry)
                    )
                    if not found or not found.sign or not draft.can_bound(name):
                        continue
                    if name in free_variables(found.value):
                        continue
                    below = (side is right) == (found.sign > 0)
                    restriction = Bound("lower" if below else "upper", found.value, op == "<", variable)
                    yield Option(f"bounds every {name} {variable}", bound=(name, restriction))


def _entries(draft: Draft, variable: str, body: Rel) -> list[str]:
    """Sequences of reals indexed by the variable itself, the last binder first."""
    found = {
        node.sequence.name
        for node in walk(body)
        if isinstance(node, Index)
        and isinstance(node.sequence, Var)
        and node.index == Var(variable, node.index.sort)  # type: ignore[union-attr]
    }
    return [b.name for b in reversed(draft.statement.binders) if b.name in found and b.sort == Seq(Real())]


def _with_entry(term: Term, name: str, entry: Var) -> Term:
    """`ε i` as one variable, so that it can be isolated."""

    def step(node):
        match node:
            case Index(Var(sequence), Var(index)) if sequence == name and entry.name == f"{sequence} {index}":
                return entry
            case _:
                return node

    return cast(Term, rebuild(term, step))
