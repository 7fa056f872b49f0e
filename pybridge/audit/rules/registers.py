"""Every exported theorem stands in the manifest, in `docs/verification.md` and in a page of `docs/proofs/`,
and nothing stands there that is not exported.
"""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.audit.lean_file import Declaration, LeanFile
from pybridge.audit.manifest import MANIFEST
from pybridge.audit.pages import quoted
from pybridge.audit.project import VERIFICATION, Project
from pybridge.audit.report import Finding
from pybridge.audit.rules.theorems import number_of

RULE = "registers"
_EXTRACT = "Run `python -m pybridge.extract`."


def verified_names(project: Project) -> dict[str, int]:
    """The Lean names of the table in `docs/verification.md`, each with its line."""
    rows = project.verification.rows("Theorem", "Lean name")
    return {name: row.line for row in rows if len(row.cells) > 1 for name in quoted(row.cells[1])}


def registers(project: Project) -> Iterator[Finding]:
    """Theorems that a register forgets, and entries of registers without a theorem."""
    verified = verified_names(project)
    exported = list(project.exported())
    for file, theorem in exported:
        yield from _manifest(project, file, theorem)
        at = theorem.keyword.start
        if theorem.name not in verified:
            yield file.finding(
                at, RULE, f"{theorem.label} has no row in the table of {VERIFICATION}", "Add one."
            )
        pages = [page for page in project.proofs if file.path in page.covers]
        if not any(theorem.name in page.sections for page in pages):
            where = ", ".join(page.page.path for page in pages) or "docs/proofs/"
            yield file.finding(
                at, RULE, f"{theorem.label} has no section in {where}", f"Write `### {theorem.name}` there."
            )
    names = {theorem.name for _, theorem in exported}
    for name in project.manifest.entries.keys() - names:
        line = project.manifest.lines.get(name, 1)
        yield Finding(MANIFEST, line, 1, RULE, f"`{name}` is not exported by any Lean file", _EXTRACT)
    for name in verified.keys() - names:
        yield Finding(
            VERIFICATION, verified[name], 1, RULE, f"`{name}` is not an exported theorem", "Remove the row."
        )


def _manifest(project: Project, file: LeanFile, theorem: Declaration) -> Iterator[Finding]:
    entry = project.manifest.entries.get(theorem.name)
    at = theorem.keyword.start
    if entry is None:
        yield file.finding(at, RULE, f"{theorem.label} is not in {MANIFEST}", _EXTRACT)
        return
    held = {"file": file.path, "full_name": theorem.full_name, "number": number_of(theorem)}
    for key, value in held.items():
        if entry.get(key) != value:
            yield file.finding(
                at,
                RULE,
                f"{MANIFEST} gives {theorem.label} the {key} {entry.get(key)!r}, not {value!r}",
                _EXTRACT,
            )
