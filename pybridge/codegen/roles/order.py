"""Inequalities between reals or naturals: a bound on one variable, or a slack added while solving for it."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import (
    Bound,
    Definition,
    Draft,
    Drawn,
    Goal,
    Option,
    candidates,
    placeholder,
)
from pybridge.codegen.solve import difference, isolate, rewritten, total
from pybridge.ir import sort_of, walk
from pybridge.ir.nodes import Abs, Lit, Nat, Real, Rel, Term, Var

ZERO = Lit(0, Real())


def bound(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s ≤ t` or `s < t`: a variable of t bounded from below, or else one of s from above."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right) if isinstance(sort_of(left), Real | Nat):
            strict = op == "<"
            for side, other in ((right, left), (left, right)):
                for binder in candidates(draft, side):
                    found = isolate(binder.name, side, other)
                    if not found or not found.sign or found.nonzero or not draft.can_bound(binder.name):
                        continue
                    below = (side is right) == (found.sign > 0)
                    kind, where = ("lower", "below") if below else ("upper", "above")
                    yield Option(
                        f"bounds {binder.name} from {where}",
                        bound=(binder.name, Bound(kind, found.value, strict)),  # type: ignore[arg-type]
                    )


def slack(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s < t` as `t = s + positive`, solved for a variable behind a factor that must not vanish."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right) if isinstance(sort_of(left), Real):
            verb = "positive" if op == "<" else "slack"
            hole = placeholder(Real())
            for side, other in ((right, total(left, hole)), (left, difference(right, hole))):
                for binder in candidates(draft, side):
                    found = isolate(binder.name, side, other)
                    if not found or not draft.is_open(binder.name):
                        continue
                    value = Definition(found.value, ((hole.name, Drawn(verb)),))
                    nonzero = tuple(Rel("≠", factor, ZERO) for factor in found.nonzero)
                    yield Option(f"solved for {binder.name}", {binder.name: value}, goals=nonzero)


def absolute_ball(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`|s| ≤ r` or `|s| < r`: s is drawn in [-r, r], often an end, and solved for a variable."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right):
            for inside in [node for node in walk(left) if isinstance(node, Abs)]:
                whole = Var("‹absolute›", Real())
                found = isolate(whole.name, rewritten(left, inside, whole), right)
                if found and found.sign > 0 and not found.nonzero:
                    yield from _around(draft, inside.operand, op, found.value)


def _around(draft: Draft, inside: Term, op: str, radius: Term) -> Iterator[Option]:
    hole, less = placeholder(Real(), 0), placeholder(Real(), 1)
    shrunk = ((less.name, Drawn("below", (radius,))),) if op == "<" else ()
    draws = (*shrunk, (hole.name, Drawn("within", (less if shrunk else radius,))))
    for binder in candidates(draft, inside):
        found = isolate(binder.name, inside, hole)
        if found and not found.nonzero and draft.is_open(binder.name):
            value = Definition(found.value, draws)
            yield Option(
                f"draws {binder.name} within the ball", {binder.name: value}, goals=(Rel(op, ZERO, radius),)
            )


def nonzero(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`v ≠ 0` and `s ≠ t` of reals or naturals."""
    match goal.prop:
        case Rel("≠", Var(name), right) if _zero(right) and isinstance(sort_of(right), Real | Nat):
            if draft.can_bound(name):
                yield Option(f"keeps {name} from 0", bound=(name, Bound("nonzero")))
        case Rel("≠", left, right) if isinstance(sort_of(left), Real):
            hole = placeholder(Real())
            for side, other in ((right, left), (left, right)):
                for binder in candidates(draft, side):
                    found = isolate(binder.name, side, total(other, hole))
                    if found and draft.is_open(binder.name):
                        value = Definition(found.value, ((hole.name, Drawn("nonzero")),))
                        factors = tuple(Rel("≠", factor, ZERO) for factor in found.nonzero)
                        yield Option(f"solved for {binder.name}", {binder.name: value}, goals=factors)


def _zero(term: Term) -> bool:
    return term in (ZERO, Lit(0, Nat()))
