"""Hypotheses that the necessity search found no counterexample without: each is named as a guard, and why.

Reported always; a finding only where the docstring has no sentence with the word "guard" that gives the
hypothesis by its name or by its proposition in backticks, as in "`h ≠ 0` is a guard: …".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pybridge.audit.lean_file import Declaration, LeanFile
from pybridge.audit.necessity import NECESSITY
from pybridge.audit.pages import quoted
from pybridge.audit.project import Project
from pybridge.audit.report import Finding

RULE = "guards"


def guards(project: Project) -> Iterator[Finding]:
    for file, theorem, name, count in _unneeded(project):
        if not _named(file, theorem, name):
            message = f"no counterexample to {theorem.label} without `{name}` in {count:,} examples"
            advice = "Drop the hypothesis, or say in the docstring that it is a guard, and of what."
            yield file.finding(theorem.keyword.start, RULE, message, advice)


def unneeded(project: Project) -> Iterator[str]:
    """The same hypotheses as notes."""
    if project.necessity is None:
        yield f"no {NECESSITY}: whether every hypothesis is needed was not searched here"
    for _, theorem, name, count in _unneeded(project):
        yield f"{theorem.name}: no counterexample without `{name}` in {count:,} examples"


def _unneeded(project: Project) -> Iterator[tuple[LeanFile, Declaration, str, int]]:
    if project.necessity is None:
        return
    for file, theorem in project.exported():
        for name, count in project.necessity.unneeded.get(theorem.name, {}).items():
            yield file, theorem, name, count


def _named(file: LeanFile, theorem: Declaration, hypothesis: str) -> bool:
    ways = {_close(hypothesis), _close(_proposition(file, theorem, hypothesis))} - {""}
    text = " ".join(theorem.doc.text.split()) if theorem.doc else ""
    sentences = [s for s in re.split(r"(?<=[.;])\s", text) if re.search(r"\bguards?\b", s)]
    return any(_close(name) in ways for sentence in sentences for name in quoted(sentence))


def _proposition(file: LeanFile, theorem: Declaration, hypothesis: str) -> str:
    """What stands behind the colon of `(h… : …)`."""
    tokens = theorem.header
    for i, token in enumerate(tokens[:-1]):
        if token.text == hypothesis and tokens[i + 1].text == ":":
            depth, end = 1, i + 2
            while end < len(tokens) and depth:
                depth += (tokens[end].text in ("(", "[", "{")) - (tokens[end].text in (")", "]", "}"))
                end += 1
            return file.source.text[tokens[i + 2].start : tokens[end - 1].start]
    return ""


def _close(text: str) -> str:
    return re.sub(r"\s+", "", text)
