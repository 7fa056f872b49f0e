"""Everything an audit looks at, read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pybridge.audit.declarations import declarations
from pybridge.audit.lean_file import Declaration, Kind, LeanFile
from pybridge.audit.manifest import Manifest, read_manifest
from pybridge.audit.necessity import Necessity, read_necessity
from pybridge.audit.order import LIBRARY, TESTS
from pybridge.audit.pages import Page, read_page
from pybridge.audit.proof_pages import ProofPage, read_proof_pages
from pybridge.audit.report import Finding
from pybridge.errors import SettingError, StatementError
from pybridge.parser.lexer import tokens
from pybridge.parser.source import Source

VERIFICATION = "docs/verification.md"


@dataclass(frozen=True)
class Project:
    """The files that could be read, and a finding for each that could not."""

    root: Path
    files: tuple[LeanFile, ...]
    broken: tuple[Finding, ...]
    manifest: Manifest
    verification: Page
    proofs: tuple[ProofPage, ...]
    necessity: Necessity | None

    def exported(self) -> Iterator[tuple[LeanFile, Declaration]]:
        for file in self.files:
            for declaration in file.exported():
                yield file, declaration

    def written(self) -> list[LeanFile]:
        """The files that people write and that contain proofs."""
        return [f for f in self.files if f.kind in (Kind.TOPIC, Kind.GENERAL, Kind.TEST)]


def read_project(root: Path) -> Project:
    """Read the Lean files, the manifest and the pages of a project.

    Raises:
        SettingError: no project here, or a manifest or necessity file that is not what its writer writes.
    """
    if not (root / f"{LIBRARY}.lean").is_file():
        raise SettingError(
            f"no {LIBRARY}.lean in {root.resolve()}.\n"
            "  Run this in a clone of the project, or name one with `--root DIR`."
        )
    files: list[LeanFile] = []
    broken: list[Finding] = []
    for path in _lean_paths(root):
        read = _read(path, path.relative_to(root).as_posix())
        if isinstance(read, LeanFile):
            files.append(read)
        else:
            broken.append(read)
    return Project(
        root,
        tuple(files),
        tuple(broken),
        read_manifest(root),
        read_page(root, VERIFICATION),
        read_proof_pages(root),
        read_necessity(root),
    )


def _lean_paths(root: Path) -> list[Path]:
    inside = [path for folder in (LIBRARY, TESTS) for path in sorted((root / folder).rglob("*.lean"))]
    return [root / f"{LIBRARY}.lean", *inside]


def _read(path: Path, name: str) -> LeanFile | Finding:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"this file is not UTF-8 ({error.reason} at byte {error.start})"
        return Finding(name, 1, 1, "readable", message, "Save it as UTF-8.")
    except OSError as error:
        return Finding(name, 1, 1, "readable", f"this file cannot be read: {error.strerror}")
    try:
        file = lean_file(text, name)
    except StatementError as error:
        message = error.message.removesuffix(".")
        return Finding(name, error.line, error.column, "readable", message, error.advice)
    if len(file.tokens) == 1:
        advice = "Write it, or remove it and its import."
        return Finding(name, 1, 1, "readable", "this file contains no Lean", advice)
    return file


def lean_file(text: str, name: str) -> LeanFile:
    """A text as the rules see it.

    Raises:
        StatementError: a comment or string that never closes.
    """
    source = Source(text, name)
    found = tokens(source)
    return LeanFile(source, tuple(found), tuple(declarations(source, found)))
