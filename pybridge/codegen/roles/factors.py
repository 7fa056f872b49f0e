"""One factor of a product that stays on one side of a bound, also where the other factor is zero.

There the product is zero whatever the factor is, so the factor is free: a corner that a division would miss.
"""

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
from pybridge.codegen.signs import is_nonnegative
from pybridge.ir import free_variables, sort_of
from pybridge.ir.nodes import Apply, Lit, Mul, Real, Rel, Sub, Term, Var, VecNorm

ZERO = Lit(0, Real())


def coefficient(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`0 ≤ v * ‖x‖`, x not known to be nonzero: v is nonnegative, or anything where x is 0."""
    match goal.prop:
        case Rel("≤", left, Mul(Var(name, Real()), VecNorm(x) as norm)) if left == ZERO:
            if draft.is_open(name) and not _excluded(x, draft):
                hole = placeholder(Real())
                value = Definition(hole, ((hole.name, Drawn("coefficient", (norm,))),))
                yield Option(f"draws {name} to fit the norm", {name: value})


def _excluded(x: Term, draft: Draft) -> bool:
    """Whether a hypothesis says that x is not zero."""
    said = Rel("≠", x, Lit(0, sort_of(x)))
    return any(hypothesis.prop == said for hypothesis in draft.statement.hypotheses)


def lipschitz(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`‖f a - f b‖ ≤ v * ‖a - b‖`: the quotient and a slack; v is free where a = b, as then f a = f b."""
    match goal.prop:
        case Rel(
            "≤",
            VecNorm(Sub(Apply(Var(f), a), Apply(Var(g), b))) as covered,
            Mul(Var(name, Real()), VecNorm(Sub(x, y)) as norm),
        ) if f == g and (x, y) == (a, b) and draft.is_open(name):
            hole = placeholder(Real())
            value = Definition(hole, ((hole.name, Drawn("factor", (covered, norm))),))
            yield Option(f"draws {name} to cover the quotient", {name: value})


def share(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`t * v ≤ b` or `t * v < b`, t not negative: v is a share of b / t, and free where t is 0."""
    match goal.prop:
        case Rel("≤" | "<" as op, Mul(left, right), limit):
            for factor, other in ((left, right), (right, left)):
                if not is_nonnegative(other, frozenset()) or not isinstance(factor, Var):
                    continue
                used = free_variables(other) | free_variables(limit)
                for binder in candidates(draft, factor):
                    if binder.sort == Real() and draft.can_bound(binder.name) and binder.name not in used:
                        restriction = Bound("share", limit, op == "<", per=other)
                        yield Option(
                            f"bounds {binder.name} from above",
                            bound=(binder.name, restriction),
                            goals=(Rel(op, ZERO, limit),),
                        )
