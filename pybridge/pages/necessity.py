"""`tests/properties/necessity.json`: what each hypothesis is for, and an instance of every theorem.

The form is described in `tests/properties/record_necessity.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.pages.files import read_json

FILE = "tests/properties/necessity.json"
COMMAND = "python -m tests.properties.record_necessity"
_ADVICE = f"Write it again with `{COMMAND}`."


@dataclass(frozen=True)
class Relation:
    """One relation of a conclusion, its two sides evaluated exactly."""

    left: str
    op: str
    right: str
    holds: bool


@dataclass(frozen=True)
class Instance:
    """Exact values, as text, by Lean name; `space` is the kind of norm, `real` where there is no space."""

    space: str
    values: Mapping[str, str]
    conclusion: tuple[Relation, ...]


@dataclass(frozen=True)
class Counterexample:
    """The theorem without the hypothesis is false here."""

    at: Instance


@dataclass(frozen=True)
class NoneFound:
    """So many examples that meet every other hypothesis left the conclusion true."""

    examples: int
    reason: str


@dataclass(frozen=True)
class Tightness:
    """`kind` is one of `attained`, `best ratio`, `exact`, `both`, `sign`; see `record_necessity`."""

    kind: str
    ratio: str = ""
    examples: int = 0


@dataclass(frozen=True)
class Necessity:
    """What the search found for one statement, named by its digest."""

    statement: str
    hypotheses: Mapping[str, Counterexample | NoneFound]
    instance: Instance
    tightness: Tightness


def read_necessity(root: Path) -> dict[str, Necessity]:
    """By theorem; empty where nothing is recorded yet.

    Raises:
        SettingError: a file of another form.
    """
    path = root / FILE
    if not path.is_file():
        return {}
    record = read_json(path, "a record of the necessity search", _ADVICE)
    try:
        return {name: _theorem(entry) for name, entry in record.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingError(
            f"{FILE} is not a record of the necessity search: {type(error).__name__}: {error}.\n  {_ADVICE}"
        ) from None


def _theorem(entry: Mapping[str, Any]) -> Necessity:
    tightness = entry["tightness"]
    return Necessity(
        entry["statement"],
        {name: _hypothesis(found) for name, found in entry["hypotheses"].items()},
        _instance(entry["instance"]),
        Tightness(tightness["kind"], tightness.get("ratio", ""), int(tightness.get("examples", 0))),
    )


def _hypothesis(found: Mapping[str, Any]) -> Counterexample | NoneFound:
    if "counterexample" in found:
        return Counterexample(_instance(found["counterexample"]))
    return NoneFound(int(found["none_found_in"]), found.get("reason", ""))


def _instance(entry: Mapping[str, Any]) -> Instance:
    return Instance(
        entry["space"],
        dict(entry["values"]),
        tuple(Relation(r["left"], r["op"], r["right"], bool(r["holds"])) for r in entry["conclusion"]),
    )
