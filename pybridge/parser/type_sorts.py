"""Written types to sorts, in what a statement has declared so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from pybridge.ir import nodes as n
from pybridge.ir.classes import has_norm, has_scalars, space_named
from pybridge.ir.typing import describe
from pybridge.parser import surface as s
from pybridge.parser.source import Source

REAL, NAT = n.Real(), n.Nat()


class TypeReader:
    """Reads types that name spaces and index types.

    Args:
        spaces: the declared ones with the classes seen so far; read anew at every call.
    """

    def __init__(self, source: Source, spaces: Mapping[str, n.Space]) -> None:
        self._source = source
        self._spaces = spaces

    def sort(self, written: s.SurfaceType) -> n.Sort:
        """The sort of a data binder's type.

        Raises:
            StatementError: an undeclared space, or one without the structure the type needs.
        """
        match written:
            case s.Universe():
                self._source.fail("type-binder", written.start)
            case s.NamedType(text="ℝ"):
                return REAL
            case s.NamedType(text="ℕ"):
                return NAT
            case s.NamedType(text=text) if text in self._spaces and self._spaces[text].is_index:
                return n.Member(text)
            case s.NamedType() | s.EuclideanType():
                return n.Vec(self._space(written).name)
            case s.MatrixType(rows=rows, columns=columns):
                return n.Matrix(self._index_type(rows), self._index_type(columns))
            case s.MapType(domain=domain, codomain=codomain):
                return n.Map(self._scaled(domain), self._scaled(codomain))
            case s.FunctionType(domain=domain, codomain=codomain):
                return n.Function(self._space(domain).name, self._space(codomain).name)
            case s.SequenceType(element=element):
                found = self.sort(element)
                if not isinstance(found, n.Real | n.Vec):
                    self._source.fail("sequence-of", element.start, sort=describe(found))
                return n.Seq(found)
            case _:
                assert_never(written)

    def _space(self, written: s.SpaceType) -> n.Space:
        if isinstance(written, s.EuclideanType):
            name = n.euclidean(self._index_type(written.index))
        else:
            name = written.text
        space = space_named(name, self._spaces)
        if space is None:
            self._source.fail("unknown-type", written.start, token=name)
        if not has_norm(space):
            self._source.fail("no-norm", written.start, space=name)
        return space

    def _scaled(self, written: s.SpaceType) -> str:
        space = self._space(written)
        if not has_scalars(space):
            self._source.fail("no-scalars", written.start, space=space.name)
        return space.name

    def _index_type(self, written: s.NamedType) -> str:
        space = self._spaces.get(written.text)
        if space is None or not space.is_index:
            self._source.fail("index-type", written.start, token=written.text)
        return space.name
