"""What an audit says: findings, which fail it, and notes, which do not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule.

    Args:
        line, column: from 1; the column counts code points.
        rule: the rule's name, as in `pybridge.audit.rules`.
        message: what is there and what was expected.
        advice: what to do about it.
    """

    file: str
    line: int
    column: int
    rule: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.file}:{self.line}:{self.column}: {self.rule}: {self.message}.{advice}"


@dataclass(frozen=True)
class Report:
    """The findings in order of place; `notes` are reported and fail nothing."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    files: int = 0
    theorems: int = 0

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0

    def lines(self) -> list[str]:
        """The report as text: notes, findings, and a last line that counts."""
        count = len(self.findings)
        verdict = f"{count} finding{'s' * (count != 1)}" if count else "clean"
        return [
            *(f"note: {note}" for note in self.notes),
            *(str(finding) for finding in self.findings),
            f"{self.files} Lean files, {self.theorems} exported theorems: {verdict}",
        ]
