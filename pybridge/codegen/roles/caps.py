"""Claims `∀ i, …` about one number: it is drawn above, or below, everything it is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import (
    Bound,
    Definition,
    Draft,
    Drawn,
    Goal,
    Option,
    Pointwise,
    candidates,
    placeholder,
)
from pybridge.codegen.solve import isolate, rewritten
from pybridge.ir import free_variables, walk
from pybridge.ir.nodes import Cast, Forall, Index, Lit, Nat, Range, Real, Rel, Seq, Term, Var

ZERO = Lit(0, Real())


def above(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ i ∈ s, t i ≤ v`, v a number: at least the greatest of the t i; where s is empty, any number."""
    match goal.prop:
        case Forall(index, over, Rel("≤" | "<" as op, left, right)):
            for binder in candidates(draft, right):
                found = isolate(binder.name, right, left)
                if not found or found.sign < 1 or binder.sort != Real() or not draft.can_bound(binder.name):
                    continue
                restriction = Bound("lower", found.value, op == "<", index, over)
                nonzero = tuple(Forall(index, over, Rel("≠", part, ZERO)) for part in found.nonzero)
                yield Option(
                    f"draws {binder.name} above all", bound=(binder.name, restriction), goals=nonzero
                )


def levels(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ t ∈ s, p t * c t ≤ v / n`: the products are drawn near one height, then v above all of them."""
    match goal.prop:
        case Forall(index, _, Rel("≤", left, _) as body):
            for option in above(goal, draft):
                for name in _entries(draft, index, left):
                    entry, height = Var("‹entry›", Real()), Var(f"{name}_level", Real())
                    term = Index(Var(name, Seq(Real())), Var(index, Nat()))
                    found = isolate(entry.name, rewritten(left, term, entry), height)
                    if not found or len(found.nonzero) != 1 or name in free_variables(body.right):
                        continue
                    hole = placeholder(Real())
                    draw = Drawn("level", (height, found.nonzero[0]))
                    rule = Pointwise(
                        index, Definition(hole, ((hole.name, draw),)), shared=((height.name, Drawn("real")),)
                    )
                    yield Option(
                        f"levels {name} and {option.role}",
                        bound=option.bound,
                        entries=(name, rule),
                        goals=option.goals,
                    )


def _entries(draft: Draft, index: str, term: Term) -> Iterator[str]:
    for binder in reversed(draft.statement.binders):
        entry = Index(Var(binder.name, binder.sort), Var(index, Nat()))
        if binder.sort == Seq(Real()) and draft.is_open(binder.name) and entry in set(walk(term)):
            yield binder.name


def nonempty(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`∀ i ∈ Finset.range n, (n : ℝ) ≠ 0`: where there is an i there is an n."""
    match goal.prop:
        case Forall(_, Range(stop), Rel("≠", Cast(n), right)) if n == stop and right == ZERO:
            yield Option("has nothing to say of an empty range")
