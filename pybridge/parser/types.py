"""Types of binders, as written."""

from __future__ import annotations

from pybridge.parser import surface as s
from pybridge.parser.stream import Stream

FIELD = "ℝ"


def read_type(stream: Stream) -> s.SurfaceType:
    """`Type*`, `ℝ`, `ℕ`, a space, `E →L[ℝ] F`, `ℕ → ℝ` or `ℕ → E`.

    Raises:
        StatementError: any other type.
    """
    start = stream.next.start
    if stream.sees("Type", "Sort"):
        return _universe(stream)
    first = _simple(stream)
    if stream.accept("→L["):
        stream.expect(FIELD, "as the field of a linear map")
        stream.expect("]", "after the field of a linear map")
        codomain = _simple(stream)
        return s.MapType(start, codomain.end, first, codomain)
    if stream.sees("→"):
        if first.text != "ℕ":
            stream.source.fail("function-type", start, domain=first.text)
        stream.take()
        element = _simple(stream)
        if stream.sees("→"):
            stream.source.fail("function-type", start, domain="ℕ → " + element.text)
        return s.SequenceType(start, element.end, element)
    return first


def _universe(stream: Stream) -> s.Universe:
    word = stream.take()
    star = stream.next
    if word.text != "Type" or star.text != "*" or star.spaced:
        stream.source.fail("universe", word.start, token=word.text)
    stream.take()
    return s.Universe(word.start, star.end)


def _simple(stream: Stream) -> s.NamedType:
    token = stream.expect_name("a type", "here")
    return s.NamedType(token.start, token.end, token.text)
