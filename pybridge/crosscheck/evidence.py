"""What a cross-check leaves behind: one JSON file of what ran, on which sources, with which outcome."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pybridge.errors import OutputError, SettingError
from pybridge.files.atomic import write_atomically

EVIDENCE_VERSION = 1


class Status(StrEnum):
    """RAN: it ran and everything it was asked holds. A missing or unreadable answer is FAILED."""

    RAN = "ran"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    """The outcome of one check.

    Args:
        reason: why it failed or was skipped; what was seen if it ran.
        versions: of the programs asked, as they name themselves.
        theorems: per exported theorem whether the check holds of it; absent where it was not asked or did not
            answer.
        extra: figures that only this check has, such as axioms or tactic counts by theorem.
    """

    check: str
    status: Status
    reason: str
    versions: Mapping[str, str] = field(default_factory=dict)
    theorems: Mapping[str, bool] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        return f"{self.check}: {self.status.value}: {self.reason}"


@dataclass(frozen=True)
class Evidence:
    """All results of one run.

    Args:
        sources: digest of the Lean files and of what pins their toolchain, at the time of the run.
        statements: digest of every exported statement then.
    """

    sources: str
    statements: Mapping[str, str]
    results: tuple[Result, ...]

    def to_json(self) -> str:
        return (
            json.dumps(
                {"evidence_version": EVIDENCE_VERSION, **asdict(self)},
                indent=1,
                ensure_ascii=False,
                sort_keys=True,
            )
            + "\n"
        )


def require_place(path: Path) -> None:
    """Refuse a place for the evidence before hours of checks, not after them.

    Raises:
        OutputError: a folder, or a file in a folder that is missing or closed.
    """
    folder = path.parent
    if not path.name or path.is_dir():
        raise OutputError(f"{path} cannot be written: it is a folder; name a file")
    if not folder.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {folder}; name another file")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{path} cannot be written: {folder} is closed to you; name another file")


def write_evidence(evidence: Evidence, path: Path) -> None:
    """Write beside the target, then rename.

    Raises:
        OutputError: a place that cannot be written.
    """
    write_atomically(path, evidence.to_json().encode())


def evidence_from(record: Mapping[str, Any], path: str) -> Evidence:
    """An evidence file that was read.

    Raises:
        SettingError: a record of another form or version.
    """
    try:
        if record["evidence_version"] != EVIDENCE_VERSION:
            raise SettingError(
                f"{path} has evidence version {record['evidence_version']}; run the check again"
            )
        results = tuple(
            Result(
                entry["check"],
                Status(entry["status"]),
                entry["reason"],
                dict(entry["versions"]),
                {name: bool(held) for name, held in entry["theorems"].items()},
                dict(entry["extra"]),
            )
            for entry in record["results"]
        )
        return Evidence(record["sources"], dict(record["statements"]), results)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingError(
            f"{path} is no evidence file: {type(error).__name__}: {error}.\n"
            "  Write it again with `python -m pybridge.crosscheck --json FILE`."
        ) from None
