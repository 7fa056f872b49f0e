"""Every bracket and bar closes before the next command, and brackets close in the order they opened.

`‖` closes one of its kind if that is the innermost open one and an operand stands before it. `|` opens an
absolute value only if no blank follows it and closes one only if no blank precedes it, as in Lean; other bars
separate patterns and alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pybridge.audit.declarations import commands
from pybridge.audit.lean_file import LeanFile
from pybridge.audit.pairs import CLOSED_BY, CLOSERS
from pybridge.audit.project import Project
from pybridge.audit.report import Finding
from pybridge.parser.lexer import Token

RULE = "brackets"
NORM_CLOSERS = frozenset(("‖", "‖₊", "‖ₑ"))
_POSTFIX = frozenset("ᵀᴴ⁻¹²³!·_")


def brackets(project: Project) -> Iterator[Finding]:
    for file in project.files:
        for chunk in commands(file.source, file.tokens):
            yield from _chunk(file, chunk)


def _chunk(file: LeanFile, chunk: Sequence[Token]) -> Iterator[Finding]:
    """At most one finding a command: after the first, nothing can be said of the rest."""
    opened: list[tuple[Token, str]] = []
    before: Token | None = None
    for token in chunk:
        role = _role(file, token, before, opened[-1][1] if opened else "")
        if role == "open":
            opened.append((token, CLOSED_BY.get(token.text, token.text[0])))
        elif role == "close":
            if not opened:
                yield file.finding(token.start, RULE, f"`{token.text}` closes nothing", "Remove it.")
                return
            opener, closer = opened.pop()
            if closer != token.text[0]:
                line, column = file.source.position(opener.start)
                message = f"`{token.text}` stands where `{opener.text}` of {line}:{column} is still open"
                yield file.finding(token.start, RULE, message, f"Close it with `{closer}` first.")
                return
        before = token
    if opened:
        opener, closer = opened[-1]
        yield file.finding(
            opener.start, RULE, f"`{opener.text}` never closes", f"Write `{closer}` before the next command."
        )


def _role(file: LeanFile, token: Token, before: Token | None, expected: str) -> str:
    if token.kind != "symbol":
        return ""
    if token.text in CLOSED_BY:
        return "open"
    if token.text in CLOSERS:
        return "close"
    if token.text in NORM_CLOSERS:
        return "close" if expected == "‖" and before and _ends_operand(before) else "open"
    if token.text in ("|", "|-"):
        return _bar_role(file, token, expected)
    return ""


def separates(file: LeanFile, token: Token) -> bool:
    """Whether a `|` is one between patterns or alternatives: a blank follows it."""
    return token.text == "|" and file.source.text[token.end : token.end + 1] in ("", " ", "\n")


def _bar_role(file: LeanFile, token: Token, expected: str) -> str:
    if expected == "|" and not token.spaced:
        return "close"
    return "" if separates(file, token) else "open"


def _ends_operand(token: Token) -> bool:
    if token.kind in ("name", "number", "string"):
        return True
    return token.text in CLOSERS or token.text in NORM_CLOSERS or token.text in ("|", *_POSTFIX)
