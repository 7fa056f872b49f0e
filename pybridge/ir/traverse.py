"""Walks over terms and propositions: visit, rebuild, free variables, substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import TypeVar, cast, get_args, overload

from pybridge.ir import nodes as n

Node = n.Term | n.Prop
AnyNode = TypeVar("AnyNode", bound="n.Term | n.Prop | n.IndexSet")

_NODE_TYPES = (*get_args(n.Term), *get_args(n.Prop))
BINDING_TYPES = (n.Sum, n.Product, n.Forall)


def children(node: Node | n.IndexSet) -> tuple[Node, ...]:
    """Direct parts of a node, left to right; of an index set, the terms in it."""
    found: list[Node] = []
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, get_args(n.IndexSet)):
            found += children(value)
        elif isinstance(value, _NODE_TYPES):
            found.append(value)
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """Every term and proposition within `node`, itself first, each before its parts."""
    yield node
    for child in children(node):
        yield from walk(child)


def map_children(node: AnyNode, fn: Callable[[Node], Node]) -> AnyNode:
    """`node` with `fn` applied to its direct parts; through an index set, to the terms in it."""
    changes = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, get_args(n.IndexSet)):
            changes[field.name] = map_children(value, fn)
        elif isinstance(value, _NODE_TYPES):
            changes[field.name] = fn(value)
    return cast(AnyNode, replace(node, **changes)) if changes else node


@overload
def rebuild(node: n.Term, fn: Callable[[Node], Node]) -> n.Term: ...
@overload
def rebuild(node: n.Prop, fn: Callable[[Node], Node]) -> n.Prop: ...
def rebuild(node: Node, fn: Callable[[Node], Node]) -> Node:
    """Bottom-up map: parts first, then `fn` on the node made of the new parts; `fn` maps terms to terms."""
    return fn(map_children(node, lambda child: rebuild(child, fn)))


def free_variables(node: Node | n.IndexSet) -> frozenset[str]:
    """Names that occur in `node` and are not bound within it."""
    if isinstance(node, n.Var):
        return frozenset((node.name,))
    if isinstance(node, BINDING_TYPES):
        return free_variables(node.over) | (free_variables(node.body) - {node.variable})
    return frozenset().union(*(free_variables(child) for child in children(node)))


@overload
def substitute(node: n.Term, replacements: Mapping[str, n.Term]) -> n.Term: ...
@overload
def substitute(node: n.Prop, replacements: Mapping[str, n.Term]) -> n.Prop: ...
def substitute(node: Node, replacements: Mapping[str, n.Term]) -> Node:
    """Free variables replaced all at once; a bound variable that would capture is renamed with a prime."""
    if isinstance(node, n.Var):
        return replacements.get(node.name, node)
    if isinstance(node, BINDING_TYPES):
        return _substitute_under_binding(node, replacements)
    return map_children(node, lambda child: substitute(child, replacements))


def _substitute_under_binding(
    node: n.Sum | n.Product | n.Forall, replacements: Mapping[str, n.Term]
) -> n.Sum | n.Product | n.Forall:
    over = map_children(node.over, lambda child: substitute(child, replacements))
    within = {
        name: term
        for name, term in replacements.items()
        if name != node.variable and name in free_variables(node.body)
    }
    incoming = frozenset().union(*(free_variables(term) for term in within.values()))
    variable = node.variable
    while variable in incoming or (variable != node.variable and variable in free_variables(node.body)):
        variable += "'"
    if variable != node.variable:
        within[node.variable] = n.Var(variable, n.element_sort(node.over))
    body = substitute(node.body, within)
    return replace(node, variable=variable, over=over, body=body)  # type: ignore[arg-type]
