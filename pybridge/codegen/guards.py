"""Every denominator of a statement: where one is zero, Lean's value is a convention and no check."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.expression import Scope, bound_lambda, limits, term_code
from pybridge.codegen.pyexpr import Atom, Expr, call
from pybridge.ir import children, print_term
from pybridge.ir.nodes import Div, Forall, IndexSet, Lit, Product, Prop, Statement, Sum, Term

Binding = tuple[str, IndexSet]
Node = Term | Prop | IndexSet


def guards(statement: Statement, scope: Scope) -> list[tuple[str, Expr]]:
    """(Lean text of the denominator, claim that it is not zero), each once, in the order of the statement.

    A denominator under a sum, product or quantifier is claimed for every index.
    """
    found: dict[tuple[Term, tuple[Binding, ...]], None] = {}
    for prop in (*(hypothesis.prop for hypothesis in statement.hypotheses), statement.conclusion):
        found |= dict.fromkeys(_denominators(prop, ()))
    return [(print_term(term), _claim(term, bindings, scope)) for term, bindings in found]


def _denominators(node: Node, bindings: tuple[Binding, ...]) -> Iterator[tuple[Term, tuple[Binding, ...]]]:
    if isinstance(node, Sum | Product | Forall):
        for part in children(node.over):
            yield from _denominators(part, bindings)
        yield from _denominators(node.body, (*bindings, (node.variable, node.over)))
        return
    for part in children(node):
        yield from _denominators(part, bindings)
    if isinstance(node, Div) and not (isinstance(node.right, Lit) and node.right.value != 0):
        yield node.right, bindings


def _claim(term: Term, bindings: tuple[Binding, ...], scope: Scope) -> Expr:
    if not bindings:
        return call("ops.ne", term_code(term, scope), call("ops.real", Atom("0")))
    (variable, over), inner_bindings = bindings[0], bindings[1:]
    body = bound_lambda(variable, scope)
    return call("ops.forall", *limits(over, scope), body(lambda inner: _claim(term, inner_bindings, inner)))
