"""All checks of one run, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pybridge.crosscheck.axioms import axioms
from pybridge.crosscheck.context import Context
from pybridge.crosscheck.evidence import Evidence, Result
from pybridge.crosscheck.lake import lake_build, lake_test
from pybridge.crosscheck.leandojo import leandojo
from pybridge.crosscheck.listing import listing
from pybridge.crosscheck.processes import Ask, ask
from pybridge.crosscheck.project import read_project
from pybridge.crosscheck.tests_run import mutants, properties
from pybridge.errors import SettingError

Check = Callable[[Context], Result]
LEAN_CHECKS: dict[str, Check] = {
    "build": lake_build,
    "test": lake_test,
    "axioms": axioms,
    "listing": listing,
    "leandojo": leandojo,
}
CHECKS: dict[str, Check] = {**LEAN_CHECKS, "properties": properties, "mutants": mutants}
HOUR_S = 3600.0


def run(
    root: Path | str | None = None,
    names: Iterable[str] = (),
    *,
    limit_s: float = 6 * HOUR_S,
    ask: Ask = ask,
    report: Callable[[Result], None] = lambda _: None,
) -> Evidence:
    """Run checks and gather their results.

    Args:
        root: a clone; the working directory by default.
        names: of CHECKS; the five that ask Lean by default.
        limit_s: seconds that one program may take; then it is stopped and its check has failed.
        report: called with each result as it comes.
    Raises:
        SettingError: no project there, or a name that is no check.
    """
    chosen = list(names) or list(LEAN_CHECKS)
    for name in chosen:
        if name not in CHECKS:
            raise SettingError(f"`{name}` is no check; there are {', '.join(CHECKS)}")
    project = read_project(Path(root) if root is not None else Path.cwd())
    context = Context(project, limit_s, ask)
    results = []
    for name in CHECKS:
        if name in chosen:
            results.append(CHECKS[name](context))
            report(results[-1])
    statements = {theorem.name: theorem.statement for theorem in project.theorems.values()}
    return Evidence(project.sources, statements, tuple(results))
