"""Every exported theorem has a docstring that opens with its number in bold, and no number is given twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pybridge.audit.lean_file import Declaration
from pybridge.audit.project import Project
from pybridge.audit.report import Finding

RULE = "theorems"
_NUMBER = re.compile(r"\A\s*\*\*Theorem\s+([^*]+?)\s*\*\*")


def number_of(declaration: Declaration) -> str:
    """`4b` of `**Theorem 4b**`; empty if the docstring does not open so."""
    found = _NUMBER.match(declaration.doc.text) if declaration.doc else None
    return " ".join(found.group(1).split()) if found else ""


def theorems(project: Project) -> Iterator[Finding]:
    """Missing docstrings, missing numbers, numbers and names given twice."""
    numbers: dict[str, str] = {}
    names: dict[str, str] = {}
    for file, theorem in project.exported():
        at = theorem.keyword.start
        here = f"{file.path}:{file.line(theorem.keyword)}"
        if theorem.name in names:
            message = f"the name {theorem.label} is taken by {names[theorem.name]}"
            yield file.finding(at, RULE, message, "Generated files are named by it alone; rename one.")
        names.setdefault(theorem.name, here)
        if theorem.doc is None:
            yield file.finding(
                at, RULE, f"{theorem.label} has no docstring", "The bridge and the reader need one."
            )
            continue
        number = number_of(theorem)
        if not number:
            yield file.finding(
                at, RULE, f"the docstring of {theorem.label} does not open with `**Theorem …**`", "Number it."
            )
        elif number in numbers:
            yield file.finding(
                at, RULE, f"number {number} is taken by {numbers[number]}", "Give this theorem its own."
            )
        numbers.setdefault(number, f"`{theorem.name}` ({here})")
