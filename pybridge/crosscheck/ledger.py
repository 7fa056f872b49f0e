"""The trust ledger: what holds of each theorem, link by link, made from evidence files and from nothing else.

    read            `docs/verification.md` says that the proof was read against the pinned Mathlib
    round trip      Lean accepted the statement as Python read it (`lake test`; a listing that ran agrees)
    built           Lean checked the proof (`lake build`)
    axioms clean    it rests on no axiom but `propext`, `Classical.choice`, `Quot.sound`
    property-tested exact arithmetic found no counterexample
    mutants killed  every altered statement is refuted, or explained
    on a model      the statement held wherever its hypotheses were met in a recorded run of `pybridge.check`

Evidence counts for the text it was made of: what Lean said, for the Lean files as they are; what a test or a
model said, for the statement as it is. Older evidence is no evidence. One failure outweighs any success.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pybridge.audit.pages import quoted, read_page
from pybridge.crosscheck.evidence import Evidence, Status, evidence_from
from pybridge.crosscheck.project import Project, Theorem, read_project
from pybridge.errors import SettingError

FOLDER = "docs/evidence"
LINKS: dict[str, tuple[str, ...]] = {
    "read": (),
    "round trip": ("test", "listing", "leandojo"),
    "built": ("build",),
    "axioms clean": ("axioms",),
    "property-tested": ("properties",),
    "mutants killed": ("mutants",),
    "on a model": (),
}
"""Each link, and the checks of `python -m pybridge.crosscheck` behind it; the first is decisive."""

_OF_STATEMENTS = ("properties", "mutants")


class Standing(StrEnum):
    """What is known of one link for one theorem."""

    HOLDS = "holds"
    FAILED = "failed"
    UNCHECKED = "not checked here"
    NOT_MEANT = "does not apply"


@dataclass(frozen=True)
class LedgerRow:
    """One theorem. The chain of links is as good as its weakest one."""

    theorem: str
    links: Mapping[str, Standing]

    @property
    def holds_to(self) -> str:
        """The last link of those that hold without a gap from the first on; empty if none does."""
        last = ""
        for link, standing in self.links.items():
            if standing is Standing.NOT_MEANT:
                continue
            if standing is not Standing.HOLDS:
                break
            last = link
        return last

    @property
    def weakest(self) -> str:
        """A failed link if there is one, else the unchecked ones, else that every link holds."""
        failed = [link for link, standing in self.links.items() if standing is Standing.FAILED]
        if failed:
            return f"failed: {', '.join(failed)}"
        unchecked = [link for link, standing in self.links.items() if standing is Standing.UNCHECKED]
        if unchecked:
            return f"not checked here: {', '.join(unchecked)}"
        return "every link holds"


def trust_ledger(root: Path, evidence: Iterable[Path] | None = None) -> tuple[LedgerRow, ...]:
    """The ledger of a clone, a row for each theorem of the manifest.

    Args:
        evidence: files of `python -m pybridge.crosscheck --json` and `python -m pybridge.check --json`; all
            `.json` files of `docs/evidence/` by default.
    Raises:
        SettingError: no project there, or a file that is neither.
    """
    project = read_project(root)
    paths = sorted((root / FOLDER).glob("*.json")) if evidence is None else list(evidence)
    records = [_read(path) for path in paths]
    checks = [evidence_from(record, str(path)) for record, path in _with(records, paths, "evidence_version")]
    runs = [_model_run(record, str(path)) for record, path in _with(records, paths, "schema_version")]
    read = _read_names(root)
    return tuple(_row(project, theorem, checks, runs, read) for theorem in project.theorems.values())


def _row(
    project: Project, theorem: Theorem, checks: list[Evidence], runs: list[dict[str, Any]], read: set[str]
) -> LedgerRow:
    links = dict.fromkeys(LINKS, Standing.UNCHECKED)
    if theorem.name in read:
        links["read"] = Standing.HOLDS
    for link, names in LINKS.items():
        if names:
            links[link] = _worst(project, theorem, checks, names)
    links["on a model"] = _on_models(theorem, runs)
    return LedgerRow(theorem.name, links)


def _worst(project: Project, theorem: Theorem, checks: list[Evidence], names: Sequence[str]) -> Standing:
    """Failed if any of these checks failed for the theorem, holds if the first one held."""
    said: dict[str, set[bool]] = {name: set() for name in names}
    for evidence in checks:
        for result in evidence.results:
            if result.check not in names or not _is_current(project, theorem, evidence, result.check):
                continue
            if result.status is not Status.SKIPPED and theorem.name in result.theorems:
                said[result.check].add(result.theorems[theorem.name])
    if any(False in answers for answers in said.values()):
        return Standing.FAILED
    return Standing.HOLDS if True in said[names[0]] else Standing.UNCHECKED


def _is_current(project: Project, theorem: Theorem, evidence: Evidence, check: str) -> bool:
    if check in _OF_STATEMENTS:
        return evidence.statements.get(theorem.name) == theorem.statement
    return evidence.sources == project.sources


def _on_models(theorem: Theorem, runs: list[dict[str, Any]]) -> Standing:
    """Violated anywhere: failed. Held, its hypotheses met, at least once: holds."""
    if "runtime" not in theorem.modes:
        return Standing.NOT_MEANT
    entries = [run[theorem.name] for run in runs if theorem.name in run]
    current = [entry for entry in entries if entry["statement"] == theorem.statement]
    if any(entry["verdicts"].get("VIOLATED", 0) or entry["verdicts"].get("ERROR", 0) for entry in current):
        return Standing.FAILED
    held = any(entry["verdicts"].get("HOLDS", 0) for entry in current)
    return Standing.HOLDS if held else Standing.UNCHECKED


def _model_run(record: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The theorems of a record of `python -m pybridge.check`, by name."""
    try:
        return {
            entry["name"]: {"statement": entry["statement"], "verdicts": dict(entry["verdicts"])}
            for entry in record["theorems"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise SettingError(f"{path} is no record of `python -m pybridge.check`: it lacks {error}") from None


def _read_names(root: Path) -> set[str]:
    rows = read_page(root, "docs/verification.md").rows("Theorem", "Lean name", "Proof: read")
    return {name for row in rows if row.cells[2:3] == ("yes",) for name in quoted(row.cells[1])}


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"{path} is no evidence file: {error}") from None
    if not isinstance(record, dict):
        raise SettingError(f"{path} is no evidence file: expected a JSON object")
    return record


def _with(records: list[dict[str, Any]], paths: list[Path], key: str) -> list[tuple[dict[str, Any], Path]]:
    return [(record, path) for record, path in zip(records, paths, strict=True) if key in record]


def table(rows: Iterable[LedgerRow]) -> str:
    """The ledger as a Markdown table."""
    lines = ["| Lean name | " + " | ".join(LINKS) + " |", "|---" * (len(LINKS) + 1) + "|"]
    for row in rows:
        lines.append(f"| `{row.theorem}` | " + " | ".join(row.links[link].value for link in LINKS) + " |")
    return "\n".join(lines)
