"""`docs/evidence/*.json`: what runs of `python -m pybridge.check` have shown, condensed to counts."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.pages.files import read_json

FOLDER = "docs/evidence"
KIND = "living-inference model evidence"
VERSION = 1
VERDICTS = ("HOLDS", "VIOLATED", "INCONCLUSIVE", "HYPOTHESIS_UNMET", "UNSUPPORTED", "ERROR")
ADVICE = "Record the run again: `python -m pybridge.pages --record RESULT.json`."


@dataclass(frozen=True)
class Row:
    """What one run showed of one theorem; `statement` is the digest of what was checked.

    Attributes:
        tightness: largest left side over right side among the instances that met every hypothesis, to three
            digits; None where the conclusion is no comparison or no instance met them.
    """

    theorem: str
    statement: str
    instances: int
    met: int
    verdicts: Mapping[str, int]
    tightness: float | None
    where: str


@dataclass(frozen=True)
class Run:
    """One model on one text under one protocol."""

    file: str
    model: Mapping[str, Any]
    text: Mapping[str, Any]
    protocol: Mapping[str, Any]
    rows: Mapping[str, Row]

    @property
    def name(self) -> str:
        return self.model["name"]

    @property
    def anchor(self) -> str:
        return f"run-{Path(self.file).stem}"

    @property
    def command(self) -> str:
        """What repeats the run, every setting written out."""
        p = self.protocol
        words = ["python -m pybridge.check", f"--model {shlex.quote(self.name)}"]
        if not self.text["embedded"]:
            words.append("--text FILE")
        words.append(f"--tokens {p['tokens']}")
        words += [f"--eps {eps:g}" for eps in p["eps"]]
        words.append(f"--seed {p['seed']} --dtype {p['dtype']} --granularity {p['granularity']}")
        words.append(f"--skip-tokens {p['skip_tokens']} --keep {p['keep']:g} --rank {p['rank']}")
        if p["maps"] is not None:
            words.append(f"--maps {shlex.quote(p['maps'])}")
        words.append(f"--removals {p['removals']}")
        return " ".join(words)


def read_runs(root: Path, theorems: Collection[str]) -> tuple[Run, ...]:
    """The recorded runs by file name; evidence of cross-checks in the same folder is not read.

    Raises:
        SettingError: a file of another kind, or one that speaks of a theorem that does not exist.
    """
    found = []
    for path in sorted((root / FOLDER).glob("*.json")):
        record = read_json(path, "an evidence file", ADVICE)
        if "evidence_version" not in record:
            found.append(run_of(record, f"{FOLDER}/{path.name}", theorems))
    return tuple(found)


def run_of(record: Mapping[str, Any], file: str, theorems: Collection[str]) -> Run:
    if record.get("kind") != KIND or record.get("schema_version") != VERSION:
        raise SettingError(f"{file} is no condensed run of version {VERSION}.\n  {ADVICE}")
    try:
        rows = {entry["name"]: _row(entry) for entry in record["theorems"]}
        run = Run(file, record["model"], record["text"], record["protocol"], rows)
        _ = run.command, run.model["digest"], run.text["digest"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingError(f"{file} is damaged: {type(error).__name__}: {error}.\n  {ADVICE}") from None
    refuse_unknown(rows, theorems, file)
    return run


def refuse_unknown(names: Collection[str], theorems: Collection[str], file: str) -> None:
    """Raises SettingError where a record names a theorem that the Lean sources do not have."""
    unknown = sorted(set(names).difference(theorems))
    if unknown:
        raise SettingError(
            f"{file} speaks of theorems that the Lean sources do not have: {', '.join(unknown)}.\n"
            "  Run `python -m pybridge.check` again on the sources as they are, and record that."
        )


def _row(entry: Mapping[str, Any]) -> Row:
    verdicts = {name: int(entry["verdicts"][name]) for name in VERDICTS}
    tightness = entry["tightness"]
    return Row(
        entry["name"],
        entry["statement"],
        int(entry["instances"]),
        int(entry["met"]),
        verdicts,
        None if tightness is None else float(tightness),
        entry["where"],
    )
