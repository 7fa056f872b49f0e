"""Tokens of a file to its declarations. House style makes it easy: only a command starts at column 1."""

from __future__ import annotations

from collections.abc import Sequence

from pybridge.audit.lean_file import Declaration
from pybridge.audit.pairs import CLOSERS, OPENERS
from pybridge.parser.lexer import Token
from pybridge.parser.source import Source
from pybridge.parser.words import DECLARATIONS, MODIFIERS, THEOREMS

_KEYWORDS = frozenset((*THEOREMS, *DECLARATIONS))


def declarations(source: Source, tokens: Sequence[Token]) -> list[Declaration]:
    """Every declaration, with the namespace it stands in."""
    found: list[Declaration] = []
    scopes: list[tuple[str, str]] = []
    doc: Token | None = None
    for chunk in commands(source, tokens):
        first = chunk[0]
        if first.kind == "doc":
            doc = first
            continue
        if first.text in ("namespace", "section", "mutual"):
            named = chunk[1].text if len(chunk) > 1 else ""
            scopes.append((first.text, named))
        elif first.text == "end" and scopes:
            scopes.pop()
        namespace = ".".join(name for kind, name in scopes if kind == "namespace" and name)
        declaration = _declaration(chunk, doc, namespace)
        if declaration:
            found.append(declaration)
        if not _is_attribute(chunk):
            doc = None
    return found


def commands(source: Source, tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens cut before every one at column 1; a docstring is a chunk of its own."""
    chunks: list[list[Token]] = []
    for token in tokens:
        if token.kind == "end":
            break
        at_edge = token.start == 0 or source.text[token.start - 1] == "\n"
        after_doc = bool(chunks) and len(chunks[-1]) == 1 and chunks[-1][0].kind == "doc"
        if not chunks or at_edge or after_doc:
            chunks.append([])
        chunks[-1].append(token)
    return chunks


def _is_attribute(chunk: Sequence[Token]) -> bool:
    """An attribute or modifier on a line of its own keeps the docstring above it."""
    words = [token for token in chunk if token.kind == "name" and token.text in _KEYWORDS]
    return not words and (chunk[0].text == "@[" or chunk[0].text in MODIFIERS)


def _declaration(chunk: Sequence[Token], doc: Token | None, namespace: str) -> Declaration | None:
    at = next((i for i, t in enumerate(chunk) if t.kind == "name" and t.text in _KEYWORDS), None)
    if at is None or any(t.text in ("deriving", "attribute") for t in chunk[:at]):
        return None
    keyword = chunk[at]
    rest = list(chunk[at + 1 :])
    name = ""
    if keyword.text not in ("example", "instance") and rest and rest[0].kind == "name":
        name = rest.pop(0).text
    cut = _body_start(rest)
    modifiers = {token.text for token in chunk[:at]}
    return Declaration(
        keyword,
        chunk[0],
        name,
        namespace,
        "private" in modifiers,
        doc,
        tuple(rest[:cut]),
        tuple(rest[cut:]),
    )


def _body_start(tokens: Sequence[Token]) -> int:
    """Where the header ends: at the first `:=`, `where` or match arm outside brackets."""
    depth = 0
    for i, token in enumerate(tokens):
        if token.text in OPENERS:
            depth += 1
        elif token.text in CLOSERS:
            depth -= 1
        elif depth == 0 and token.text in (":=", "where"):
            return i
    return len(tokens)
