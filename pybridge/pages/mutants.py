"""How many altered statements of a theorem are refuted by a recorded witness, and how many are explained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pybridge.pages.files import read_json, read_toml

WITNESSES = "tests/properties/witnesses.json"
EQUIVALENTS = "tests/properties/equivalents.toml"
COMMAND = "python -m pytest tests/properties/test_mutants.py"
_ADVICE = "Write it again with `python -m tests.properties.record_witnesses`."


@dataclass(frozen=True)
class Mutants:
    """Counts of one theorem; a mutant that is neither makes `COMMAND` fail."""

    killed: int = 0
    explained: int = 0


def read_mutants(root: Path) -> dict[str, Mutants]:
    """By theorem; a file that does not exist holds none.

    Raises:
        SettingError: a file that cannot be read.
    """
    killed = _entries(root, WITNESSES)
    explained = _entries(root, EQUIVALENTS)
    return {
        name: Mutants(killed.get(name, 0), explained.get(name, 0))
        for name in sorted(killed.keys() | explained.keys())
    }


def _entries(root: Path, file: str) -> dict[str, int]:
    path = root / file
    if not path.is_file():
        return {}
    if file.endswith(".toml"):
        record = read_toml(path, "the file of explained mutants", "Mend the line that the message names.")
    else:
        record = read_json(path, "a record of witnesses", _ADVICE)
    return {name: len(entries) for name, entries in record.items()}
