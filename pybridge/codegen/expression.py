"""Terms and propositions as calls of a `Backend`: the one place that knows how each node is computed.

`/` becomes `ops.div`, a literal exponent `**`, and truncated subtraction of naturals `max(a - b, 0)`; the
rest reads as it does in Lean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from pybridge.codegen.names import python_name
from pybridge.codegen.pyexpr import (
    Atom,
    Call,
    Expr,
    Lambda,
    Minus,
    call,
    flat,
    minus,
    plus,
    power,
    times,
)
from pybridge.errors import PlanError
from pybridge.ir import sort_of
from pybridge.ir.nodes import (
    Abs,
    Add,
    All,
    And,
    Apply,
    Cast,
    Component,
    Div,
    Entry,
    Forall,
    Function,
    Ico,
    Iff,
    Index,
    IndexSet,
    Inner,
    LinMap,
    Lit,
    Map,
    MapNorm,
    MatMul,
    Matrix,
    MatrixNorm,
    Member,
    Mul,
    Nat,
    Neg,
    Pow,
    Product,
    Prop,
    Range,
    Real,
    Rel,
    Seq,
    Sqrt,
    Sub,
    Sum,
    Term,
    Transpose,
    Var,
    Vec,
    VecNorm,
    euclidean,
    index_of,
)

Scope = Mapping[str, Expr]
"""How each variable in sight is written."""

RELATIONS = {"≤": "ops.le", "<": "ops.lt", "=": "ops.eq", "≠": "ops.ne"}


def term_code(term: Term, scope: Scope) -> Expr:
    """The value of a term."""
    match term:
        case Var():
            return scope[term.name]
        case Lit():
            return _literal(term)
        case Add():
            return plus(term_code(term.left, scope), term_code(term.right, scope))
        case Sub():
            difference = minus(term_code(term.left, scope), term_code(term.right, scope))
            return call("max", difference, Atom("0")) if _is_natural(term) else difference
        case Mul():
            return times(term_code(term.left, scope), term_code(term.right, scope))
        case Div():
            return call("ops.div", term_code(term.left, scope), term_code(term.right, scope))
        case Neg():
            return Minus(term_code(term.operand, scope))
        case Pow():
            return _power(term, scope)
        case Cast():
            return call("ops.cast", term_code(term.operand, scope))
        case Apply():
            return Call(_callee(term.function, scope), (term_code(term.argument, scope),))
        case Index():
            return Call(_callee(term.sequence, scope), (term_code(term.index, scope),))
        case Entry():
            place = (term_code(term.row, scope), term_code(term.column, scope))
            return call("ops.entry", term_code(term.matrix, scope), *place)
        case Component():
            return call("ops.component", term_code(term.vector, scope), term_code(term.index, scope))
        case MatMul():
            return call("ops.matmul", term_code(term.left, scope), term_code(term.right, scope))
        case Transpose():
            return call("ops.transpose", term_code(term.operand, scope))
        case LinMap():
            return call("ops.lin_map", term_code(term.operand, scope))
        case VecNorm():
            return call("ops.vec_norm", term_code(term.operand, scope))
        case MapNorm():
            return call("ops.map_norm", term_code(term.operand, scope))
        case MatrixNorm():
            return call("ops.matrix_norm", term_code(term.operand, scope))
        case Abs():
            return call("ops.abs", term_code(term.operand, scope))
        case Sqrt():
            return call("ops.sqrt", term_code(term.operand, scope))
        case Inner():
            return call("ops.inner", term_code(term.left, scope), term_code(term.right, scope))
        case Sum() | Product():
            verb = "ops.sum" if isinstance(term, Sum) else "ops.product"
            body = bound_lambda(term.variable, scope)
            return call(verb, *limits(term.over, scope), body(lambda inner: term_code(term.body, inner)))
    assert_never(term)


def prop_code(prop: Prop, scope: Scope) -> Expr:
    """The claim that a proposition makes."""
    match prop:
        case Rel():
            return call(RELATIONS[prop.op], term_code(prop.left, scope), term_code(prop.right, scope))
        case And():
            return call("ops.both", prop_code(prop.left, scope), prop_code(prop.right, scope))
        case Iff():
            return call("ops.iff", prop_code(prop.left, scope), prop_code(prop.right, scope))
        case Forall():
            body = bound_lambda(prop.variable, scope)
            return call(
                "ops.forall", *limits(prop.over, scope), body(lambda inner: prop_code(prop.body, inner))
            )
    assert_never(prop)


def limits(over: IndexSet, scope: Scope) -> tuple[Expr, Expr]:
    """Start and stop of an index set."""
    match over:
        case Range():
            return Atom("0"), term_code(over.stop, scope)
        case Ico():
            return term_code(over.start, scope), term_code(over.stop, scope)
        case All():
            return Atom("0"), call("ops.size", text_code(over.index))
    assert_never(over)


def text_code(name: str) -> Atom:
    """The name of a space or index type as a Python string; `ℝ^n` keeps its shape."""
    index = index_of(name)
    return Atom(f'"{python_name(name)}"' if index is None else f'"{euclidean(python_name(index))}"')


def bound_lambda(
    variables: str | tuple[str, ...], scope: Scope
) -> Callable[[Callable[[Scope], Expr]], Lambda]:
    """`lambda i: …` for a sum, product or quantifier; takes the body as a function of the scope inside."""
    names = (variables,) if isinstance(variables, str) else variables
    taken = {expr.text for name, expr in scope.items() if isinstance(expr, Atom) and name not in names}
    inner = dict(scope)
    for name in names:
        spelled = python_name(name)
        while spelled in taken:
            spelled += "_"
        taken.add(spelled)
        inner[name] = Atom(spelled)
    return lambda body: Lambda(", ".join(inner[name].text for name in names), body(inner))  # type: ignore[union-attr]


def _literal(term: Lit) -> Expr:
    match term.sort:
        case Real():
            return call("ops.real", Atom(str(term.value)))
        case Nat():
            return Atom(str(term.value))
        case Vec() if term.value == 0:
            return call("ops.zero", text_code(term.sort.space))
        case Vec() | Map() | Matrix() | Function() | Member() | Seq():
            raise PlanError(
                f"the numeral {term.value} has no value at this sort; name the vector or map instead"
            )
    assert_never(term.sort)


def _power(term: Pow, scope: Scope) -> Expr:
    base, exponent = term_code(term.base, scope), term_code(term.exponent, scope)
    if isinstance(term.exponent, Lit) or _is_natural(term.base):
        return power(base, exponent)
    return call("ops.pow", base, exponent)


def _callee(function: Term, scope: Scope) -> str:
    code = term_code(function, scope)
    return flat(code) if isinstance(code, Atom | Call) else f"({flat(code)})"


def _is_natural(term: Term) -> bool:
    return isinstance(sort_of(term), Nat)
