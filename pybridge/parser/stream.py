"""A cursor over tokens."""

from __future__ import annotations

from typing import NoReturn

from pybridge.parser.constructs import CONSTRUCTS
from pybridge.parser.lexer import Token
from pybridge.parser.source import Source
from pybridge.parser.words import KEYWORDS


class Stream:
    """Tokens of one source and a position among them."""

    def __init__(self, source: Source, tokens: list[Token], at: int = 0) -> None:
        self.source = source
        self._tokens = tokens
        self.at = at

    @property
    def next(self) -> Token:
        return self._tokens[self.at]

    @property
    def last_end(self) -> int:
        """Where the token before the cursor ends."""
        return self._tokens[self.at - 1].end if self.at else 0

    def peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self.at + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.at += 1
        return token

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these symbols or words."""
        return self.next.kind in ("symbol", "name") and self.next.text in texts

    def accept(self, text: str) -> bool:
        if self.sees(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str, where: str) -> Token:
        if not self.sees(text):
            self.refuse(f"`{text}`", where)
        return self.take()

    def sees_name(self) -> bool:
        return self.next.kind == "name" and self.next.text not in KEYWORDS

    def expect_name(self, what: str, where: str) -> Token:
        if self.next.text in CONSTRUCTS:
            self.refuse(what, where)
        return self.expect_label(what, where)

    def expect_label(self, what: str, where: str) -> Token:
        """A name that is never used as a term or type, such as that of a namespace."""
        if not self.sees_name():
            self.refuse(what, where)
        return self.take()

    def names_since(self, start: int) -> frozenset[str]:
        """Names among the tokens from index `start` to the cursor; of a dotted name the first part."""
        return frozenset(t.text.partition(".")[0] for t in self._tokens[start : self.at] if t.kind == "name")

    def refuse(self, expected: str, where: str) -> NoReturn:
        """Fail at the next token: a construct by its name, anything else as not being `expected`."""
        token = self.next
        construct = CONSTRUCTS.get(token.text) if token.kind in ("symbol", "name") else None
        if construct:
            self.source.fail(
                "construct", token.start, construct=construct.name, token=token.text, advice=construct.advice
            )
        self.source.fail("expected", token.start, expected=expected, got=shown(token), where=where)


def shown(token: Token) -> str:
    """A token as an error names it."""
    match token.kind:
        case "end":
            return "the end of the text"
        case "doc":
            return "a docstring"
        case "string":
            return "a string"
        case _:
            return f"`{token.text}`"
