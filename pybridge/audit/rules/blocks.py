"""Tactic blocks: what follows `by`, `·`, an arm's `=>` and an alternative's `|` is there and indented.

A block that starts on a new line must stand to the right of the block it is in; the alternatives of one
`first` stand below each other; no proof line slips left of the proof's first, or to column 1, where Lean
would look for a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pybridge.audit.declarations import commands
from pybridge.audit.lean_file import Declaration, LeanFile
from pybridge.audit.pairs import CLOSERS, OPENERS
from pybridge.audit.project import Project
from pybridge.audit.report import Finding
from pybridge.audit.rules.brackets import separates
from pybridge.parser.lexer import Token
from pybridge.parser.words import DECLARATIONS, MODIFIERS, THEOREMS

RULE = "blocks"
COMMANDS = frozenset(
    (
        *(*THEOREMS, *DECLARATIONS, *MODIFIERS, "@[", "#", "import", "namespace", "section", "mutual", "end"),
        *("open", "variable", "universe", "attribute", "include", "omit", "export", "deriving"),
        *("suppress_compilation", "termination_by", "decreasing_by", "run_cmd", "set_option", "initialize"),
        *("macro", "macro_rules", "syntax", "elab", "elab_rules", "notation", "notation3", "simproc"),
        *("infix", "infixl", "infixr", "prefix", "postfix", "declare_syntax_cat", "proof_wanted", "alias"),
    )
)
_ENDS = CLOSERS | {",", ";"}


def blocks(project: Project) -> Iterator[Finding]:
    for file in project.files:
        for chunk in commands(file.source, file.tokens):
            first = chunk[0]
            if first.kind != "doc" and first.text not in COMMANDS:
                message = f"`{first.text}` stands at column 1 and starts no command"
                yield file.finding(first.start, RULE, message, "Indent the line into its declaration.")
        for declaration in file.declarations:
            yield from _Walk(file, declaration.body).findings()
            yield from _alternatives(file, declaration)
            yield from _slipped(file, declaration)


@dataclass
class _Walk:
    """The blocks open at a token: the column of each, and the depth of brackets it is at."""

    file: LeanFile
    body: Sequence[Token]
    open_blocks: list[tuple[int, int]] = field(default_factory=lambda: [(1, 0)])
    depth: int = 0

    def findings(self) -> Iterator[Finding]:
        for i, token in enumerate(self.body):
            self._leave(token)
            if self._opens(i):
                yield from self._enter(token, self.body[i + 1] if i + 1 < len(self.body) else None)
            if token.text in OPENERS:
                self.depth += 1

    def _leave(self, token: Token) -> None:
        if token.text in CLOSERS:
            self.depth -= 1
            while len(self.open_blocks) > 1 and self.open_blocks[-1][1] > self.depth:
                self.open_blocks.pop()
        if self.file.starts_line(token):
            column = self.file.column(token)
            while len(self.open_blocks) > 1 and self.open_blocks[-1][0] > column:
                self.open_blocks.pop()

    def _opens(self, i: int) -> bool:
        token = self.body[i]
        if token.text in ("by", "=>") and token.kind in ("name", "symbol"):
            return True
        return token.text == "·" and (self.file.starts_line(token) or self.body[i - 1].text in ("by", "=>"))

    def _enter(self, opener: Token, inside: Token | None) -> Iterator[Finding]:
        what = "this bullet" if opener.text == "·" else f"this `{opener.text}`"
        if inside is None or inside.text in _ENDS or separates(self.file, inside):
            yield self.file.finding(opener.start, RULE, f"nothing follows {what}", "Write the proof.")
            return
        if not self.file.starts_line(inside):
            if opener.text == "·":
                self.open_blocks.append((self.file.column(inside), self.depth))
            return
        column, outer = self.file.column(inside), self.open_blocks[-1][0]
        if opener.text == "·":
            outer = max(outer, self.file.column(opener))
        if column <= outer and not (opener.text == "=>" and self.depth):
            message = f"what follows {what} stands at column {column}, not right of column {outer}"
            yield self.file.finding(inside.start, RULE, message, "Indent it, or write what is missing.")
            return
        self.open_blocks.append((column, self.depth))


def _slipped(file: LeanFile, declaration: Declaration) -> Iterator[Finding]:
    """Lines that stand left of the first tactic of the proof, where they belong to nothing."""
    body = declaration.body
    start = next((i for i, token in enumerate(body[:2]) if token.text == "by"), None)
    if start is None or start + 1 == len(body) or not file.starts_line(body[start + 1]):
        return
    column, depth = file.column(body[start + 1]), 0
    for token in body[start + 1 :]:
        if depth == 0 and file.starts_line(token) and 1 < file.column(token) < column:
            message = f"this line stands at column {file.column(token)}, left of its proof"
            yield file.finding(token.start, RULE, message, f"Start it at column {column} or right of it.")
        depth += (token.text in OPENERS) - (token.text in CLOSERS)


def _alternatives(file: LeanFile, declaration: Declaration) -> Iterator[Finding]:
    body = declaration.body
    for i, token in enumerate(body):
        if token.text != "first" or token.kind != "name" or i + 1 == len(body) or body[i + 1].text != "|":
            if token.text == "first" and token.kind == "name":
                yield file.finding(
                    token.start, RULE, "no alternative follows this `first`", "Write `first | … | …`."
                )
            continue
        bars = _bars(file, body, i)
        for bar in bars:
            after = body[bar + 1] if bar + 1 < len(body) else None
            if after is None or separates(file, after):
                yield file.finding(
                    body[bar].start, RULE, "this alternative is empty", "Write it, or remove it."
                )
        lined = [body[bar] for bar in bars if file.starts_line(body[bar])]
        for bar in lined[1:]:
            if file.column(bar) != file.column(lined[0]):
                line = file.line(token)
                message = f"this alternative of the `first` in line {line} is not below the one before"
                yield file.finding(bar.start, RULE, message, f"Move it to column {file.column(lined[0])}.")


def _bars(file: LeanFile, body: Sequence[Token], first: int) -> list[int]:
    """Places of the `|` that belong to the `first` at a place: until its line of tactics ends.

    A bar further right than the first one, below a nested `first` or `with`, belongs to that.
    """
    limit = _item_column(file, body, first)
    bars: list[int] = []
    depth, nested, edge = 0, False, 0
    for i in range(first + 1, len(body)):
        token = body[i]
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth < 0 or (depth == 0 and file.starts_line(token) and file.column(token) <= limit):
            break
        if depth == 0 and token.text in ("first", "with", "match", "rintro", "obtain"):
            nested = True
        if depth == 0 and separates(file, token):
            column = file.column(token)
            if not bars:
                edge = column
            if nested and not (file.starts_line(token) and column <= edge):
                continue
            nested = False
            bars.append(i)
    return bars


def _item_column(file: LeanFile, body: Sequence[Token], place: int) -> int:
    """The column at which the tactic of a `first` starts; bullets before it on its line do not count."""
    line = file.line(body[place])
    same_line = [token for token in body[: place + 1] if file.line(token) == line]
    start = next((t for t in same_line if t.text not in ("·", "|")), body[place])
    return file.column(start)
