"""Python expressions as a small tree, and their layout in lines of at most `WIDTH` columns.

Only calls break: an argument a line. That keeps generated bodies readable without a formatter among the
dependencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

WIDTH = 100
ATOM = 100


@dataclass(frozen=True)
class Atom:
    """A name or a literal."""

    text: str


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Keyword:
    """`name=value` among the arguments of a call."""

    name: str
    value: Expr


@dataclass(frozen=True)
class Operator:
    """`left symbol right`; `strength` is how tightly Python binds it. `**` associates to the right."""

    symbol: str
    left: Expr
    right: Expr
    strength: int


@dataclass(frozen=True)
class Minus:
    operand: Expr


@dataclass(frozen=True)
class Lambda:
    """`lambda variable: body`; without a variable, `lambda: body`."""

    variable: str
    body: Expr


Expr = Atom | Call | Keyword | Operator | Minus | Lambda


def call(function: str, *arguments: Expr) -> Call:
    return Call(function, arguments)


def plus(left: Expr, right: Expr) -> Operator:
    return Operator("+", left, right, 10)


def minus(left: Expr, right: Expr) -> Operator:
    return Operator("-", left, right, 10)


def times(left: Expr, right: Expr) -> Operator:
    return Operator("*", left, right, 20)


def power(base: Expr, exponent: Expr) -> Operator:
    return Operator("**", base, exponent, 40)


def strength(expr: Expr) -> int:
    match expr:
        case Atom() | Call():
            return ATOM
        case Operator():
            return expr.strength
        case Minus():
            return 30
        case Lambda() | Keyword():
            return 0
    assert_never(expr)


def flat(expr: Expr) -> str:
    """The expression in one line, with no parenthesis that Python does not need."""
    match expr:
        case Atom():
            return expr.text
        case Call():
            return f"{expr.function}({', '.join(flat(argument) for argument in expr.arguments)})"
        case Keyword():
            return f"{expr.name}={flat(expr.value)}"
        case Operator():
            own = expr.strength
            left, right = (own + 1, own) if expr.symbol == "**" else (own, own + 1)
            return f"{_held(expr.left, left)} {expr.symbol} {_held(expr.right, right)}"
        case Minus():
            return f"-{_held(expr.operand, 30)}"
        case Lambda():
            return f"{_lambda_head(expr)} {flat(expr.body)}"
    assert_never(expr)


def _held(expr: Expr, least: int) -> str:
    return flat(expr) if strength(expr) >= least else f"({flat(expr)})"


def _lambda_head(expr: Lambda) -> str:
    return f"lambda {expr.variable}:" if expr.variable else "lambda:"


def laid_out(expr: Expr, *, indent: int = 0, before: int = 0, after: int = 0, bracketed: bool = False) -> str:
    """The expression broken where it does not fit.

    Args:
        expr: what to write.
        indent: columns before the statement or argument the expression belongs to.
        before: columns already used on its first line, counted from `indent`.
        after: columns that must stay free on its last line.
        bracketed: whether a bracket is open around it, so that a line may end anywhere.
    """
    one_line = flat(expr)
    if indent + before + len(one_line) + after <= WIDTH:
        return one_line
    match expr:
        case Call() if expr.arguments:
            inner = indent + 4
            lines = [
                " " * inner + laid_out(argument, indent=inner, after=1, bracketed=True) + ","
                for argument in expr.arguments
            ]
            return "\n".join([f"{expr.function}(", *lines, " " * indent + ")"])
        case Keyword():
            start = f"{expr.name}="
            return start + laid_out(
                expr.value, indent=indent, before=before + len(start), after=after, bracketed=bracketed
            )
        case Lambda():
            start = _lambda_head(expr) + " "
            return start + laid_out(expr.body, indent=indent, before=before + len(start), after=after)
        case Operator() if bracketed and expr.symbol != "**":
            left = _held_out(expr.left, expr.strength, indent, before, 0)
            right = _held_out(expr.right, expr.strength + 1, indent, len(expr.symbol) + 1, after)
            return f"{left}\n{' ' * indent}{expr.symbol} {right}"
        case Operator():
            inner = laid_out(expr, indent=indent + 4, bracketed=True)
            return f"(\n{' ' * (indent + 4)}{inner}\n{' ' * indent})"
        case _:
            return one_line


def _held_out(expr: Expr, least: int, indent: int, before: int, after: int) -> str:
    if strength(expr) >= least:
        return laid_out(expr, indent=indent, before=before, after=after, bracketed=True)
    return f"({laid_out(expr, indent=indent, before=before + 1, after=after + 1, bracketed=True)})"
