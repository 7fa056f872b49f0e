"""A folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pybridge.errors import OutputError
from pybridge.files.atomic import require_folder

PARTIAL = ".partial-"


def require_free(target: Path) -> None:
    """Refuse a place for a new folder before the work begins.

    Raises: OutputError if something is there already, or the folder around it is missing or not writable.
    """
    parent = target.parent
    try:
        if target.exists() or target.is_symlink():
            raise OutputError(f"{target} exists already; nothing is overwritten. Name a new folder.")
        require_folder(target, parent)
        with tempfile.TemporaryDirectory(prefix=_prefix(target), dir=parent):
            pass
    except OSError as error:
        raise _cannot_write(target, error) from None


def require_room(target: Path, needed_bytes: int) -> None:
    """Refuse what cannot fit the disk.

    Raises: OutputError.
    """
    free = shutil.disk_usage(target.parent).free
    if free < needed_bytes:
        raise OutputError(
            f"Cannot write {target}: {needed_bytes:,} bytes are needed and {free:,} are free there. "
            "Make room, or choose another disk."
        )


@contextmanager
def appearing_whole(target: Path) -> Iterator[Path]:
    """A new folder beside `target` to write into; when the block ends well and the disk has everything, it
    takes the name `target`. When the block fails, whatever the reason, nothing is left; only a process that
    is killed outright leaves its `.partial-` folder, and never one called `target`.

    Raises: OutputError if the disk is full, or `target` has come into being meanwhile.
    """
    require_free(target)
    staging: Path | None = None
    try:
        staging = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        yield staging
        _open_to_readers(staging)
        _synchronise(staging)
        require_free(target)  # a rename would replace an empty folder
        os.rename(staging, target)
    except OSError as error:
        raise _cannot_write(target, error) from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    with suppress(OSError):  # the name itself; the content is safe already
        _synchronise_folder(target.parent)


def file_digest(path: Path) -> str:
    """`sha256:…` of a file's bytes."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def _prefix(target: Path) -> str:
    return target.name + PARTIAL


def _cannot_write(target: Path, error: OSError) -> OutputError:
    return OutputError(
        f"Cannot write {target}: {error.strerror or error}. Nothing is left of it; choose a place with room "
        "where you may write."
    )


def _synchronise(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _synchronise_folder(folder)


def _synchronise_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_to_readers(folder: Path) -> None:
    """The modes that the user's umask means; temporary names are made private."""
    allowed = ~_umask()
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & allowed)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
