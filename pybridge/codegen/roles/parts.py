"""Signs from parts: what summands and factors must satisfy so that a term is nonzero or has a sign."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import Draft, Goal, Option
from pybridge.codegen.solve import folded
from pybridge.ir import sort_of
from pybridge.ir.nodes import (
    Abs,
    Add,
    Cast,
    Div,
    Lit,
    MapNorm,
    MatrixNorm,
    Mul,
    Nat,
    Pow,
    Prop,
    Real,
    Rel,
    Sqrt,
    Term,
    Var,
    VecNorm,
)

ZERO = Lit(0, Real())


def nonzero_parts(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s * t ≠ 0`, `s / t ≠ 0`, `‖x‖ ≠ 0`, and a defined real ≠ 0."""
    match goal.prop:
        case Rel("≠", term, right) if right == ZERO:
            match term:
                case Mul(a, b) | Div(a, b):
                    yield _follows(Rel("≠", a, ZERO), Rel("≠", b, ZERO))
                case Var(name) if value := _computed(draft, name):
                    yield _follows(Rel("≠", value, ZERO))
                case VecNorm(x):
                    yield _follows(Rel("≠", x, Lit(0, sort_of(x))))
                case Cast(n):
                    yield _follows(Rel("≠", n, Lit(0, Nat())))
                case _ if folded(term):
                    yield _follows()


def nonneg_parts(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`0 ≤ t`: known of norms, even powers and casts, and passed on to summands and factors."""
    match goal.prop:
        case Rel("≤", left, term) if left == ZERO:
            match term:
                case VecNorm() | MapNorm() | MatrixNorm() | Abs() | Sqrt() | Cast():
                    yield _follows()
                case Pow(_, Lit(exponent)) if exponent % 2 == 0:
                    yield _follows()
                case Var(name) if draft.knows(name, "nonneg"):
                    yield _follows()
                case Var(name) if value := _computed(draft, name):
                    yield _follows(_sign("≤", value))
                case Add(a, b) | Mul(a, b) | Div(a, b):
                    yield _follows(_sign("≤", a), _sign("≤", b))
                case _ if (folded(term) or -1) >= 0:
                    yield _follows()


def positive_parts(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`0 < t`: norms and even powers of nonzero things, products of positives, sums with a positive part."""
    match goal.prop:
        case Rel("<", left, term) if left == ZERO:
            match term:
                case VecNorm(x):
                    yield _follows(Rel("≠", x, Lit(0, sort_of(x))))
                case Pow(base, Lit(exponent)) if exponent % 2 == 0:
                    yield _follows(Rel("≠", base, ZERO))
                case Var(name) if value := _computed(draft, name):
                    yield _follows(_sign("<", value))
                case Mul(a, b) | Div(a, b):
                    yield _follows(_sign("<", a), _sign("<", b))
                case Add(a, b):
                    yield _follows(_sign("<", a), _sign("≤", b))
                    yield _follows(_sign("≤", a), _sign("<", b))
                case _ if (folded(term) or 0) > 0:
                    yield _follows()


def cancelled(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`n ≤ m + s + t`, numbers n ≤ m: s + t is nonnegative, or positive where equality is excluded."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right) if folded(left) is not None:
            numbers, rest = _summands(right)
            room = sum(numbers) - (folded(left) or 0)
            if numbers and rest is not None and room >= 0:
                yield _follows(_sign("≤" if room > 0 else op, rest))


def _summands(term: Term) -> tuple[list, Term | None]:
    """Numbers among the summands, and the sum of the others."""
    value = folded(term)
    if value is not None:
        return [value], None
    if not isinstance(term, Add):
        return [], term
    (numbers, left), (more, right) = _summands(term.left), _summands(term.right)
    rest = Add(left, right) if left is not None and right is not None else left if right is None else right
    return numbers + more, rest


def _computed(draft: Draft, name: str) -> Term | None:
    """The term of a binder that is computed and not drawn."""
    definition = draft.definitions.get(name)
    return definition.value if definition and not definition.draws else None


def _follows(*goals: Prop) -> Option:
    return Option("follows from its parts", goals=goals)


def _sign(op: str, term: Term) -> Rel:
    return Rel(op, ZERO, term)
