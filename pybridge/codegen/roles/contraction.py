"""The condition `(1 + L)² < 1 + 2 g cosθ + g²` of Theorem 10, met by construction.

Two steps. A square below a term: L is drawn below the root, which asks that the term exceed the square at L
= 0. And that a growth factor exceeds 1: with g and cosθ those of an update u of a state h, the factor is ‖h
+ u‖² / ‖h‖², so the new state is drawn longer than h and u is the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import Definition, Draft, Drawn, Goal, Option, candidates, placeholder
from pybridge.codegen.solve import difference, folded, isolate, number, rewritten, total
from pybridge.ir import free_variables, walk
from pybridge.ir.nodes import (
    Abs,
    Add,
    Div,
    Inner,
    Lit,
    Mul,
    Nat,
    Pow,
    Real,
    Rel,
    Sqrt,
    Sub,
    Term,
    Var,
    Vec,
    VecNorm,
)

ZERO, TWO, SQUARE = Lit(0, Real()), Lit(2, Real()), Lit(2, Nat())


def square_below(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`(a + v)² < t`, `a ≥ 0` a number: v in [0, √t - a), given `a² < t`; also behind a positive factor."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right):
            for square in [node for node in walk(left) if isinstance(node, Pow) and node.exponent == SQUARE]:
                whole = Var("‹square›", Real())
                alone = isolate(whole.name, rewritten(left, square, whole), right)
                if alone and alone.sign > 0:
                    yield from _below_root(draft, square.base, op, alone.value)


def _below_root(draft: Draft, base: Term, op: str, right: Term) -> Iterator[Option]:
    for binder in candidates(draft, base):
        found = isolate(binder.name, base, Sqrt(right))
        at_zero = folded(rewritten(base, Var(binder.name, binder.sort), ZERO))
        if not found or found.sign < 1 or at_zero is None or at_zero < 0 or not draft.is_open(binder.name):
            continue
        hole = placeholder(Real())
        verb = "below" if op == "<" else "at_most"
        value = Definition(hole, ((hole.name, Drawn(verb, (found.value,))),), ("nonneg",))
        room = Rel(op, number(at_zero**2), right)
        yield Option(f"draws {binder.name} below the root", {binder.name: value}, goals=(room,))


def square_or_product(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`(a + v)² < s + f * c`, c and v free: c lifts the right side over the square; where the factor f is 0
    it cannot, and the square is drawn below s instead."""
    match goal.prop:
        case Rel("<", Pow(base, exponent) as square, right) if exponent == SQUARE:
            for binder in candidates(draft, right):
                at_zero, factor = _linear(binder.name, right)
                if factor is None or not draft.is_open(binder.name):
                    continue
                for free in candidates(draft, base):
                    within, lifted = placeholder(Real(), 0), placeholder(Real(), 1)
                    found = isolate(free.name, base, within)
                    others = free_variables(right) | {binder.name}
                    if not found or found.nonzero or free.name in others or not draft.is_open(free.name):
                        continue
                    low = Drawn("square_within", (at_zero,), keywords=(("free", factor),))
                    high = Drawn("lifting", (difference(square, at_zero), factor))
                    yield Option(
                        f"draws {free.name} below the root, or {binder.name} over the square",
                        {
                            free.name: Definition(found.value, ((within.name, low),)),
                            binder.name: Definition(lifted, ((lifted.name, high),)),
                        },
                        goals=(Rel("<", ZERO, at_zero),),
                    )


def _linear(name: str, term: Term) -> tuple[Term, Term | None]:
    """(term without the variable, factor of the variable) of a sum with one product that ends in it."""
    match term:
        case Mul(factor, Var(variable)) if variable == name and name not in free_variables(factor):
            return ZERO, factor
        case Add(left, right) if name in free_variables(left) and name not in free_variables(right):
            rest, factor = _linear(name, left)
            return total(rest, right), factor
        case Add(left, right) if name in free_variables(right) and name not in free_variables(left):
            rest, factor = _linear(name, right)
            return total(left, rest), factor
        case _:
            return term, None


def growth(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`1 < 1 + 2 * g * c + g ^ 2`."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, Add(Add(Lit(1), Mul(Mul(Lit(2), Var(g)), Var(c))), square)):
            if square == Pow(Var(g, Real()), SQUARE) and folded(left) == 1:
                verb = "positive" if op == "<" else "slack"
                yield from _longer_state(draft, g, c, verb)
                yield from _large_gain(draft, g, c, verb)


def _longer_state(draft: Draft, g: str, c: str, verb: str) -> Iterator[Option]:
    """g and c are the gain and alignment of an update: draw the updated state longer than the state."""
    gain, alignment = draft.definitions.get(g), draft.definitions.get(c)
    match gain and gain.value, alignment and alignment.value:
        case Div(VecNorm(Var(u, Vec(space))), VecNorm(Var(h))), Div(Inner() as inner, Mul() as norms):
            state, update = Var(h, Vec(space)), Var(u, Vec(space))
            if (
                inner != Inner(state, update)
                or norms != Mul(VecNorm(state), VecNorm(update))
                or not draft.is_open(u)
            ):
                return
            extra, longer = placeholder(Real(), 0), placeholder(Vec(space), 1)
            length = Add(VecNorm(state), extra)
            draws = ((extra.name, Drawn(verb)), (longer.name, Drawn("vector_of_norm", (space, length))))
            yield Option(
                f"draws {h} + {u} longer than {h}",
                {u: Definition(Sub(longer, state), draws)},
                goals=(Rel("≠", state, Lit(0, Vec(space))),),
            )


def _large_gain(draft: Draft, g: str, c: str, verb: str) -> Iterator[Option]:
    """g free: beyond 2 |c| the factor exceeds 1 whatever the sign of c."""
    if draft.is_open(g):
        hole = placeholder(Real())
        value = Add(Mul(TWO, Abs(Var(c, Real()))), hole)
        yield Option(
            f"draws {g} beyond 2 |{c}|", {g: Definition(value, ((hole.name, Drawn(verb)),), ("nonneg",))}
        )
