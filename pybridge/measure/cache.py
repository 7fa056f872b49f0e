"""A disk cache of what is dear and depends on weights alone: certified norms, low-rank factors.

A store is two idempotent verbs. Keys carry the digest of the weights and every parameter of the computation;
an entry carries its own key and checksum, so that a damaged or foreign entry is a miss and is computed again.
Entries are JSON (numbers) and safetensors (arrays), each written whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pybridge.errors import OutputError
from pybridge.files.atomic import write_atomically

FORMAT = 1


class DiskCache:
    """Entries below one folder, spread over 256 subfolders by the digest of their key.

    A cache that cannot be written is no error: the run goes on and computes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, key: str, suffix: str) -> Path:
        name = hashlib.sha256(f"{FORMAT}:{key}".encode()).hexdigest()
        return self.folder / name[:2] / f"{name[2:34]}{suffix}"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content, durable=False)
        except (OSError, OutputError):
            return

    # ---- numbers -------------------------------------------------------------------------------------------
    def get_record(self, key: str) -> dict[str, Any] | None:
        """The JSON record stored under `key`, or None."""
        try:
            entry = json.loads(self._path(key, ".json").read_bytes())
            record = entry["record"]
            return record if entry["key"] == key and entry["digest"] == _digest(record) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put_record(self, key: str, record: dict[str, Any]) -> None:
        """Store a JSON record; floats come back bit for bit."""
        entry = {"key": key, "digest": _digest(record), "record": record}
        self._write(self._path(key, ".json"), json.dumps(entry).encode())

    # ---- arrays --------------------------------------------------------------------------------------------
    def get_arrays(self, key: str) -> dict[str, np.ndarray] | None:
        """The finite arrays stored under `key`, or None."""
        try:
            with safe_open(self._path(key, ".safetensors"), framework="numpy") as file:
                said = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, ValueError):
            return None
        return arrays if said == {"key": key, "digest": digest_of_arrays(arrays)} else None

    def put_arrays(self, key: str, arrays: dict[str, np.ndarray]) -> None:
        """Store arrays; they come back bit for bit."""
        arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        said = {"key": key, "digest": digest_of_arrays(arrays)}
        self._write(self._path(key, ".safetensors"), save(arrays, metadata=said))


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def digest_of_arrays(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 over names, dtypes, shapes and bits of C-contiguous arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name}:{arrays[name].dtype}:{arrays[name].shape}:".encode())
        digest.update(arrays[name].data)
    return digest.hexdigest()
