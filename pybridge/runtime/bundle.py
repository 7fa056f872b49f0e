"""A recorded violation: everything one instance of one theorem was given, to be evaluated again anywhere.

Two files side by side: `<name>.json` says what and where, `<name>.npz` holds the exact float64 data.
No pickle. The JSON carries the digest of the npz and of the statement.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pybridge.errors import BundleError
from pybridge.runtime.recorded import Arrays, recorded, restored
from pybridge.runtime.verdict import Verdict

KIND = "living-inference violation"
SCHEMA_VERSION = 2
READABLE = (1, 2)
"""Version 1 had no functions and no sequences of vectors; what it had, it stored alike."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle in memory.

    Attributes:
        record: the JSON part.
        given: binder → value, as `evaluate` takes it.
    """

    record: dict[str, Any]
    given: dict[str, Any]


# ---- writing -----------------------------------------------------------------------------------------------
def pack(
    given: Mapping[str, Any], meanings: Mapping[str, str], index: int, size: int, count: int | None = None
) -> tuple[dict[str, Any], Arrays]:
    """The bindings of instance `index` of a batch of `size`, as a JSON part and arrays.

    Args:
        given: binder → measured value.
        meanings: binder → what it was measured as.
        count: the number of blocks, which says how much of a sequence to keep; required when one is given.
    """
    bindings: dict[str, Any] = {}
    arrays: Arrays = {}
    for number, (name, value) in enumerate(given.items()):
        kind, parts = recorded(value, index, size, count)
        bindings[name] = {"meaning": meanings[name], "kind": kind, "arrays": {}}
        for part, array in parts.items():
            arrays[f"v{number}_{part}"] = array  # npz member names stay ASCII
            bindings[name]["arrays"][part] = f"v{number}_{part}"
    return bindings, arrays


def to_files(record: Mapping[str, Any], arrays: Arrays, stem: str) -> tuple[bytes, bytes]:
    """(json, npz) contents of the files `<stem>.json` and `<stem>.npz`."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    data = buffer.getvalue()
    whole = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **record,
        "data": {"file": f"{stem}.npz", "sha256": hashlib.sha256(data).hexdigest()},
    }
    return (json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(), data


def finite_or_none(value: float | None) -> float | None:
    """JSON has no infinity."""
    return None if value is None or not math.isfinite(value) else float(value)


# ---- reading -----------------------------------------------------------------------------------------------
def read(path: Path) -> Bundle:
    """Read and verify a bundle.

    Raises: BundleError if a file is missing or damaged, or was written in another schema.
    """
    record = _read_json(path)
    if record.get("kind") != KIND:
        raise BundleError(
            f"{path} is not a violation bundle: its `kind` is {record.get('kind')!r}, not {KIND!r}."
        )
    if record.get("schema_version") not in READABLE:
        raise BundleError(
            f"{path} has schema version {record.get('schema_version')!r}; this version of living-inference "
            f"reads {' and '.join(map(str, READABLE))}. Replay it with the version that wrote it: "
            f"{_writer(record)}."
        )
    try:
        arrays = _read_npz(path.parent / Path(record["data"]["file"]).name, record["data"]["sha256"])
        given = {name: _value(binding, arrays) for name, binding in record["bindings"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{path} is damaged: {type(error).__name__}: {error}. Run the check again."
        ) from None
    _require_texts(path, record)
    return Bundle(record, given)


def _require_texts(path: Path, record: Mapping[str, Any]) -> None:
    for key in ("theorem", "where", "statement", "verdict"):
        if not isinstance(record.get(key), str):
            raise BundleError(f"{path} is damaged: it has no {key!r}. Run the check again.")
    if record["verdict"] not in set(Verdict):
        raise BundleError(f"{path} is damaged: {record['verdict']!r} is no verdict. Run the check again.")


def _writer(record: Mapping[str, Any]) -> str:
    versions = record.get("versions")
    return str(versions.get("living-inference", "unknown")) if isinstance(versions, dict) else "unknown"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except OSError as error:
        raise BundleError(
            f"Cannot read {path}: {error.strerror or error}. Give the .json file of a violation."
        ) from None
    except ValueError:
        raise BundleError(
            f"{path} is not JSON. Give the .json file of a violation; the .npz is found by it."
        ) from None
    if not isinstance(record, dict):
        raise BundleError(f"{path} is not a violation bundle: it holds no JSON object.")
    return record


def _read_npz(path: Path, sha256: str) -> Arrays:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"Cannot read {path}: {error.strerror or error}. The .npz belongs beside the .json."
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BundleError(f"{path} is damaged: its SHA-256 is not the recorded one. Run the check again.")
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _value(binding: Mapping[str, Any], arrays: Arrays) -> Any:
    parts = {part: arrays[name] for part, name in binding["arrays"].items()}
    return restored(binding["kind"], parts)
