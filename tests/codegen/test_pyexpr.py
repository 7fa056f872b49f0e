"""Layout of expressions: as few parentheses as Python needs, and no line longer than it must be."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from pybridge.codegen.pyexpr import (
    WIDTH,
    Atom,
    Call,
    Expr,
    Keyword,
    Lambda,
    Minus,
    call,
    flat,
    laid_out,
    minus,
    plus,
    power,
    times,
)

a, b, c = Atom("a"), Atom("b"), Atom("c")

expressions = st.recursive(
    st.sampled_from([a, b, Atom("2")]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([plus, minus, times, power]), inner, inner).map(lambda t: t[0](t[1], t[2])),
        inner.map(Minus),
        st.lists(inner, min_size=1, max_size=3).map(lambda args: call("f", *args)),
        inner.map(lambda body: call("f", Lambda("i", body))),
    ),
    max_leaves=40,
)


def meaning(expr: Expr) -> str:
    """Every operation in parentheses."""
    match expr:
        case Atom(text):
            return text
        case Call(function, arguments):
            return f"{function}({', '.join(meaning(x) for x in arguments)})"
        case Keyword(name, value):
            return f"{name}={meaning(value)}"
        case Minus(operand):
            return f"(-{meaning(operand)})"
        case Lambda(variable, body):
            return f"lambda {variable}: {meaning(body)}"
        case _:
            return f"({meaning(expr.left)} {expr.symbol} {meaning(expr.right)})"


def same(text: str, expr: Expr) -> bool:
    return ast.dump(ast.parse(text, mode="eval")) == ast.dump(ast.parse(meaning(expr), mode="eval"))


def test_no_parenthesis_too_many() -> None:
    assert flat(plus(times(a, b), c)) == "a * b + c"
    assert flat(times(a, plus(b, c))) == "a * (b + c)"
    assert flat(minus(a, minus(b, c))) == "a - (b - c)"
    assert flat(power(Minus(a), Atom("2"))) == "(-a) ** 2"
    assert flat(Minus(power(a, Atom("2")))) == "-a ** 2"


@given(expressions)
def test_both_layouts_mean_the_same(expr: Expr) -> None:
    assert same(flat(expr), expr)
    for indent in (40, 80, 96):
        assert same(laid_out(expr, indent=indent).strip(), expr)


@given(st.integers(1, 40), st.integers(0, 60))
def test_calls_break_where_they_must(arguments: int, indent: int) -> None:
    text = laid_out(call("f", *[a] * arguments), indent=indent)
    assert ("\n" in text) == (indent + len(flat(call("f", *[a] * arguments))) > WIDTH)
    assert all(len(line) <= WIDTH for line in text.split("\n"))
