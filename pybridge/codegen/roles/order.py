"""Inequalities between reals or naturals: a bound on one variable, or a slack added while solving for it."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.roles.model import (
    Bound,
    Definition,
    Draft,
    Drawn,
    Goal,
    Option,
    candidates,
    placeholder,
)
from pybridge.codegen.solve import difference, folded, isolate, total
from pybridge.ir import sort_of
from pybridge.ir.nodes import (
    Abs,
    Add,
    Cast,
    Div,
    Lit,
    MapNorm,
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


def bound(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s ≤ t` or `s < t`: a variable of t bounded from below, or else one of s from above."""
    match goal.prop:
        case Rel("≤" | "<" as op, left, right) if isinstance(sort_of(left), Real | Nat):
            strict = op == "<"
            for side, other in ((right, left), (left, right)):
                for binder in candidates(draft, side):
                    found = isolate(binder.name, side, other)
                    if not found or not found.sign or not draft.can_bound(binder.name):
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
                    yield Option(f"solved for {binder.name}", (binder.name, value), goals=nonzero)


def nonzero(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`v ≠ 0` and `s ≠ t` of reals or naturals."""
    match goal.prop:
        case Rel("≠", Var(name), right) if folded_zero(right) and isinstance(sort_of(right), Real | Nat):
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
                        yield Option(f"solved for {binder.name}", (binder.name, value), goals=factors)


def nonzero_parts(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`s * t ≠ 0`, `s / t ≠ 0`, `‖x‖ ≠ 0`, and a defined real ≠ 0: what its parts must satisfy."""
    match goal.prop:
        case Rel("≠", term, right) if folded_zero(right):
            parts: tuple[Prop, ...] | None = None
            match term:
                case Lit(value) if value != 0:
                    parts = ()
                case Mul(a, b) | Div(a, b):
                    parts = (Rel("≠", a, ZERO), Rel("≠", b, ZERO))
                case VecNorm(x):
                    parts = (Rel("≠", x, Lit(0, sort_of(x))),)
                case Var(name) if name in draft.definitions and not draft.definitions[name].draws:
                    parts = (Rel("≠", draft.definitions[name].value, right),)
                case _:
                    pass
            if parts is not None:
                yield Option("follows from its parts", goals=parts)


def nonneg_parts(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`0 ≤ t`: known of norms, squares and casts, and passed on to summands and factors."""
    match goal.prop:
        case Rel("≤", left, term) if folded_zero(left):
            match term:
                case VecNorm() | MapNorm() | Abs() | Sqrt() | Cast():
                    yield Option("a norm, root or cast is nonnegative")
                case Pow(_, Lit(exponent)) if exponent % 2 == 0:
                    yield Option("a square is nonnegative")
                case Lit(value) if value >= 0:
                    yield Option("a nonnegative number")
                case Var(name) if draft.knows(name, "nonneg"):
                    yield Option(f"{name} is drawn nonnegative")
                case Add(a, b) | Mul(a, b) | Div(a, b):
                    yield Option("follows from its parts", goals=(_nonneg(a), _nonneg(b)))
                case _:
                    pass


def folded_zero(term: Term) -> bool:
    return folded(term) == 0 or term == Lit(0, Nat())


def _nonneg(term: Term) -> Rel:
    return Rel("≤", ZERO, term)
