"""`extracted/manifest.json`, as far as the audit needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError

MANIFEST = "extracted/manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The entries by short name; `lines` says on which line of the file each stands."""

    entries: Mapping[str, Mapping[str, Any]]
    lines: Mapping[str, int]


def read_manifest(root: Path) -> Manifest:
    """The manifest of a project; an empty one where nothing was extracted.

    Raises:
        SettingError: a file that is not a manifest.
    """
    path = root / MANIFEST
    if not path.is_file():
        return Manifest({}, {})
    try:
        text = path.read_text(encoding="utf-8")
        theorems = json.loads(text)["theorems"]
        entries = {name: dict(entry) for name, entry in theorems.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(
            f"{MANIFEST} is not a manifest: {type(error).__name__}: {error}.\n"
            "  Write it again with `python -m pybridge.extract`."
        ) from None
    lines = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name = line.strip().split('"')[1] if line.strip().startswith('"') else ""
        if name in entries:
            lines.setdefault(name, number)
    return Manifest(entries, lines)
