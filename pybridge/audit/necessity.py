"""`tests/properties/necessity.json`: hypotheses that no counterexample was found without.

Its form is told in `tests/properties/record_necessity.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError

NECESSITY = "tests/properties/necessity.json"


@dataclass(frozen=True)
class Necessity:
    """theorem -> hypothesis -> number of examples without a counterexample."""

    unneeded: Mapping[str, Mapping[str, int]]


def read_necessity(root: Path) -> Necessity | None:
    """The outcome of the search; None where none is recorded.

    Raises:
        SettingError: a file of another form.
    """
    path = root / NECESSITY
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Necessity({name: _unneeded(entry) for name, entry in record.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(
            f"{NECESSITY} is not a record of the necessity search: {type(error).__name__}: {error}.\n"
            "  Write it again with `python -m tests.properties.record_necessity`."
        ) from None


def _unneeded(entry: Mapping[str, Any]) -> dict[str, int]:
    return {
        name: int(found["none_found_in"])
        for name, found in entry["hypotheses"].items()
        if "none_found_in" in found
    }
