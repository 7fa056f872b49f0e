"""Types of binders, as written."""

from __future__ import annotations

from pybridge.parser import surface as s
from pybridge.parser.stream import Stream

FIELD = "ℝ"
NUMBERS = ("ℝ", "ℕ")


def read_type(stream: Stream) -> s.SurfaceType:
    """`Type*`, `ℝ`, `ℕ`, a space or index type, `EuclideanSpace ℝ n`, `Matrix m n ℝ`, or an arrow:
    `E →L[ℝ] F`, `E → F`, `ℕ → ℝ`, `ℕ → E`.

    Raises:
        StatementError: any other type.
    """
    start = stream.next.start
    if stream.sees("Type", "Sort"):
        return _universe(stream)
    if stream.sees("Matrix"):
        return _matrix(stream)
    first = _space(stream)
    if stream.accept("→L["):
        stream.expect(FIELD, "as the field of a linear map")
        stream.expect("]", "after the field of a linear map")
        codomain = _space(stream)
        return s.MapType(start, codomain.end, first, codomain)
    return _arrow(stream, first) if stream.accept("→") else first


def _arrow(stream: Stream, first: s.SpaceType) -> s.FunctionType | s.SequenceType:
    second = _space(stream)
    if _is(first, "ℕ") and not stream.sees("→"):
        return s.SequenceType(first.start, second.end, second)
    if _is(first, *NUMBERS) or _is(second, *NUMBERS) or stream.sees("→"):
        written = " ".join(stream.source.text[first.start : second.end].split())
        stream.source.fail("function-type", first.start, type=written + " → …" * stream.sees("→"))
    return s.FunctionType(first.start, second.end, first, second)


def _is(written: s.SpaceType, *texts: str) -> bool:
    return isinstance(written, s.NamedType) and written.text in texts


def _universe(stream: Stream) -> s.Universe:
    word = stream.take()
    star = stream.next
    if word.text != "Type" or star.text != "*" or star.spaced:
        stream.source.fail("universe", word.start, token=word.text)
    stream.take()
    return s.Universe(word.start, star.end)


def _matrix(stream: Stream) -> s.MatrixType:
    start = stream.take().start
    rows, columns = (_name(stream, "an index type", "after `Matrix`") for _ in range(2))
    field = stream.expect(FIELD, "as the entries of a matrix")
    return s.MatrixType(start, field.end, rows, columns)


def _space(stream: Stream) -> s.SpaceType:
    start = stream.next.start
    if not stream.accept("EuclideanSpace"):
        return _name(stream, "a type", "here")
    stream.expect(FIELD, "as the field of `EuclideanSpace`")
    index = _name(stream, "an index type", "after `EuclideanSpace ℝ`")
    return s.EuclideanType(start, index.end, index)


def _name(stream: Stream, what: str, where: str) -> s.NamedType:
    token = stream.expect_name(what, where)
    return s.NamedType(token.start, token.end, token.text)
