"""Terms that are nonnegative for every value of their variables, as far as their shape shows it."""

from __future__ import annotations

from collections.abc import Set

from pybridge.ir.nodes import (
    Abs,
    Add,
    Cast,
    Div,
    Forall,
    Lit,
    MapNorm,
    MatrixNorm,
    Mul,
    Nat,
    Pow,
    Product,
    Real,
    Rel,
    Sqrt,
    Statement,
    Sum,
    Term,
    Var,
    VecNorm,
)


def is_nonnegative(term: Term, variables: Set[str]) -> bool:
    """Whether a real or natural term is ≥ 0 when the named variables are."""
    match term:
        case VecNorm() | MapNorm() | MatrixNorm() | Abs() | Sqrt() | Cast():
            return True
        case Var(name, sort):
            return isinstance(sort, Nat) or name in variables
        case Lit(value):
            return value >= 0
        case Pow(base, exponent):
            even = isinstance(exponent, Lit) and exponent.value % 2 == 0
            return even or is_nonnegative(base, variables)
        case Sum(_, _, body) | Product(_, _, body):
            return is_nonnegative(body, variables)
        case Add(left, right) | Mul(left, right) | Div(left, right):
            return is_nonnegative(left, variables) and is_nonnegative(right, variables)
        case _:
            return False


def nonnegative_variables(statement: Statement) -> frozenset[str]:
    """Variables that the hypotheses bound below by something nonnegative, or define as such."""
    known: frozenset[str] = frozenset()
    while True:
        found = known | {
            name for h in statement.hypotheses if (name := _bounded_below(h.prop, known)) is not None
        }
        if found == known:
            return known
        known = found


def _bounded_below(prop: object, known: frozenset[str]) -> str | None:
    match prop:
        case Rel("≤" | "<", low, Var(name, Real())) if is_nonnegative(low, known):
            return name
        case Rel("=", Var(name, Real()), value) if is_nonnegative(value, known):
            return name
        case Forall():
            return None
        case _:
            return None
