"""Lean text to tokens: names, numbers, symbols, docstrings. Comments vanish; positions stay.

The lexer reads whole files, proofs included, so a character that no statement may contain is a token like any
other: the parser of statements refuses it, a proof may hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pybridge.parser.source import Source

# Tokens that no statement may contain are listed so that they are seen whole: `||` is one token in Lean, not
# two bars, and an error can name `>=` instead of tripping over its second half.
SYMBOLS = (
    *("→L[", "→ₗ[", "→ₗ⋆[", "≃L[", "≃ₗ[", "‖₊", "‖ₑ", "*ᵥ", "@[", ":="),
    *("=>", "->", "<-", "<->", "<=", ">=", "!=", "==", "&&", "||", "|-", "|>", "<|", "/\\", "\\/"),
)
_SYMBOL = re.compile("|".join(re.escape(s) for s in sorted(SYMBOLS, key=len, reverse=True)))

# Lean's identifier characters: `λ`, `Π` and `Σ` are keywords, subscripts may follow but not lead.
_LETTER = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0391-\u039f\u03a1-\u03a2\u03a4-\u03a9\u03b1-\u03ba\u03bc-\u03fb"
    "\u1f00-\u1ffe\u2100-\u214f\U0001d49c-\U0001d59f"
)
_REST = _LETTER + "0-9'!?\u2080-\u2089\u2090-\u209c\u1d62-\u1d6a\u2c7c"
_PART = f"(?:[{_LETTER}][{_REST}]*|«[^»\\n]*»)"
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BLANK = re.compile(r"\s+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CHARACTER = re.compile(r"'(?:[^'\\\n]|\\[^\n][^'\n]*)'")
_COMMENT_EDGE = re.compile(r"/-|-/")


@dataclass(frozen=True)
class Token:
    """`kind` is name, number, symbol, string, doc or end; `spaced` tells of a blank before it."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False


def tokens(source: Source, start: int = 0, stop: int | None = None) -> list[Token]:
    """All tokens of a text, or of the part between two offsets, closed by one of kind `end`.

    Raises:
        StatementError: a comment or string that never closes.
    """
    return list(_tokens(source, start, len(source.text) if stop is None else stop))


def _tokens(source: Source, at: int, stop: int) -> Iterator[Token]:
    text, last_end = source.text, at
    while at < stop:
        if blank := _BLANK.match(text, at):
            at = blank.end()
        elif text.startswith("--", at):
            newline = text.find("\n", at)
            at = stop if newline < 0 else newline
        elif text.startswith("/-", at):
            end = _comment_end(source, at)
            if text.startswith("/--", at) and end - at > 4:
                yield Token("doc", text[at + 3 : end - 2], at, end, spaced=True)
            at = end
        else:
            kind, end = _next(source, at)
            yield Token(kind, text[at:end], at, end, spaced=at > last_end)
            at = last_end = end
    yield Token("end", "", stop, stop, spaced=True)


def _comment_end(source: Source, start: int) -> int:
    """Where the comment that opens at `start` closes; comments nest."""
    depth = 0
    at = start
    while edge := _COMMENT_EDGE.search(source.text, at):
        depth += 1 if edge.group() == "/-" else -1
        at = edge.end()
        if depth == 0:
            return at
    source.fail("open-comment", start)


def _next(source: Source, at: int) -> tuple[str, int]:
    text = source.text
    if found := _SYMBOL.match(text, at):
        return "symbol", found.end()
    if found := _NAME.match(text, at):
        return "name", found.end()
    if found := _NUMBER.match(text, at):
        return "number", found.end()
    if text[at] == '"':
        found = _STRING.match(text, at)
        if not found:
            source.fail("open-string", at)
        return "string", found.end()
    if found := _CHARACTER.match(text, at):
        return "string", found.end()
    return "symbol", at + 1
