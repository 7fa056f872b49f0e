"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pybridge.errors import OutputError


def require_writable(path: Path) -> None:
    """Refuse an output path before the work begins, not after it.

    Raises: OutputError if `path` is a folder or a device, its folder is missing, or nothing can be written
        there.
    """
    folder = path.parent
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder; give the name of a file inside it.")
        if path.exists() and not path.is_file():  # a device or pipe would be replaced by the rename
            raise OutputError(f"{path} is a device or a pipe; give the name of a file.")
        if not folder.is_dir():
            raise OutputError(f"Cannot write {path}: the folder {folder} does not exist. Create it first.")
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{path.name}.", suffix=".tmp"):
            pass
        if path.exists():
            with path.open("ab"):
                pass
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a place where you may write."
        ) from None


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write beside the target, then rename: readers see the old file or the new one.

    Args:
        durable: wait until the disk has it; a cache entry need not.
    Raises: OutputError.
    """
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".tmp", delete=False
        ) as file:
            temporary = file.name
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
