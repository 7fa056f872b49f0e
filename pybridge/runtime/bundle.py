"""A recorded violation: everything one instance of one theorem was given, to be evaluated again anywhere.

Two files side by side: `<name>.json` says what and where, `<name>.npz` holds the exact float64 data.
No pickle. The JSON carries the digest of the npz and of the statement.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pybridge.errors import BundleError
from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec
from pybridge.runtime.enclosure.leaves import DenseLeaf, FactoredLeaf
from pybridge.runtime.verdict import Verdict

KIND = "living-inference violation"
SCHEMA_VERSION = 1

Arrays = dict[str, np.ndarray]


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
        count: how many elements of a sequence to keep; required when one is given.
    """
    bindings: dict[str, Any] = {}
    arrays: Arrays = {}
    for number, (name, value) in enumerate(given.items()):
        kind, parts = _parts(value, index, size, count)
        bindings[name] = {"meaning": meanings[name], "kind": kind, "arrays": {}}
        for part, array in parts.items():
            arrays[f"v{number}_{part}"] = array  # npz member names stay ASCII
            bindings[name]["arrays"][part] = f"v{number}_{part}"
    return bindings, arrays


def _parts(value: Any, index: int, size: int, count: int | None) -> tuple[str, Arrays]:
    match value:
        case EnclosedMap():
            return _map_parts(value)
        case EnclosedVec():
            mid = (
                value.mid[index] if value.mid.ndim == 2 and len(value.mid) == size else value.mid.reshape(-1)
            )
            return "vector", {"mid": mid, "rad": _one(value.rad, index, size)}
        case EnclosedReal():
            return "real", {"lo": _one(value.lo, index, size), "hi": _one(value.hi, index, size)}
        case bool():
            raise TypeError("a truth value is no measured value")
        case int():
            return "natural", {"value": np.asarray(value)}
        case float() | np.floating():
            return "real", {"lo": np.asarray(value, np.float64), "hi": np.asarray(value, np.float64)}
        case _ if callable(value):
            assert count is not None, "a sequence needs its length"
            elements = [_parts(value(i), index, size, None)[1] for i in range(count)]
            return "sequence", {end: np.array([e[end] for e in elements], np.float64) for end in ("lo", "hi")}
    raise TypeError(f"cannot record a {type(value).__name__}")


def _map_parts(value: EnclosedMap) -> tuple[str, Arrays]:
    match value.terms:
        case ((1, DenseLeaf() as leaf),):
            return "map", {"weight": leaf.array}
        case ((1, FactoredLeaf() as leaf),):
            return "factored map", {"left": leaf.left.array, "right": leaf.right.array}
    raise TypeError("a measured map is one stored matrix or one product of two")


def _one(array: np.ndarray, index: int, size: int) -> np.ndarray:
    array = np.asarray(array, np.float64)
    return array[index] if array.ndim == 1 and len(array) == size else array.reshape(-1)[0]


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
    if record.get("schema_version") != SCHEMA_VERSION:
        raise BundleError(
            f"{path} has schema version {record.get('schema_version')!r}; this version of living-inference "
            f"reads {SCHEMA_VERSION}. Replay it with the version that wrote it: {_writer(record)}."
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
    return _READERS[binding["kind"]](parts)


def _sequence(parts: Arrays) -> Callable[[int], EnclosedReal]:
    return lambda i: EnclosedReal(parts["lo"][i], parts["hi"][i])


_READERS: dict[str, Callable[[Arrays], Any]] = {
    "map": lambda parts: EnclosedMap.exact(parts["weight"]),
    "factored map": lambda parts: EnclosedMap.factored(parts["left"], parts["right"]),
    "vector": lambda parts: EnclosedVec(parts["mid"], parts["rad"]),
    "real": lambda parts: EnclosedReal(parts["lo"], parts["hi"]),
    "natural": lambda parts: int(parts["value"]),
    "sequence": _sequence,
}
