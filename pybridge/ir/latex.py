r"""Terms, propositions and sorts as LaTeX for GitHub, without dollar signs.

No backslash stands before punctuation (`\,`), which Markdown would take away, except in `latex_statement`.
A fraction within a fraction is written with a slash. `linMap W` is `T_{W}`, the map `x ↦ W x`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from pybridge.ir import nodes as n
from pybridge.ir.latex_names import latex_name
from pybridge.ir.typing import sort_of

ADD, BODY, MUL, NEG, POW, ATOM = 65, 67, 70, 72, 75, 100
IFF, AND, RELATION = 20, 35, 50
_RELATIONS = {"≤": r"\le", "<": "<", "=": "=", "≠": r"\ne"}


def latex_sort(sort: n.Sort) -> str:
    r"""The set that a sort stands for: `\mathbb{R}^{m \times n}`, `\mathcal{L}(E, F)`."""
    match sort:
        case n.Real():
            return r"\mathbb{R}"
        case n.Nat():
            return r"\mathbb{N}"
        case n.Vec(space):
            return latex_space(space)
        case n.Map(domain, codomain):
            return rf"\mathcal{{L}}({latex_space(domain)}, {latex_space(codomain)})"
        case n.Function(domain, codomain):
            return rf"{latex_space(domain)} \to {latex_space(codomain)}"
        case n.Matrix(rows, columns):
            return rf"\mathbb{{R}}^{{{latex_name(rows)} \times {latex_name(columns)}}}"
        case n.Member(index):
            return latex_name(index)
        case n.Seq(element):
            return rf"\mathbb{{N}} \to {latex_sort(element)}"
        case _:
            assert_never(sort)


def latex_space(space: str) -> str:
    index = n.index_of(space)
    return latex_name(space) if index is None else rf"\mathbb{{R}}^{{{latex_name(index)}}}"


def latex_declaration(names: Sequence[str], sort: n.Sort) -> str:
    r"""`x, x_{c} \in E`; of functions and sequences `f \colon E \to F`."""
    sign = r"\colon" if isinstance(sort, n.Function | n.Seq) else r"\in"
    return f"{', '.join(map(latex_name, names))} {sign} {latex_sort(sort)}"


# ---- terms ---------------------------------------------------------------------------------------
def latex_term(term: n.Term) -> str:
    return _term(term)


def _term(term: n.Term, power: int = 0, *, closed: bool = True, within: bool = False) -> str:
    """Text that binds at least as tightly as `power`.

    Args:
        closed: nothing follows that could be drawn into the body of a trailing sum.
        within: a fraction encloses the term.
    """
    wrap = _power_of(term, within) < power or (isinstance(term, n.Sum | n.Product) and not closed)
    text = _bare(term, closed or wrap, within)
    return _parenthesised(text) if wrap else text


def _parenthesised(text: str) -> str:
    tall = any(command in text for command in (r"\frac", r"\sum", r"\prod"))
    return rf"\left( {text} \right)" if tall else f"({text})"


def _power_of(term: n.Term, within: bool) -> int:
    match term:
        case n.Add() | n.Sub():
            return ADD
        case n.Mul() | n.MatMul():
            return MUL
        case n.Div():
            # as a base a fraction needs parentheses, as a factor it needs none
            return MUL if within else POW
        case n.Neg():
            return NEG
        case n.Pow() | n.Sum() | n.Product() | n.Transpose():
            return POW
        case n.Cast(operand):
            return _power_of(operand, within)
        case n.Var(name, _) | n.Index(n.Var(name, _), _) if name.startswith(("cos", "sin")):
            return POW
        case _:
            return ATOM


def _bare(term: n.Term, closed: bool, within: bool) -> str:
    def sub(part: n.Term, power: int = 0, closed: bool = True) -> str:
        return _term(part, power, closed=closed, within=within)

    match term:
        case n.Var(name, _):
            return latex_name(name)
        case n.Lit(value, _):
            return str(value)
        case n.Add(left, right):
            return f"{sub(left, ADD)} + {sub(right, _after(right, ADD), closed)}"
        case n.Sub(left, right):
            # on ℕ the difference stops at 0
            sign = r"\mathbin{\dot{-}}" if sort_of(left) == n.Nat() else "-"
            return f"{sub(left, ADD)} {sign} {sub(right, _after(right, ADD), closed)}"
        case n.Mul(left, right):
            # after a slash nothing may follow: `a / b c` reads as `a / (b c)`
            power = MUL + 1 if within and isinstance(left, n.Div) else MUL
            return _product(sub(left, power, closed=False), sub(right, _after(right, MUL), closed))
        case n.MatMul(left, right):
            return _product(sub(left, MUL), sub(right, _after(right, MUL)))
        case n.Div(left, right):
            if within:
                return f"{sub(left, MUL, closed=False)} / {sub(right, _after(right, MUL), closed)}"
            return rf"\frac{{{_term(left, within=True)}}}{{{_term(right, within=True)}}}"
        case n.Neg(operand):
            return f"-{sub(operand, NEG + 1, closed)}"
        case n.Pow(base, exponent):
            return f"{_base(base, within)}^{{{_term(exponent)}}}"
        case n.Cast(operand):
            return sub(operand, 0, closed)
        case n.Apply(function, argument):
            return f"{sub(function, POW)}({_term(argument)})"
        case n.Index(sequence, index):
            return f"{_base(sequence, within, n.Var)}_{{{_term(index, within=True)}}}"
        case n.Entry(matrix, row, column):
            return f"{_base(matrix, within, n.Var)}_{{{_term(row)} {_term(column)}}}"
        case n.Component(vector, index):
            return f"{_base(vector, within, n.Var)}_{{{_term(index)}}}"
        case n.Transpose(operand):
            return rf"{_base(operand, within)}^{{\top}}"
        case n.LinMap(operand):
            return f"T_{{{_term(operand, within=True)}}}"
        case n.VecNorm(operand) | n.MapNorm(operand) | n.MatrixNorm(operand):
            return rf"\lVert {_term(operand, within=within)} \rVert"
        case n.Abs(operand):
            return rf"\lvert {_term(operand, within=within)} \rvert"
        case n.Sqrt(operand):
            return rf"\sqrt{{{_term(operand, within=within)}}}"
        case n.Inner(left, right):
            return rf"\langle {_term(left, within=within)}, {_term(right, within=within)} \rangle"
        case n.Sum(variable, over, body):
            return rf"\sum{_limits(variable, over)} {sub(body, BODY)}"
        case n.Product(variable, over, body):
            return rf"\prod{_limits(variable, over)} {sub(body, BODY)}"
        case _:
            assert_never(term)


def _after(right: n.Term, power: int) -> int:
    """The power a right operand needs: as in Lean, but no sign follows a sign."""
    return NEG + 1 if isinstance(right, n.Neg) else power + 1


def _product(left: str, right: str) -> str:
    return rf"{left} \cdot {right}" if right[0].isdigit() or right.startswith(r"\frac") else f"{left} {right}"


def _base(base: n.Term, within: bool, *bare: type) -> str:
    """What carries an index or exponent. With `bare`, only terms of those kinds go without parentheses."""
    text = _term(base, within=within)
    if isinstance(base, n.Var):
        if "'" in base.name or (bare and "_" in text):
            return f"{{{text}}}"
        return text if bare else _term(base, POW + 1, within=within)
    if bare:
        return _parenthesised(text)
    return _term(base, POW + 1, closed=False, within=within)


def _limits(variable: str, over: n.IndexSet) -> str:
    index = latex_name(variable)
    match over:
        case n.Range(stop):
            return f"_{{{index} = 0}}^{{{_before(stop)}}}"
        case n.Ico(start, stop):
            return f"_{{{index} = {_term(start)}}}^{{{_before(stop)}}}"
        case n.All():
            return f"_{{{index}}}"
        case _:
            assert_never(over)


def _before(stop: n.Term) -> str:
    """The last index below `stop`."""
    match stop:
        case n.Lit(value, _):
            return str(value - 1)
        case n.Add(rest, n.Lit(1, _)):
            return _term(rest)
        case _:
            return f"{_term(stop, ADD)} - 1"


# ---- propositions --------------------------------------------------------------------------------
def latex_prop(prop: n.Prop) -> str:
    r"""A quantifier over the whole stands behind it: `… \quad \text{for } 0 \le t < n`."""
    bindings: list[str] = []
    inner = prop
    while isinstance(inner, n.Forall):
        bindings.append(_runs(inner.variable, inner.over))
        inner = inner.body
    text = _prop(inner, AND if bindings else 0)
    return rf"{text} \quad \text{{for }} {', '.join(bindings)}" if bindings else text


def _prop(prop: n.Prop, power: int = 0) -> str:
    match prop:
        case n.Rel(op, left, right):
            text, own = f"{_term(left)} {_RELATIONS[op]} {_term(right)}", RELATION
        case n.And(left, right):
            text, own = rf"{_prop(left, AND + 1)} \quad \text{{and}} \quad {_prop(right, AND)}", AND
        case n.Iff(left, right):
            text, own = rf"{_prop(left, IFF + 1)} \iff {_prop(right, IFF + 1)}", IFF
        case n.Forall(variable, over, body):
            text, own = rf"\forall {_runs(variable, over)} \colon {_prop(body)}", 0
        case _:
            assert_never(prop)
    return _parenthesised(text) if own < power else text


def _runs(variable: str, over: n.IndexSet) -> str:
    index = latex_name(variable)
    match over:
        case n.Range(stop):
            return rf"0 \le {index} < {_term(stop)}"
        case n.Ico(start, stop):
            return rf"{_term(start)} \le {index} < {_term(stop)}"
        case n.All(name):
            return rf"{index} \in {latex_name(name)}"
        case _:
            assert_never(over)


def latex_statement(statement: n.Statement) -> str:
    r"""Hypotheses, a line each, and what follows from them; for a ` ```math ` block, as it has `\\`."""
    conclusion = latex_prop(statement.conclusion)
    if not statement.hypotheses:
        return conclusion
    lines = [f"& {latex_prop(hypothesis.prop)}" for hypothesis in statement.hypotheses]
    lines.append(rf"\Longrightarrow \quad & {conclusion}")
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
