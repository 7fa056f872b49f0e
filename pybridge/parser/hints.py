"""What the leaves of a surface tree say about its sort, before anything is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from pybridge.ir import nodes as n
from pybridge.ir.typing import map_of
from pybridge.parser import surface as s
from pybridge.parser.primitives import PRIMITIVES

REAL, NAT = n.Real(), n.Nat()
ARITHMETIC = ("+", "-", "*", "/")


class Hints:
    """Sorts as far as they can be told without elaborating.

    Args:
        sorts: of the names in scope.
        read_sort: the sort that a written type stands for.
    """

    def __init__(self, sorts: Mapping[str, n.Sort], read_sort: Callable[[s.SurfaceType], n.Sort]) -> None:
        self._sorts = sorts
        self._read_sort = read_sort

    def of(self, node: s.Surface) -> n.Sort | None:
        """The sort that the leaves of an arithmetic tree agree on; None while all are numerals or unknown."""
        match node:
            case s.Name(text=text):
                return self._sorts.get(text)
            case s.Infix(op="^", left=left):
                return self.of(left)
            case s.Infix(op="*", left=left, right=right):
                return self._product(self.of(left), self.of(right))
            case s.Infix(op=op, left=left, right=right) if op in ARITHMETIC:
                return self.common(left, right)
            case s.Negation(operand=operand):
                return self.of(operand)
            case s.Transposed(operand=operand):
                found = self.of(operand)
                return n.Matrix(found.columns, found.rows) if isinstance(found, n.Matrix) else found
            case s.Application():
                return self._applied(node)
            case s.Bars() | s.Root() | s.InnerProduct():
                return REAL
            case s.Ascription(type=written):
                return self._read_sort(written)
            case s.Big(symbol="∑" | "∏", variable=variable, body=body):
                return Hints({**self._sorts, variable.text: self.of_index(node) or NAT}, self._read_sort).of(
                    body
                )
            case _:
                return None

    def common(self, left: s.Surface, right: s.Surface) -> n.Sort | None:
        """Of two sorts the one that is not ℕ, so that a missing cast is reported where it is missing."""
        return _common(self.of(left), self.of(right))

    def primitive(self, node: s.Surface) -> str | None:
        """The name of the definition of ours that a tree is; a binder of the same name hides it."""
        if isinstance(node, s.Name) and node.text in PRIMITIVES and node.text not in self._sorts:
            return node.text
        return None

    def row_of(self, function: s.Surface) -> n.Matrix | None:
        """The sort of `W` when the tree is `W i`; no application gives a matrix, so none is looked into."""
        if not isinstance(function, s.Application) or isinstance(function.function, s.Application):
            return None
        found = self.of(function.function)
        return found if isinstance(found, n.Matrix) else None

    def of_index(self, node: s.Big) -> n.Sort | None:
        """The sort of the variable of a `∑`, `∏` or `∀`: that of its index set or written type, or else the
        one that its first use as an index needs; None when it has no such use."""
        match node.over:
            case s.IndexRange():
                return NAT
            case None:
                return next(self._uses(node.variable.text, node.body), None)
            case written:
                return self._read_sort(written)

    # ---- one kind of tree each -------------------------------------------------------------------
    @staticmethod
    def _product(left: n.Sort | None, right: n.Sort | None) -> n.Sort | None:
        if isinstance(left, n.Matrix) and isinstance(right, n.Matrix):
            return n.Matrix(left.rows, right.columns)
        if isinstance(right, n.Matrix):
            return right
        return left if isinstance(left, n.Matrix) else _common(left, right)

    def _applied(self, node: s.Application) -> n.Sort | None:
        if self.primitive(node.function):
            argument = self.of(node.argument)
            return map_of(argument) if isinstance(argument, n.Matrix) else None
        if self.row_of(node.function):
            return REAL
        match self.of(node.function):
            case n.Map(_, codomain) | n.Function(_, codomain):
                return n.Vec(codomain)
            case n.Seq(element):
                return element
            case n.Vec(space) if n.index_of(space):
                return REAL
            case _:
                return None

    def _uses(self, variable: str, node: s.Written) -> Iterator[n.Sort]:
        """Sorts that the arguments need in which the variable stands, in the order of the text."""
        if isinstance(node, s.Application) and _is(node.argument, variable):
            needed = self._needed(node.function)
            if needed is not None:
                yield needed
        for field in fields(node):
            part = getattr(node, field.name)
            if isinstance(part, s.Written):
                yield from self._uses(variable, part)

    def _needed(self, function: s.Surface) -> n.Sort | None:
        if row := self.row_of(function):
            return n.Member(row.columns)
        match self.of(function):
            case n.Matrix(rows, _):
                return n.Member(rows)
            case n.Seq():
                return NAT
            case n.Vec(space) if index := n.index_of(space):
                return n.Member(index)
            case _:
                return None


def _common(first: n.Sort | None, second: n.Sort | None) -> n.Sort | None:
    return second if first is None or (first == NAT and second is not None) else first


def _is(node: s.Surface, name: str) -> bool:
    return isinstance(node, s.Name) and node.text == name
