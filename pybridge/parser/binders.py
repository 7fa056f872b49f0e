"""Binder groups of a header or a `variable` line: `{E : Type*}`, `[NormedSpace ℝ E]`, `(x : E)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pybridge.ir.classes import CLASSES
from pybridge.parser import surface as s
from pybridge.parser.lexer import Token
from pybridge.parser.pratt import TYPE_WORDS, ExpressionReader
from pybridge.parser.stream import Stream
from pybridge.parser.types import FIELD, read_type


@dataclass(frozen=True)
class Group:
    """`mentions`: every name that occurs in the group's type, class arguments or proposition."""

    names: tuple[s.Name, ...]
    mentions: frozenset[str]


@dataclass(frozen=True)
class Spaces(Group):
    """`{E F : Type*}`."""


@dataclass(frozen=True)
class Instance(Group):
    """`[class_name space]`; `names` is empty."""

    class_name: s.Name
    space: s.Name


@dataclass(frozen=True)
class Data(Group):
    """`(x y : type)`."""

    type: s.SurfaceType


@dataclass(frozen=True)
class Assumption(Group):
    """`(h : proposition)`."""

    prop: s.Surface


OPENERS = ("{", "[", "(", "⦃")
_TYPE_HEADS = ("Type", "Sort", "ℝ", "ℕ")
_TYPE_FOLLOWERS = (")", "}", "→", "→L[", "→ₗ[", "≃L[")
_TYPE_WORDS = ("Matrix", "EuclideanSpace", "Fin", "Prop", "Set")


def read_group(stream: Stream, aliases: Mapping[str, str], spaces: frozenset[str]) -> Group:
    """One binder group at the cursor.

    Args:
        spaces: names known to be types, which tell `(x : E)` from a hypothesis.
    Raises:
        StatementError: a binder outside the grammar.
    """
    opening = stream.next
    match opening.text:
        case "{":
            return _spaces(stream)
        case "[":
            return _instance(stream)
        case "(":
            return _explicit(stream, aliases, spaces)
        case _:
            stream.source.fail("strict-implicit", opening.start)


def _spaces(stream: Stream) -> Spaces:
    opening = stream.take()
    names = _names(stream, "}")
    written = read_type(stream)
    if not isinstance(written, s.Universe):
        stream.source.fail("implicit-data", opening.start, name=names[0].text)
    stream.expect("}", "after the type")
    return Spaces(names, frozenset())


def _instance(stream: Stream) -> Instance:
    stream.take()
    word = stream.expect_name("a class", "after `[`")
    if stream.sees(":"):
        stream.source.fail("named-instance", word.start, name=word.text)
    if word.text not in CLASSES:
        stream.source.fail("unknown-class", word.start, name=word.text, known=", ".join(CLASSES))
    if CLASSES[word.text].over_reals:
        stream.expect(FIELD, f"as the field of `{word.text}`")
    space = stream.expect_name("a space", f"after `{word.text}`")
    stream.expect("]", "after the space")
    return Instance((), frozenset((space.text,)), _as_name(word), _as_name(space))


def _explicit(stream: Stream, aliases: Mapping[str, str], spaces: frozenset[str]) -> Data | Assumption:
    stream.take()
    names = _names(stream, ")")
    start = stream.at
    if _type_follows(stream, spaces):
        written = read_type(stream)
        _close(stream)
        return Data(names, stream.names_since(start), written)
    if len(names) > 1:
        stream.source.fail("shared-hypothesis", names[1].start, first=names[0].text, second=names[1].text)
    prop = ExpressionReader(stream, aliases).read()
    _close(stream)
    return Assumption(names, stream.names_since(start), prop)


def _close(stream: Stream) -> None:
    if stream.sees(":="):
        stream.source.fail("default-value", stream.next.start)
    stream.expect(")", "to close the binder")


def _names(stream: Stream, closing: str) -> tuple[s.Name, ...]:
    """Names up to the `:`."""
    names: list[s.Name] = []
    while not stream.sees(":"):
        if names and stream.sees(closing):
            stream.source.fail("binder-without-type", names[0].start, name=names[0].text)
        token = stream.expect_name("a name", "in the binder")
        _check_name(stream, token)
        names.append(_as_name(token))
    if not names:
        stream.refuse("a name", "in the binder")
    stream.take()
    return tuple(names)


def _check_name(stream: Stream, token: Token) -> None:
    if token.text == "_":
        stream.source.fail("unnamed", token.start)
    if "." in token.text or "«" in token.text or token.text in (*TYPE_WORDS, "inner"):
        stream.source.fail("bad-name", token.start, name=token.text)


def _type_follows(stream: Stream, spaces: frozenset[str]) -> bool:
    token = stream.next
    if token.kind != "name":
        return False
    if token.text in (*_TYPE_HEADS, *_TYPE_WORDS) or token.text in spaces:
        return True
    return stream.peek().text in _TYPE_FOLLOWERS


def _as_name(token: Token) -> s.Name:
    return s.Name(token.start, token.end, token.text)
