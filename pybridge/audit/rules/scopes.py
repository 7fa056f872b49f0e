"""Every `namespace` and `section` is closed by an `end` of its name, in the file that opened it."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.audit.declarations import commands
from pybridge.audit.lean_file import LeanFile
from pybridge.audit.order import LIBRARY
from pybridge.audit.project import Project
from pybridge.audit.report import Finding
from pybridge.parser.lexer import Token

RULE = "scopes"


def scopes(project: Project) -> Iterator[Finding]:
    for file in project.files:
        yield from _nesting(file)
        for theorem in file.exported():
            if theorem.namespace != LIBRARY:
                message = f"{theorem.label} is not in `namespace {LIBRARY}`"
                yield file.finding(theorem.keyword.start, RULE, message, "Move it inside.")


def _nesting(file: LeanFile) -> Iterator[Finding]:
    opened: list[tuple[Token, str]] = []
    for chunk in commands(file.source, file.tokens):
        word = next((t for t in chunk if t.text not in ("noncomputable", "public")), chunk[0])
        after = chunk[chunk.index(word) + 1 :]
        name = after[0].text if after and after[0].kind == "name" else ""
        if word.text in ("namespace", "section", "mutual"):
            opened.append((word, name))
        elif word.text == "end":
            if not opened:
                yield file.finding(
                    word.start, RULE, f"`{f'end {name}'.strip()}` closes nothing", "Remove it."
                )
                continue
            opener, expected = opened.pop()
            if name != expected:
                what = f"{opener.text} {expected}".strip()
                message = f"`end {name}` closes `{what}`" if name else f"`end` closes `{what}`"
                yield file.finding(word.start, RULE, message, "Name what was opened last.")
    for opener, name in opened:
        what = f"{opener.text} {name}".strip()
        yield file.finding(opener.start, RULE, f"`{what}` never ends", f"Add `{f'end {name}'.strip()}`.")
