"""Which library names a proof uses.

A name in a proof is none of the library if it is a tactic, a keyword or a word of the statement grammar
(`vocabulary.WORDS`), bound in its declaration (`binders.local_names`), or the label of a named argument
`(g := f)`. In `hbound.trans_lt` the head is local and `trans_lt` is a *field*: some listed name must end in
it. What stands behind `)` and a dot, or behind a dot alone, is a field too. Any other name must be listed, or
be declared in this project; of `sub_pos.mpr` the longest known beginning is the name and the rest are fields.
Names without their namespace (`sum_congr` under `open Finset`) are known by their ending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pybridge.audit.binders import local_names
from pybridge.audit.lean_file import Declaration, LeanFile
from pybridge.audit.vocabulary import PROJECTIONS, WORDS
from pybridge.parser.lexer import Token


@dataclass(frozen=True)
class Use:
    """A name at a place; a field when only the end of the name is written."""

    name: str
    at: int
    field: bool


def uses(file: LeanFile, declaration: Declaration) -> Iterator[Use]:
    """The names that the body of a declaration uses, locals and words left out."""
    local = local_names(file, declaration)
    body = declaration.body
    for i, token in enumerate(body):
        if token.kind == "name" and not _labels(body[i - 1] if i else None, body[i + 1 : i + 2]):
            behind_dot = i > 0 and body[i - 1].text == "." and not token.spaced
            yield from _token_uses(token, local, behind_dot)


def _labels(before: Token | None, after: Iterable[Token]) -> bool:
    """Whether a name is the label of `(g := f)` or of `{ g := f }`."""
    opens = before is not None and before.text in ("(", "{", ",")
    return opens and any(token.text == ":=" for token in after)


def _token_uses(token: Token, local: frozenset[str], behind_dot: bool) -> Iterator[Use]:
    name = token.text.removeprefix("_root_.")
    head, *fields = name.split(".")
    if behind_dot:
        fields = [head, *fields]
    elif name in WORDS or name.startswith("_"):
        return
    elif head not in local:
        yield Use(name, token.start, field=False)
        return
    for part in fields:
        if part not in PROJECTIONS and not part.isdigit():
            yield Use(part, token.start, field=True)


class Known:
    """A set of full names, asked by any ending of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._endings = {ending for name in self.names for ending in _endings(name)}
        self._last = {name.rsplit(".", 1)[-1] for name in self.names}

    def has(self, name: str) -> bool:
        return name in self._endings

    def has_field(self, part: str) -> bool:
        return part in self._last


def _endings(name: str) -> Iterator[str]:
    parts = name.split(".")
    for i in range(len(parts)):
        yield ".".join(parts[i:])


def resolve(use: Use, listed: Known, own: Known) -> tuple[str, list[str]]:
    """The part of a use that is a known name (empty if none), and the fields behind it."""
    if use.field:
        return "", [use.name]
    parts = use.name.split(".")
    for k in range(len(parts), 0, -1):
        beginning = ".".join(parts[:k])
        if listed.has(beginning) or own.has(beginning):
            return beginning, [part for part in parts[k:] if part not in PROJECTIONS and not part.isdigit()]
    return "", []
