"""Lean sources to generated checks: `python -m pybridge.extract`.

extract                              write everything generated; exit 1 while a statement waits for acceptance
extract --check                      compare in memory, write nothing, say what moved
extract --accept NAME --reason TEXT  accept the present statement of a theorem into `statements.lock`
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pybridge.codegen.lock import LOCK, accept, complaint, lock_text, read_lock, unaccepted
from pybridge.codegen.manifest import MANIFEST, read_manifest
from pybridge.codegen.outputs import FOLDERS, outputs
from pybridge.codegen.staleness import differences
from pybridge.errors import OutputError, SettingError, StaleError
from pybridge.ir import digest
from pybridge.parser import read_project

DOOR = "LivingInference.lean"


def run(
    root: Path | str | None = None,
    *,
    check: bool = False,
    accept: Collection[str] | str | None = None,
    reason: str | None = None,
) -> int:
    """Extract, or check what was extracted.

    Args:
        root: the project's folder or one inside it; the working directory by default.
        check: write nothing; raise when a generated file or the lock does not fit the Lean sources.
        accept: names of theorems whose present statements are accepted, or `all`.
        reason: why they are accepted.
    Returns: 0, or 1 while statements wait for acceptance; everything but the lock is written then too.
    Raises:
        StatementError, TypingError, PlanError: a statement that cannot be read or planned; nothing written.
        StaleError: with `check`, one message that names each file and what moved.
        SettingError: options that do not fit together, an acceptance of nothing, a project without theorems.
        OutputError: a file that cannot be read or written.
    """
    names = [accept] if isinstance(accept, str) else list(accept or ())
    if check and names:
        raise SettingError("`--check` writes nothing, so it cannot accept a statement; give one of the two")
    if reason is not None and not names:
        raise SettingError("`--reason` says why a statement is accepted; name it with `--accept NAME`")
    folder = find_root(root)
    statements = read_project(folder)
    if not statements:
        raise SettingError(
            f"{DOOR} imports no file with a public theorem, so there is nothing to extract.\n"
            "  State one as `theorem name …` in a file under LivingInference/ that it imports."
        )
    fresh = outputs(statements)
    digests = {statement.name: digest(statement) for statement in statements}
    if check:
        return _check(folder, fresh, digests)
    return _write(folder, fresh, digests, names, reason or "")


def find_root(root: Path | str | None = None) -> Path:
    """The folder with `LivingInference.lean`: `root` (the working directory by default) or one above it.

    Raises:
        SettingError: there is none.
    """
    start = Path(root) if root is not None else Path.cwd()
    for place in (start, *start.resolve().parents):
        if (place / DOOR).is_file():
            return place
    raise SettingError(
        f"no {DOOR} in {start.resolve()} or above it.\n"
        "  Run this in a clone of the project, or name one with `--root DIR`."
    )


def _check(folder: Path, fresh: Mapping[str, str], digests: Mapping[str, str]) -> int:
    committed = _committed(folder, fresh)
    stale = differences(
        fresh, committed, read_manifest(committed.get(MANIFEST)), read_manifest(fresh[MANIFEST])
    )
    waiting = unaccepted(read_lock(_read(folder / LOCK)), digests)
    messages = []
    if stale:
        lines = [f"  {line}" for line in stale]
        messages.append(
            "\n".join([f"{len(stale)} generated file{'s' * (len(stale) > 1)} out of date:", *lines])
        )
        messages.append("  Run `python -m pybridge.extract`, look at the difference and commit it.")
    if waiting:
        messages.append(complaint(waiting))
    if messages:
        raise StaleError("\n".join(messages))
    print(f"{len(digests)} theorems, {len(fresh)} generated files: up to date")
    return 0


def _write(
    folder: Path, fresh: Mapping[str, str], digests: Mapping[str, str], names: list[str], reason: str
) -> int:
    lock = read_lock(_read(folder / LOCK))
    texts = dict(fresh)
    if names:
        lock = accept(lock, digests, names, reason)
        texts[LOCK] = lock_text(lock)
    committed = _committed(folder, texts)
    changed = {path: text for path, text in texts.items() if committed.get(path) != text}
    obsolete = sorted(committed.keys() - texts.keys())
    _replace_all(folder, changed, obsolete)
    print(f"{len(digests)} theorems: {len(changed)} files written, {len(obsolete)} removed")
    waiting = unaccepted(lock, digests)
    if waiting:
        print(complaint(waiting), file=sys.stderr)
    return 1 if waiting else 0


def _committed(folder: Path, fresh: Mapping[str, str]) -> dict[str, str]:
    """Generated files as they stand, with those in generated folders that nothing generates any more."""
    paths = {*fresh, *_generated(folder)}
    found = {path: _read(folder / path) for path in sorted(paths)}
    return {path: text for path, text in found.items() if text is not None}


def _generated(folder: Path) -> Iterator[str]:
    for place, ending in FOLDERS.items():
        for path in (folder / place).glob(f"*{ending}"):
            yield path.relative_to(folder).as_posix()


def _read(path: Path) -> str | None:
    """A file's text with its line ends as they are; None if there is none."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""  # not what we wrote: any text that differs says so
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}") from None


def _replace_all(folder: Path, texts: Mapping[str, str], obsolete: Collection[str]) -> None:
    """Write beside the targets first, then rename, the manifest last: no file is ever half of anything."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(target.name + ".tmp")
            written.append((beside, target))
            beside.write_bytes(text.encode("utf-8"))
        for beside, target in written:
            os.replace(beside, target)
        for path in obsolete:
            (folder / path).unlink()
    except OSError as error:
        for beside, _ in written:
            with suppress(OSError):
                beside.unlink()
        raise OutputError(
            f"{error.filename or folder}: {error.strerror}.\n"
            "  Make the project folder writable and run `python -m pybridge.extract` again."
        ) from None


if __name__ == "__main__":
    from pybridge.cli import main

    main(["extract", *sys.argv[1:]])
