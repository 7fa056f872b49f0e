"""What `python -m pybridge.pages` does; returns exit codes."""

from __future__ import annotations

from pathlib import Path

from pybridge.pages.page import page
from pybridge.pages.record import record
from pybridge.pages.sources import read_library
from pybridge.pages.writing import PAGE, moved, write_page
from pybridge.parser import read_project

_SHOWN = 8


def run(root: Path, *, check: bool = False, result: Path | None = None) -> int:
    """Write the page; or only compare it; or condense a check record into evidence.

    Returns: 0 done or fresh, 1 stale.
    Raises: LivingInferenceError: bad input; nothing is written then.
    """
    if result is not None:
        names = [statement.name for statement in read_project(root)]
        print(f"recorded in {record(root, result, names)}")
        return 0
    fresh = page(read_library(root))
    changed = moved(root, fresh)
    if check:
        return _say_stale(changed)
    write_page(root, fresh)
    print(f"{PAGE}: {_words(changed)}" if changed else f"{PAGE} was fresh")
    return 0


def _say_stale(changed: list[str]) -> int:
    if not changed:
        print(f"{PAGE} is fresh")
        return 0
    print(f"{PAGE} is stale: {_words(changed)}\n  Write it again with `python -m pybridge.pages`.")
    return 1


def _words(changed: list[str]) -> str:
    shown = ", ".join(changed[:_SHOWN])
    return shown + (f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else "")
