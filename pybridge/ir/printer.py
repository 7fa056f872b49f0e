"""IR back to Lean text, with no more parentheses than Lean needs; reading the text again gives the same IR.

Binding powers are Lean's: `+ -` 65, `* /` 70, unary minus and `^` 75, arguments above all. `∑ i ∈ s, t`
takes a body of power 67 and reaches as far right as it can, so it stands in parentheses where `*`, `/`
or `^` follows. Over an index type it is `∑ i, t` when the use of `i` in `t` says which type, else
`∑ i : n, t`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import assert_never

from pybridge.ir import nodes as n
from pybridge.ir.classes import class_binder
from pybridge.ir.traverse import walk

IFF, AND, RELATION = 20, 35, 50
ADD, BODY, MUL, POW, LEADING, ARGUMENT = 65, 67, 70, 75, 1023, 1024
WIDTH = 100


def print_sort(sort: n.Sort) -> str:
    """The Lean type of a sort."""
    match sort:
        case n.Real():
            return "ℝ"
        case n.Nat():
            return "ℕ"
        case n.Vec(space):
            return _space(space)
        case n.Map(domain, codomain):
            return f"{_space(domain)} →L[ℝ] {_space(codomain)}"
        case n.Function(domain, codomain):
            return f"{_space(domain)} → {_space(codomain)}"
        case n.Matrix(rows, columns):
            return f"Matrix {rows} {columns} ℝ"
        case n.Member(index):
            return index
        case n.Seq(element):
            return f"ℕ → {print_sort(element)}"
        case _:
            assert_never(sort)


def _space(name: str) -> str:
    index = n.index_of(name)
    return name if index is None else f"EuclideanSpace ℝ {index}"


# ---- terms ---------------------------------------------------------------------------------------
def print_term(term: n.Term) -> str:
    """The term as it may stand alone; the first numeral carries its sort where nothing else fixes one."""
    return _root(term)


def _root(term: n.Term, power: int = 0) -> str:
    """A term whose surroundings do not fix its sort."""
    return _term(term, power, ascribe=_sort_if_unsaid(term))


def _leaf_sorts(term: n.Term) -> Iterator[n.Sort | None]:
    """Leaves of an arithmetic tree as Lean sees it: the sort of a numeral, None for any other leaf."""
    match term:
        case n.Lit(_, sort):
            yield sort
        case n.Add(left, right) | n.Sub(left, right) | n.Mul(left, right) | n.Div(left, right):
            yield from _leaf_sorts(left)
            yield from _leaf_sorts(right)
        case n.Neg(operand) | n.Pow(operand, _):
            yield from _leaf_sorts(operand)
        case n.Sum(_, _, body) | n.Product(_, _, body):
            yield from _leaf_sorts(body)
        case _:
            yield None


def _sort_if_unsaid(*terms: n.Term) -> n.Sort | None:
    """The sort to write out: that of terms all of whose leaves are numerals, unless Lean's default ℕ."""
    sorts = [sort for term in terms for sort in _leaf_sorts(term)]
    return None if None in sorts or isinstance(sorts[0], n.Nat) else sorts[0]


def _term(term: n.Term, power: int = 0, *, closed: bool = True, ascribe: n.Sort | None = None) -> str:
    """Text that binds at least as tightly as `power`.

    Args:
        closed: whatever follows cannot be drawn into the body of a trailing `∑`.
        ascribe: sort to write on the leftmost numeral.
    """
    wrap = _power_of(term) < power or (isinstance(term, n.Sum | n.Product) and not closed)
    text = _bare(term, closed or wrap, ascribe)
    return f"({text})" if wrap else text


def _power_of(term: n.Term) -> int:
    match term:
        case n.Add() | n.Sub():
            return ADD
        case n.Mul() | n.Div() | n.MatMul():
            return MUL
        case n.Neg() | n.Pow():
            return POW
        case n.Sum() | n.Product() | n.Sqrt() | n.Inner():
            return LEADING
        case n.Apply() | n.Index() | n.Entry() | n.Component() | n.LinMap():
            return LEADING
        case _:
            return ARGUMENT


