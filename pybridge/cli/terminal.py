"""What a command needs of the machine and the terminal it runs on."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def calm_threads() -> None:
    """Let waiting threads sleep, and give NumPy's BLAS one: the matrices are small, and on a busy machine
    threads that spin made the default check five times slower. What the user has set stays. No effect once
    NumPy is there.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _colour_off(no_color: bool) -> bool:
    return no_color or bool(os.environ.get("NO_COLOR"))


def open_console(no_color: bool) -> Any:
    """stdout; outside a terminal plain text, wide enough for the tables."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 170
    return Console(no_color=_colour_off(no_color) or None, highlight=False, width=wide)


def progress_bars(*, quiet: bool, no_color: bool) -> AbstractContextManager[Any]:
    """Bars on a terminal; silent in a pipe or when asked."""
    if quiet or not sys.stderr.isatty():
        from pybridge.measure.progress import SILENT

        return nullcontext(SILENT)
    from pybridge.report.progress import Bars

    return Bars(no_color=_colour_off(no_color))
