"""What every check is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

from pybridge.crosscheck.evidence import Result, Status
from pybridge.crosscheck.processes import Ask, ask
from pybridge.crosscheck.project import Project

NO_LAKE = "no `lake` on the PATH; install elan (https://github.com/leanprover/elan), see docs/toolchain.md"


@dataclass(frozen=True)
class Context:
    """A project, a way to ask other programs, and what is installed here."""

    project: Project
    limit_s: float
    ask: Ask = ask
    has_program: Callable[[str], bool] = field(default=lambda name: shutil.which(name) is not None)
    has_module: Callable[[str], bool] = field(default=lambda name: find_spec(name) is not None)


def skipped(check: str, reason: str) -> Result:
    return Result(check, Status.SKIPPED, reason)


def failed(check: str, reason: str, **more: dict[str, bool] | dict[str, str]) -> Result:
    return Result(check, Status.FAILED, reason, **more)  # type: ignore[arg-type]


def some(names: list[str]) -> str:
    """The first few of a list, and how many more there are."""
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
