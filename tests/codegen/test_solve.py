"""Isolating a variable, against arithmetic: the isolated value satisfies the equation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pybridge.codegen.solve import folded, isolate
from pybridge.ir import print_term
from pybridge.ir.nodes import Add, Apply, Div, Lit, Map, Mul, Nat, Neg, Pow, Real, Sub, Term, Var, Vec

R = Real()
v, a, b = (Var(name, R) for name in "vab")


def num(value: int) -> Lit:
    return Lit(value, R)


SIDES = [
    v,
    Add(v, a),
    Add(a, v),
    Sub(v, a),
    Sub(a, v),
    Neg(v),
    Mul(v, a),
    Mul(a, v),
    Div(v, a),
    Mul(num(2), v),
]


def value(term: Term, at: dict[str, Fraction]) -> Fraction:
    match term:
        case Var(name):
            return at[name]
        case Lit(number):
            return Fraction(number)
        case Add(x, y):
            return value(x, at) + value(y, at)
        case Sub(x, y):
            return value(x, at) - value(y, at)
        case Mul(x, y):
            return value(x, at) * value(y, at)
        case Div(x, y):
            return value(x, at) / value(y, at)
        case Neg(x):
            return -value(x, at)
        case _:
            raise NotImplementedError


@pytest.mark.parametrize("inner", SIDES, ids=print_term)
@pytest.mark.parametrize("outer", SIDES, ids=print_term)
def test_the_isolated_value_solves_the_equation(outer: Term, inner: Term) -> None:
    def nested(term: Term) -> Term:
        match term:
            case Var("v"):
                return inner
            case Var() | Lit():
                return term
            case Neg(x):
                return Neg(nested(x))
            case Add(x, y) | Sub(x, y) | Mul(x, y) | Div(x, y):
                return type(term)(nested(x), nested(y))
            case _:
                raise NotImplementedError

    side = nested(outer)
    found = isolate("v", side, b)
    assert found is not None
    at = {"a": Fraction(-3), "b": Fraction(5)}
    at["v"] = value(found.value, at)
    assert value(side, at) == at["b"]
    if found.sign:
        higher = value(found.value, at | {"b": Fraction(6)})
        assert (higher > at["v"]) == (found.sign > 0)
    assert all(factor == a for factor in found.nonzero)
    assert bool(found.nonzero) == (found.sign == 0)


@pytest.mark.parametrize(
    "side",
    [
        Add(v, v),
        Pow(v, Lit(2, Nat())),
        Div(a, v),
        Mul(num(0), v),
        Add(Var("v", Nat()), Var("a", Nat())),
        Apply(Var("f", Map("E", "E")), Var("v", Vec("E"))),
    ],
    ids=print_term,
)
def test_what_cannot_be_inverted_is_left_alone(side: Term) -> None:
    assert isolate("v", side, b) is None


def test_a_variable_on_both_sides_is_left_alone() -> None:
    assert isolate("v", Add(v, a), Mul(v, b)) is None


def test_closed_terms_fold() -> None:
    assert folded(Pow(Add(num(1), num(0)), Lit(2, Nat()))) == 1
    assert folded(Sub(num(1), Mul(num(2), num(3)))) == -5
    assert folded(Neg(num(4))) == -4
    assert folded(Add(num(1), a)) is None
