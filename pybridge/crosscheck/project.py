"""What the other programs are asked about: exported theorems, their files, the digest of the sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pybridge.errors import SettingError

LIBRARY = "LivingInference"
TESTS = "LivingInferenceTest"
MANIFEST = "extracted/manifest.json"
_PINS = ("lakefile.lean", "lean-toolchain", "lake-manifest.json")


@dataclass(frozen=True)
class Theorem:
    """An exported theorem as the manifest has it; `statement` is the digest of what was read."""

    name: str
    full_name: str
    file: str
    statement: str
    modes: tuple[str, ...]

    @property
    def module(self) -> str:
        return self.file.removesuffix(".lean").replace("/", ".")


@dataclass(frozen=True)
class Project:
    """A clone, its theorems by name, and the toolchain it asks for (`v4.32.0`)."""

    root: Path
    theorems: Mapping[str, Theorem]
    toolchain: str
    sources: str

    def modules(self, folder: str) -> list[str]:
        """Every module below a folder, by its Lean name."""
        paths = sorted((self.root / folder).rglob("*.lean"))
        return [".".join(path.relative_to(self.root).with_suffix("").parts) for path in paths]


def read_project(root: Path) -> Project:
    """The project of a folder.

    Raises:
        SettingError: no manifest or no toolchain file there, or one that cannot be understood.
    """
    theorems = _theorems(root)
    toolchain = _read(root, "lean-toolchain").strip()
    _, _, version = toolchain.partition(":")
    if not version:
        raise SettingError(
            f"lean-toolchain says {toolchain!r}; expected a line such as leanprover/lean4:v4.32.0"
        )
    return Project(root, theorems, version, _digest(root))


def _theorems(root: Path) -> dict[str, Theorem]:
    try:
        entries = json.loads(_read(root, MANIFEST))["theorems"]
        found = {
            name: Theorem(
                name, entry["full_name"], entry["file"], entry["digests"]["ir"], tuple(entry["modes"])
            )
            for name, entry in entries.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(
            f"{MANIFEST} is not a manifest: {type(error).__name__}: {error}.\n"
            "  Write it again with `python -m pybridge.extract`."
        ) from None
    if not found:
        raise SettingError(f"{MANIFEST} names no theorem, so there is nothing to check")
    return found


def _read(root: Path, path: str) -> str:
    try:
        return (root / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingError(
            f"no readable {path} in {root.resolve()}.\n  Run this in a clone, or name one with `--root DIR`."
        ) from None


def _digest(root: Path) -> str:
    """`sha256:…` over the Lean files and what pins their toolchain, names and contents."""
    paths = [root / f"{LIBRARY}.lean", *(root / pin for pin in _PINS)]
    paths += [path for folder in (LIBRARY, TESTS) for path in (root / folder).rglob("*.lean")]
    total = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return f"sha256:{total.hexdigest()}"
