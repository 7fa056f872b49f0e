"""Isolating a variable in an equation between terms, and the little algebra that goes with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never, cast

from pybridge.codegen.signs import is_nonnegative
from pybridge.ir import free_variables, rebuild, sort_of, walk
from pybridge.ir.nodes import Add, Div, Lit, Mul, Nat, Neg, Pow, Real, Seq, Sub, Term, Var


@dataclass(frozen=True)
class Isolated:
    """`variable = value`, equivalent to the equation it was isolated from where no term of `nonzero`
    vanishes.

    Attributes:
        value: a term without the variable.
        sign: +1 if the value grows with the other side of the equation, -1 if it falls, 0 if that depends.
        nonzero: the factors that were divided by.
    """

    value: Term
    sign: int = 1
    nonzero: tuple[Term, ...] = ()


def isolate(variable: str, side: Term, other: Term) -> Isolated | None:
    """Solve `side = other` for a variable that occurs once in `side` and not in `other`.

    Inverts `+`, `-`, unary minus, multiplication and division by a real. Returns None where that does not
    reach.
    """
    if occurrences(variable, side) != 1 or variable in free_variables(other):
        return None
    if isinstance(side, Var):
        return Isolated(other)
    if isinstance(sort_of(side), Nat | Seq):
        return None
    match side:
        case Add(left, right) if variable in free_variables(left):
            return isolate(variable, left, difference(other, right))
        case Add(left, right):
            return isolate(variable, right, difference(other, left))
        case Sub(left, right) if variable in free_variables(left):
            return isolate(variable, left, Add(other, right))
        case Sub(left, right):
            return _falling(isolate(variable, right, difference(left, other)))
        case Neg(operand):
            return _falling(isolate(variable, operand, Neg(other)))
        case Mul(left, right) if variable in free_variables(left):
            return _divided(isolate(variable, left, Div(other, right)), right)
        case Mul(left, right):
            return _divided(isolate(variable, right, Div(other, left)), left)
        case Div(left, right) if variable in free_variables(left):
            return _divided(isolate(variable, left, Mul(other, right)), right)
        case _:
            return None


def _falling(found: Isolated | None) -> Isolated | None:
    return replace(found, sign=-found.sign) if found else None


def _divided(found: Isolated | None, factor: Term) -> Isolated | None:
    """The same after a division or multiplication by `factor`, whose sign is known of a number, and of a term
    that is not negative: positive where it is not zero."""
    if found is None:
        return None
    number = folded(factor)
    if number is None:
        sign = found.sign if is_nonnegative(factor, frozenset()) else 0
        return replace(found, sign=sign, nonzero=(*found.nonzero, factor))
    if number == 0:
        return None
    return found if number > 0 else _falling(found)


def occurrences(variable: str, term: Term) -> int:
    return sum(1 for node in walk(term) if isinstance(node, Var) and node.name == variable)


def difference(left: Term, right: Term) -> Term:
    """`left - right`, without a subtraction of zero."""
    return left if is_zero(right) else Sub(left, right)


def total(left: Term, right: Term) -> Term:
    """`left + right`, without an addition of zero."""
    if is_zero(left):
        return right
    return left if is_zero(right) else Add(left, right)


def is_zero(term: Term) -> bool:
    return isinstance(term, Lit) and term.value == 0


def folded(term: Term) -> Fraction | None:
    """The value of a real term of literals, `+`, `-`, `*`, `/` and literal powers; None for any other."""
    match term:
        case Lit(value, Real()):
            return Fraction(value)
        case Add(left, right) | Sub(left, right) | Mul(left, right) | Div(left, right):
            a, b = folded(left), folded(right)
            return None if a is None or b is None else _operated(term, a, b)
        case Neg(operand):
            a = folded(operand)
            return None if a is None else -a
        case Pow(base, Lit(exponent)):
            a = folded(base)
            return None if a is None else a**exponent
        case _:
            return None


def _operated(term: Add | Sub | Mul | Div, a: Fraction, b: Fraction) -> Fraction:
    match term:
        case Add():
            return a + b
        case Sub():
            return a - b
        case Mul():
            return a * b
        case Div():
            return a / b if b else Fraction(0)
    assert_never(term)


def number(value: Fraction | int) -> Term:
    """A nonnegative rational as a real term."""
    value = Fraction(value)
    top = Lit(value.numerator, Real())
    return top if value.denominator == 1 else Div(top, Lit(value.denominator, Real()))


def rewritten(term: Term, old: Term, new: Term) -> Term:
    """`term` with every copy of `old` replaced."""
    return cast(Term, rebuild(term, lambda node: new if node == old else node))
