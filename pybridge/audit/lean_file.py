"""One Lean file as the rules see it: text, tokens, declarations, and what kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pybridge.audit.order import GENERAL, LIBRARY, TESTS
from pybridge.audit.report import Finding
from pybridge.parser.lexer import Token
from pybridge.parser.source import Source

GENERATED_FILES = ("RoundTrip.lean", "Audit.lean")


class Kind(StrEnum):
    """Which rules a file answers to."""

    DOOR = "door"
    TOPIC = "topic"
    GENERAL = "general lemmas"
    TEST = "test"
    GENERATED = "generated test"


@dataclass(frozen=True)
class Declaration:
    """A `theorem`, `def`, `example`, …: its docstring, and its tokens before and from `:=` on.

    `opening` is the first token of it, a modifier or an attribute perhaps; `name` is empty for an `example`.
    """

    keyword: Token
    opening: Token
    name: str
    namespace: str
    private: bool
    doc: Token | None
    header: tuple[Token, ...]
    body: tuple[Token, ...]

    @property
    def full_name(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    @property
    def is_theorem(self) -> bool:
        return self.keyword.text in ("theorem", "lemma")

    @property
    def label(self) -> str:
        return f"`{self.name}`" if self.name else f"this `{self.keyword.text}`"


@dataclass(frozen=True)
class LeanFile:
    """A file that could be read; `path` is relative to the project, with slashes."""

    source: Source
    tokens: tuple[Token, ...]
    declarations: tuple[Declaration, ...]

    @property
    def path(self) -> str:
        return self.source.file

    @property
    def module(self) -> str:
        return self.path.removesuffix(".lean").replace("/", ".")

    @cached_property
    def kind(self) -> Kind:
        folder, *inner = self.path.split("/")
        if not inner:
            return Kind.DOOR
        if folder == TESTS:
            return Kind.GENERATED if inner[0] in GENERATED_FILES else Kind.TEST
        return Kind.GENERAL if GENERAL in inner[:-1] else Kind.TOPIC

    @property
    def topic(self) -> str:
        """`Bounds` of `LivingInference/Bounds.lean`."""
        return self.module.removeprefix(f"{LIBRARY}.")

    def exported(self) -> list[Declaration]:
        """The public theorems, where the file is one that exports."""
        if self.kind is not Kind.TOPIC:
            return []
        return [found for found in self.declarations if found.is_theorem and not found.private]

    def column(self, token: Token) -> int:
        return self.source.position(token.start)[1]

    def line(self, token: Token) -> int:
        return self.source.position(token.start)[0]

    def starts_line(self, token: Token) -> bool:
        """Whether nothing but blanks stands before it on its line."""
        start = self.source.text.rfind("\n", 0, token.start) + 1
        return not self.source.text[start : token.start].strip()

    def finding(self, offset: int, rule: str, message: str, advice: str = "") -> Finding:
        line, column = self.source.position(min(offset, len(self.source.text)))
        return Finding(self.path, line, column, rule, message, advice)
