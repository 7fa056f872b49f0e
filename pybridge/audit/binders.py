"""Names that a Lean text binds: header binders, `intro`, `have`, `obtain`, `fun`, `∑`, arms of `induction`, …

One set a declaration, without scopes: a name bound anywhere in it counts as local everywhere in it. That errs
on the side of silence, and only for a Mathlib name that a proof also uses as a local one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pybridge.audit.lean_file import Declaration, LeanFile
from pybridge.audit.pairs import CLOSERS, OPENERS
from pybridge.audit.vocabulary import WORDS
from pybridge.parser.lexer import Token

_QUANTIFIERS = frozenset(("∀", "∃", "∑", "∏", "⨆", "⨅", "⋃", "⋂", "∫"))
_INTRODUCERS = frozenset(("intro", "intros", "rintro", "ext", "funext", "rename_i", "split_ifs"))
_NAMERS = frozenset(("have", "haveI", "let", "letI", "set", "suffices", "replace", "obtain"))
_LABELLERS = frozenset(
    ("by_cases", "by_contra", "by_contra!", "if", "generalize", "cases", "rcases", "match")
)


def local_names(file: LeanFile, declaration: Declaration) -> frozenset[str]:
    """Every name that a declaration binds, `this` included."""
    found = {"this", *_header_names(declaration.header)}
    for tokens in (declaration.header, declaration.body):
        for i in range(len(tokens)):
            found.update(_introduced(file, tokens, i))
    return frozenset(found)


def _header_names(header: Sequence[Token]) -> Iterator[str]:
    """Names before the `:` of each binder group; brackets of instances name nothing."""
    depth, naming = 0, False
    for token in header:
        if token.text in OPENERS:
            depth += 1
            naming = depth == 1 and token.text in ("(", "{", "⦃")
        elif token.text in CLOSERS:
            depth -= 1
        elif token.text == ":":
            if depth == 0:
                return
            naming = False
        elif naming and token.kind == "name":
            yield token.text


def _introduced(file: LeanFile, tokens: Sequence[Token], i: int) -> Iterator[str]:
    token, rest = tokens[i], tokens[i + 1 :]
    text = token.text
    if text in ("fun", "λ"):
        yield from _pattern(rest, ("=>", "↦"))
    elif text in _QUANTIFIERS:
        yield from _pattern(rest, (",", "∈", "≤", "<", "≥", ">", "≠", "∉", "⊆"))
    elif token.kind == "name" and text in _INTRODUCERS:
        yield from _pattern(_line(file, tokens, i), (";", "<", "=>", ":"))
    elif token.kind == "name" and text in _NAMERS:
        yield from _pattern(rest, (":", ":=", "from", "by"))
    elif token.kind == "name" and text in _LABELLERS:
        yield from _label(rest, text)
    elif token.kind == "name" and text == "with":
        yield from _pattern(_line(file, tokens, i), ("=>", ";", "<"), separators=("|",))
    elif token.kind == "name" and text in ("case", "next", "choose"):
        yield from _pattern(rest, ("=>", "using"))
    elif text == "|":
        yield from _arm(rest)


def _line(file: LeanFile, tokens: Sequence[Token], i: int) -> list[Token]:
    """What follows a token on its own line."""
    line = file.line(tokens[i])
    found = []
    for token in tokens[i + 1 :]:
        if file.line(token) != line:
            break
        found.append(token)
    return found


def _pattern(
    tokens: Sequence[Token], stops: tuple[str, ...], separators: tuple[str, ...] = ()
) -> Iterator[str]:
    """Names of a pattern up to a stop outside brackets; in `(x y : T)` only those before the colon."""
    depth, typed = 0, 0
    for token in tokens:
        if depth == 0 and token.text in stops:
            return
        if token.text in OPENERS:
            depth += 1
        elif token.text in CLOSERS:
            depth -= 1
            if depth < 0:
                return
            typed = min(typed, depth)
        elif token.text == ":":
            typed = depth
        elif token.kind == "name" and not typed and token.text not in WORDS:
            yield token.text


def _label(tokens: Sequence[Token], keyword: str) -> Iterator[str]:
    """`h` of `by_cases h : p`, and both names of `generalize h : e = x`."""
    if len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].text == ":":
        yield tokens[0].text
    if keyword.startswith("by_contra") and tokens and tokens[0].kind == "name":
        yield tokens[0].text
    if keyword == "generalize":
        equals = next((i for i, token in enumerate(tokens) if token.text == "="), None)
        if equals is not None and equals + 1 < len(tokens):
            yield tokens[equals + 1].text


def _arm(tokens: Sequence[Token]) -> Iterator[str]:
    """The names of `| succ n ih =>`, its tag among them; an alternative of `first` has no such arrow."""
    names = []
    for token in tokens:
        if token.text == "=>":
            yield from names
            return
        if token.kind == "name" and token.text not in WORDS:
            names.append(token.text.removeprefix("@"))
        elif token.kind == "name" or token.text not in ("⟨", "⟩", "(", ")", ",", ".", "@"):
            return