def _bare(term: n.Term, closed: bool, ascribe: n.Sort | None) -> str:
    match term:
        case n.Var(name, _):
            return name
        case n.Lit(value, _):
            return f"({value} : {print_sort(ascribe)})" if ascribe else str(value)
        case n.Add(left, right):
            return f"{_term(left, ADD, ascribe=ascribe)} + {_term(right, ADD + 1, closed=closed)}"
        case n.Sub(left, right):
            return f"{_term(left, ADD, ascribe=ascribe)} - {_term(right, ADD + 1, closed=closed)}"
        case n.Mul(left, right):
            return (
                f"{_term(left, MUL, closed=False, ascribe=ascribe)} * {_term(right, MUL + 1, closed=closed)}"
            )
        case n.Div(left, right):
            return (
                f"{_term(left, MUL, closed=False, ascribe=ascribe)} / {_term(right, MUL + 1, closed=closed)}"
            )
        case n.Neg(operand):
            # `--` would open a comment, and a sum after a minus is clearer in parentheses
            power = ARGUMENT if isinstance(operand, n.Neg | n.Sum | n.Product) else POW
            return f"-{_term(operand, power, closed=closed, ascribe=ascribe)}"
        case n.Pow(base, exponent):
            raised = _term(base, POW + 1, closed=False, ascribe=ascribe)
            return f"{raised} ^ {_term(exponent, POW, closed=closed)}"
        case n.Cast(n.Var(name, _)):
            return f"({name} : ℝ)"
        case n.Cast(operand):
            return f"(({_term(operand)} : ℕ) : ℝ)"
        case n.MatMul(left, right):
            return f"{_root(left, MUL)} * {_root(right, MUL + 1)}"
        case n.Transpose(operand):
            return f"{_root(operand, ARGUMENT)}ᵀ"
        case n.LinMap(operand):
            return f"linMap {_root(operand, ARGUMENT)}"
        case n.Apply(n.LinMap() as function, argument):
            return f"{_root(function)} {_term(argument, ARGUMENT)}"
        case n.Apply(function, argument):
            return f"{_root(function, ARGUMENT)} {_term(argument, ARGUMENT)}"
        case n.Index(sequence, index):
            return f"{_term(sequence, ARGUMENT)} {_term(index, ARGUMENT)}"
        case n.Entry(matrix, row, column):
            return f"{_root(matrix, ARGUMENT)} {_term(row, ARGUMENT)} {_term(column, ARGUMENT)}"
        case n.Component(vector, index):
            return f"{_root(vector, ARGUMENT)} {_term(index, ARGUMENT)}"
        case n.VecNorm(operand) | n.MapNorm(operand) | n.MatrixNorm(operand):
            return f"‖{_root(operand)}‖"
        case n.Abs(operand):
            return f"|{_within_bars(_root(operand))}|"
        case n.Sqrt(operand):
            text = _term(operand, ARGUMENT)
            return f"Real.sqrt {f'({text})' if isinstance(operand, n.Abs) else text}"
        case n.Inner(left, right):
            sort = _sort_if_unsaid(left, right)
            return f"inner ℝ {_term(left, ARGUMENT, ascribe=sort)} {_term(right, ARGUMENT)}"
        case n.Sum(variable, over, body):
            return f"∑ {_binding(variable, over, body)}, {_term(body, BODY, ascribe=ascribe)}"
        case n.Product(variable, over, body):
            return f"∏ {_binding(variable, over, body)}, {_term(body, BODY, ascribe=ascribe)}"
        case _:
            assert_never(term)


def _within_bars(text: str) -> str:
    """Lean has tokens `||` and `|-`, so neither a bar nor a minus may touch a bar."""
    return f"({text})" if text.startswith(("|", "-")) or text.endswith("|") else text


def _binding(variable: str, over: n.IndexSet, body: n.Term | n.Prop) -> str:
    if not isinstance(over, n.All):
        return f"{variable} ∈ {print_index_set(over)}"
    return variable if _is_index_in(variable, body) else f"{variable} : {over.index}"


