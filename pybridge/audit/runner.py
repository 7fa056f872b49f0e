"""One audit: read the project, apply every rule, sort what they find."""

from __future__ import annotations

from pathlib import Path

from pybridge.audit.project import read_project
from pybridge.audit.report import Report
from pybridge.audit.rules import NOTES, RULES


def run(root: Path | str | None = None) -> Report:
    """Audit a project.

    Args:
        root: the folder with `LivingInference.lean`; the working directory by default.
    Raises:
        SettingError: no project there, or a manifest, page or necessity record that cannot be read.
    """
    project = read_project(Path(root) if root is not None else Path.cwd())
    findings = {*project.broken, *(found for rule in RULES for found in rule(project))}
    return Report(
        tuple(sorted(findings)),
        tuple(note for source in NOTES for note in source(project)),
        len(project.files) + len(project.broken),
        sum(1 for _ in project.exported()),
    )
