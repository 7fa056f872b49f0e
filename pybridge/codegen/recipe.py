"""How a binder is drawn that no role has defined: freely, or within its bounds."""

from __future__ import annotations

from typing import assert_never

from pybridge.codegen.anchors import near_vector
from pybridge.codegen.draft import Definition, Draft, drawn
from pybridge.codegen.interval import natural_within, within
from pybridge.codegen.sequence_recipe import sequence_within
from pybridge.ir.nodes import Binder, Function, Map, Matrix, Member, Nat, Real, Seq, Vec


def drawn_binder(binder: Binder, draft: Draft) -> Definition | None:
    """The draw of a binder within its bounds; None where they leave no way that is certain to succeed."""
    bounds = draft.bounds.get(binder.name, ())
    match binder.sort:
        case Real():
            return within(bounds, may_reject=draft.may_reject)
        case Nat():
            return natural_within(bounds)
        case Seq():
            return sequence_within(binder, bounds, draft)
        case Vec(space):
            return near_vector(binder, draft) or drawn(binder.sort, "vector", space)
        case Map(domain, codomain):
            return drawn(binder.sort, "map", domain, codomain)
        case Function(domain, codomain):
            return drawn(binder.sort, "function", domain, codomain)
        case Matrix(rows, columns):
            return drawn(binder.sort, "matrix", rows, columns)
        case Member(index):
            return drawn(binder.sort, "member", index)
    assert_never(binder.sort)
