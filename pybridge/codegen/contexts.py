"""Every part of a proposition together with the way back to the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from pybridge.ir.nodes import Iff, IndexSet, Prop, Term

NODES = (*get_args(Term), *get_args(Prop), *get_args(IndexSet))


@dataclass(frozen=True)
class Context:
    """A part of a proposition.

    Attributes:
        node: the part.
        put: the proposition with another node in its place.
        under_iff: whether `↔` stands above it, where neither side's truth is a gain.
        parent: the node right above; None at the top.
    """

    node: Any
    put: Callable[[Any], Any]
    under_iff: bool = False
    parent: Any = None


def contexts(prop: Prop) -> Iterator[Context]:
    """All parts, each before its own parts."""
    yield from _within(Context(prop, lambda node: node))


def _within(context: Context) -> Iterator[Context]:
    yield context
    node, under_iff = context.node, context.under_iff or isinstance(context.node, Iff)
    for field in fields(node):
        child = getattr(node, field.name)
        if isinstance(child, NODES):
            yield from _within(Context(child, _putter(context, field.name), under_iff, node))


def _putter(context: Context, name: str) -> Callable[[Any], Any]:
    return lambda child: context.put(replace(context.node, **{name: child}))