def _is_index_in(variable: str, body: n.Term | n.Prop) -> bool:
    """Whether the variable stands as an index somewhere, which tells its type; names are never reused."""
    for node in walk(body):
        if isinstance(node, n.Entry | n.Component):
            indices = (node.row, node.column) if isinstance(node, n.Entry) else (node.index,)
            if any(isinstance(index, n.Var) and index.name == variable for index in indices):
                return True
    return False


def print_index_set(over: n.IndexSet) -> str:
    match over:
        case n.All():
            return "Finset.univ"
        case n.Range(stop):
            return f"Finset.range {_term(stop, ARGUMENT)}"
        case n.Ico(start, stop):
            return f"Finset.Ico {_term(start, ARGUMENT)} {_term(stop, ARGUMENT)}"
        case _:
            assert_never(over)


# ---- propositions --------------------------------------------------------------------------------
def print_prop(prop: n.Prop) -> str:
    return _prop(prop, 0, closed=True)


def _prop(prop: n.Prop, power: int, *, closed: bool) -> str:
    match prop:
        case n.Rel(op, left, right):
            sort = _sort_if_unsaid(left, right)
            text = f"{_term(left, RELATION + 1, ascribe=sort)} {op} {_term(right, RELATION + 1)}"
            return f"({text})" if power > RELATION else text
        case n.And(left, right):
            wrap = power > AND
            text = f"{_prop(left, AND + 1, closed=False)} ∧ {_prop(right, AND, closed=closed or wrap)}"
            return f"({text})" if wrap else text
        case n.Iff(left, right):
            wrap = power > IFF
            text = f"{_prop(left, IFF + 1, closed=False)} ↔ {_prop(right, IFF + 1, closed=closed or wrap)}"
            return f"({text})" if wrap else text
        case n.Forall(variable, over, body):
            text = f"∀ {_binding(variable, over, body)}, {_prop(body, 0, closed=True)}"
            return text if closed else f"({text})"
        case _:
            assert_never(prop)


# ---- statements ----------------------------------------------------------------------------------
def print_statement(statement: n.Statement) -> str:
    """`theorem name binders :` and the conclusion, without docstring, namespace or proof."""
    return _declaration(f"theorem {statement.name}", statement, "")


def print_example(statement: n.Statement) -> str:
    """An `example` with the same binders and conclusion, proved by the theorem itself.

    Lean accepts it only if what was read is what was proved.
    """
    call = " ".join((statement.full_name, *statement.binder_order))
    return _declaration("example", statement, " :=") + f"\n  {call}"


def _declaration(opening: str, statement: n.Statement, ending: str) -> str:
    lines = _wrapped([opening, *_space_binders(statement.spaces), *_explicit_binders(statement)])
    conclusion = print_prop(statement.conclusion) + ending
    if len(lines[-1]) + 3 + len(conclusion) <= WIDTH:
        lines[-1] += f" : {conclusion}"
    else:
        lines[-1] += " :"
        lines.append(f"    {conclusion}")
    return "\n".join(lines)


def _space_binders(spaces: tuple[n.Space, ...]) -> Iterator[str]:
    if spaces:
        yield f"{{{' '.join(space.name for space in spaces)} : Type*}}"
    for space in spaces:
        for name in space.classes:
            yield class_binder(name, space.name)


def _explicit_binders(statement: n.Statement) -> Iterator[str]:
    """In the order of the caller's arguments; neighbours of one sort share their parentheses."""
    hypotheses = {h.name: print_prop(h.prop) for h in statement.hypotheses}
    sorts = {b.name: print_sort(b.sort) for b in statement.binders}
    for sort, names in groupby(statement.binder_order, key=sorts.get):
        if sort is None:
            yield from (f"({name} : {hypotheses[name]})" for name in names)
        else:
            yield f"({' '.join(names)} : {sort})"


def _wrapped(pieces: list[str]) -> list[str]:
    """Pieces joined with spaces into lines of at most WIDTH, continued with an indent of four."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if len(lines[-1]) + 1 + len(piece) <= WIDTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(f"    {piece}")
    return lines
