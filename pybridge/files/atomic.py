"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pybridge.errors import OutputError, SettingError


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
        require_folder(path, folder)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{path.name}.", suffix=".tmp"):
            pass
        if path.exists():
            with path.open("ab"):
                pass
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a place where you may write."
        ) from None


def require_folder(target: Path, folder: Path) -> None:
    """Raises: OutputError if the folder around an output is none."""
    if folder.is_dir():
        return
    if folder.exists():
        raise OutputError(f"Cannot write {target}: {folder} is a file, not a folder. Name another place.")
    raise OutputError(f"Cannot write {target}: the folder {folder} does not exist. Create it first.")


def require_apart(outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Refuse an output that would take the place of an input, or of another output.

    Args:
        outputs, inputs: option → what it names; None where it was not given.
    Raises: SettingError.
    """
    seen = {os.path.realpath(path): option for option, path in inputs.items() if path is not None}
    for option, path in outputs.items():
        if path is None:
            continue
        other = seen.setdefault(os.path.realpath(path), option)
        if other != option:
            raise SettingError(
                f"{other} and {option} both name {path}: one would take the other's place. Name another file."
            )


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
