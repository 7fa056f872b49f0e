"""Reading and replacing files; every trouble is one message."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pybridge.errors import OutputError, SettingError
from pybridge.files.atomic import write_atomically


def read_text(path: Path, what: str, advice: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingError(f"{path}: {what} cannot be read: {reason}.\n  {advice}") from None


def read_json(path: Path, what: str, advice: str) -> dict[str, Any]:
    """A JSON object. Raises SettingError for anything else."""
    try:
        record = json.loads(read_text(path, what, advice))
    except ValueError as error:
        raise SettingError(f"{path} is not {what}: {error}.\n  {advice}") from None
    if not isinstance(record, dict):
        raise SettingError(f"{path} is not {what}: expected a JSON object.\n  {advice}")
    return record


def read_toml(path: Path, what: str, advice: str) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path, what, advice))
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} is not {what}: {error}.\n  {advice}") from None


def replace_file(path: Path, text: str) -> None:
    """Write beside the target, then rename.

    Raises:
        OutputError: a place that cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}.") from None
    write_atomically(path, text.encode())
