"""The user's cache: a folder is either wholly there or not there at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pybridge.errors import ModelError, OutputError

_WAIT_S = 1800


def cache_root(cache_dir: Path | None = None) -> Path:
    """The first of these that is set: `cache_dir`, $LIVING_INFERENCE_CACHE, $XDG_CACHE_HOME/living-inference,
    ~/.cache/living-inference."""
    if cache_dir is not None:
        return cache_dir
    own = os.environ.get("LIVING_INFERENCE_CACHE")
    if own:
        return Path(own).expanduser()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "living-inference"


def build_once(
    target: Path,
    is_whole: Callable[[Path], bool],
    build: Callable[[Path], None],
    say: Callable[[str], None],
) -> Path:
    """`target`, built in a folder beside it and renamed when done: an interruption leaves nothing half-made.

    A second process waits for the first one's result. A target that is not whole (damaged, or of an older
    version) is built again.

    Raises: OutputError if the cache cannot be written; ModelError if another process keeps it locked.
    """
    if is_whole(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target, say):
            if not is_whole(target):
                _rebuild(target, build, say)
    except OSError as error:
        raise OutputError(
            f"The cache {target.parent} cannot be written: {error}.\n"
            "  Set LIVING_INFERENCE_CACHE to a folder with enough room that you may write."
        ) from error
    return target


@contextmanager
def _locked(target: Path, say: Callable[[str], None]) -> Iterator[None]:
    lock = FileLock(target.parent / f".{target.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"Another process is preparing {target.name}; waiting for it.")
        try:
            lock.acquire(timeout=_WAIT_S)
        except Timeout:
            raise ModelError(
                f"Another process has been preparing {target} for {_WAIT_S // 60} minutes. "
                "End it and try again."
            ) from None
    try:
        yield
    finally:
        lock.release()


def _rebuild(target: Path, build: Callable[[Path], None], say: Callable[[str], None]) -> None:
    prefix = f".{target.name}."
    for leftover in target.parent.glob(f"{prefix}*.partial"):  # of a run that was killed; the lock is ours
        shutil.rmtree(leftover, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=prefix, suffix=".partial", dir=target.parent))
    try:
        build(staging)
        if target.exists():
            say(f"{target} was damaged and is replaced.")
            shutil.rmtree(target)
        os.replace(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
