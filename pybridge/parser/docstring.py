"""Docstrings: the prose, the paper's number and section, and the `@` keys.

Keys stand one per line after the prose; an indented line continues the key above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NoReturn

from pybridge.ir import nodes as n
from pybridge.ir.printer import print_term
from pybridge.ir.traverse import walk
from pybridge.ir.typing import describe
from pybridge.ir.vocabulary import MEANINGS, common_scopes, in_words
from pybridge.parser.elaborate import Elaborator
from pybridge.parser.lexer import Token, tokens
from pybridge.parser.pratt import ExpressionReader
from pybridge.parser.source import Source
from pybridge.parser.stream import Stream

KEYS = ("mode", "measure", "upper", "certificate", "note")
REPEATABLE = ("upper", "note")
MODES = ("runtime", "property")
_NUMBER = re.compile(r"\A\s*\*\*Theorem\s+([^*]+?)\s*\*\*")
_SECTION = re.compile(r"§\s?\d+(?:\.\d+)*")
_KEY_LINE = re.compile(r"@(\S*)[ \t]*(.*)")


@dataclass(frozen=True)
class KeyLine:
    """One `@key value`; offsets in the source of the `@`, of the value and of its end."""

    key: str
    value: str
    at: int
    value_at: int
    end: int


def read_docstring(
    source: Source,
    token: Token | None,
    elaborator: Elaborator,
    conclusion: n.Prop,
    aliases: Mapping[str, str],
) -> n.Docstring:
    """The docstring of a theorem whose binders `elaborator` knows.

    Raises:
        StatementError: an unknown or repeated key, or a value that does not fit the theorem.
    """
    if token is None:
        return n.Docstring()
    prose, lines = _split(source, token)
    values = _Values(source, elaborator, conclusion, aliases)
    by_key: dict[str, list[KeyLine]] = {}
    for line in lines:
        _check_key(source, line, by_key)
        by_key.setdefault(line.key, []).append(line)
    measures = tuple(pair for line in by_key.get("measure", ()) for pair in values.measures(line))
    modes = values.modes(by_key["mode"][0]) if "mode" in by_key else ("property",)
    _check_modes(source, modes, measures, by_key)
    number, section = _NUMBER.search(prose), _SECTION.search(prose)
    return n.Docstring(
        text=prose.strip(),
        number=number.group(1) if number else "",
        section=section.group().replace(" ", "") if section else "",
        modes=modes,
        measures=measures,
        uppers=values.uppers(by_key.get("upper", [])),
        certificate=values.certificate(by_key["certificate"][0]) if "certificate" in by_key else None,
        notes=tuple(line.value for line in by_key.get("note", ())),
    )


def _split(source: Source, token: Token) -> tuple[str, list[KeyLine]]:
    """Prose and key lines. A line whose first character is `@` is a key line."""
    prose: list[str] = []
    lines: list[KeyLine] = []
    at = token.start + len("/--")
    for text in token.text.splitlines(keepends=True):
        bare = text.strip()
        start = at + len(text) - len(text.lstrip())
        end = start + len(bare)
        if found := _KEY_LINE.match(bare):
            lines.append(KeyLine(found[1], found[2], start, start + found.start(2), end))
        elif not lines:
            prose.append(text)
        elif bare and text[0] in " \t":
            last = lines[-1]
            lines[-1] = replace(last, value=f"{last.value} {bare}".strip(), end=end)
        elif bare:
            source.fail("prose-after-keys", start)
        at += len(text)
    return "".join(prose), lines


def _check_key(source: Source, line: KeyLine, seen: Mapping[str, list[KeyLine]]) -> None:
    if line.key not in KEYS:
        source.fail("unknown-key", line.at, key=line.key, advice=_suggestion(line.key, KEYS, "@"))
    if line.key in seen and line.key not in REPEATABLE:
        source.fail("repeated-key", line.at, key=line.key)
    if not line.value:
        source.fail("empty-key", line.at, key=line.key)


def _check_modes(
    source: Source, modes: tuple[str, ...], measures: tuple[object, ...], by_key: Mapping[str, list[KeyLine]]
) -> None:
    if "runtime" in modes and not measures:
        source.fail("runtime-unmeasured", by_key["mode"][0].at)
    if measures and "runtime" not in modes:
        source.fail("measured-not-run", by_key["measure"][0].at)


def _suggestion(word: str, known: tuple[str, ...] | list[str], prefix: str = "") -> str:
    close = get_close_matches(word, known, n=1)
    if close:
        return f"Did you mean `{prefix}{close[0]}`?"
    return "Known: " + ", ".join(f"`{prefix}{name}`" for name in known) + "."


@dataclass(frozen=True)
class _Values:
    """Readers of the keys' values, one method a key."""

    source: Source
    elaborator: Elaborator
    conclusion: n.Prop
    aliases: Mapping[str, str]

    def modes(self, line: KeyLine) -> tuple[str, ...]:
        words = line.value.split()
        for word in words:
            if word not in MODES:
                self._fail("unknown-mode", line, word=word, advice=_suggestion(word, MODES))
            if words.count(word) > 1:
                self._fail("repeated-mode", line, word=word)
        if "property" not in words:
            self._fail("no-property-mode", line)
        return tuple(mode for mode in MODES if mode in words)

    def measures(self, line: KeyLine) -> Iterator[tuple[str, str]]:
        seen: dict[str, str] = {}
        for entry in line.value.split(";"):
            name, _, meaning = entry.strip().partition(" ")
            meaning = " ".join(meaning.split())
            self._check_measure(line, name, meaning, seen)
            seen[name] = meaning
            yield name, meaning

    def _check_measure(self, line: KeyLine, name: str, meaning: str, seen: Mapping[str, str]) -> None:
        binders = self.elaborator.sorts
        if not meaning:
            self._fail("measure-form", line, entry=name)
        if name not in binders:
            self._fail("unknown-measured", line, name=name, advice=_suggestion(name, list(binders)))
        if name in seen:
            self._fail("measured-twice", line, name=name)
        if meaning not in MEANINGS:
            self._fail("unknown-meaning", line, meaning=meaning, advice=_suggestion(meaning, list(MEANINGS)))
        if not MEANINGS[meaning].fits(binders[name]):
            kind = " or ".join(kind.__name__ for kind in MEANINGS[meaning].sort)
            self._fail(
                "meaning-sort", line, name=name, meaning=meaning, kind=kind, sort=describe(binders[name])
            )
        if not common_scopes((*seen.values(), meaning)):
            earlier = "; ".join(f"`{other}` {in_words(known)}" for other, known in seen.items())
            self._fail("mixed-scopes", line, earlier=earlier, name=name, scopes=in_words(meaning))

    def uppers(self, lines: list[KeyLine]) -> tuple[str, ...]:
        found: list[str] = []
        for line in lines:
            stream = Stream(self.source, tokens(self.source, line.value_at, line.end))
            while True:
                found.append(self._upper(line, stream, found))
                if not stream.accept(";"):
                    break
            if stream.next.kind != "end":
                stream.refuse("`;` or the end of the line", "after the term")
        return tuple(found)

    def _upper(self, line: KeyLine, stream: Stream, earlier: list[str]) -> str:
        term = self.elaborator.term(ExpressionReader(stream, self.aliases).read())
        text = print_term(term)
        if not isinstance(term, n.MapNorm | n.MatrixNorm):
            self._fail("upper-form", line, text=text)
        if not isinstance(self.conclusion, n.Rel) or self.conclusion.op != "≤":
            self._fail("upper-relation", line)
        if not rises_with(self.conclusion.right, term):
            self._fail("upper-place", line, text=text)
        if text in earlier:
            self._fail("upper-twice", line, text=text)
        return text

    def certificate(self, line: KeyLine) -> bool:
        if line.value not in ("yes", "no"):
            self._fail("certificate-form", line, value=line.value)
        return line.value == "yes"

    def _fail(self, code: str, line: KeyLine, **fields: object) -> NoReturn:
        self.source.fail(code, line.value_at, **fields)


def rises_with(term: n.Term, part: n.Term) -> bool:
    """Whether `part` occurs in `term`, and only under `+` and `*` and on the left of `-` and `/`.

    There it cannot make `term` smaller by growing, as long as the factors beside it are nonnegative.
    """
    if term == part:
        return True
    match term:
        case n.Add(left, right) | n.Mul(left, right):
            sides = [side for side in (left, right) if part in walk(side)]
            return bool(sides) and all(rises_with(side, part) for side in sides)
        case n.Sub(left, right) | n.Div(left, right):
            return part not in walk(right) and rises_with(left, part)
        case _:
            return False
