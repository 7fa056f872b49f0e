"""Records as JSON: UTF-8, readable, and without the numbers that JSON does not have."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pybridge.files.atomic import write_atomically


def record_bytes(record: dict[str, Any]) -> bytes:
    """The content of a file; floats come back bit for bit. Raises: ValueError for NaN or infinity."""
    return (json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_record(path: Path, record: dict[str, Any]) -> None:
    """The whole file or none. Raises: OutputError."""
    write_atomically(path, record_bytes(record))


def finite(value: float | None) -> float | None:
    """The number, or None where JSON has none."""
    return value if value is not None and math.isfinite(value) else None


def finite_all(value: Any) -> Any:
    """The same of every float in nested dictionaries."""
    if isinstance(value, dict):
        return {name: finite_all(inner) for name, inner in value.items()}
    return finite(value) if isinstance(value, float) else value
