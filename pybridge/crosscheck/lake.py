"""`lake build` and `lake test`: every module of the library, and of the test library, is named as built."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pybridge.crosscheck.context import NO_LAKE, Context, failed, skipped, some
from pybridge.crosscheck.evidence import Result, Status
from pybridge.crosscheck.lake_output import LakeLog, read_lake_log
from pybridge.crosscheck.project import LIBRARY, TESTS

VERSION_LIMIT_S = 600.0
"""elan may have to fetch the toolchain before it answers."""

_LEAN_VERSION = re.compile(r"Lean version (?P<version>[^\s,)]+)")


def lake_version(context: Context) -> tuple[dict[str, str], str]:
    """What `lake --version` says, and what is wrong with it: the toolchain must be the pinned one."""
    limit_s = min(VERSION_LIMIT_S, context.limit_s)
    answer = context.ask(("lake", "--version"), context.project.root, limit_s)
    trouble = answer.trouble(limit_s)
    if trouble:
        return {}, f"`lake --version`: {trouble}"
    found = _LEAN_VERSION.search(answer.out)
    if not found:
        return {}, f"`lake --version` names no Lean version: {answer.out.strip()[:200]!r}"
    versions = {"lake": answer.out.strip(), "lean": found["version"]}
    pinned = context.project.toolchain.removeprefix("v")
    if found["version"] != pinned:
        return versions, f"Lean {found['version']} is active, and lean-toolchain pins {pinned}"
    return versions, ""


def lake_build(context: Context) -> Result:
    """Every proof is checked by Lean: per theorem, whether the module of its file was built."""
    theorems = context.project.theorems.values()
    imported = [LIBRARY, *sorted({theorem.module for theorem in theorems})]
    result, log = _lake(context, "build", imported)
    if log is None:
        return result
    held = {
        t.name: t.module in log.done and LIBRARY not in log.broken for t in theorems if _told(log, t.module)
    }
    return Result(result.check, result.status, result.reason, result.versions, held)


def lake_test(context: Context) -> Result:
    """RoundTrip, Audit and Counterexamples are built: per theorem, whether a built RoundTrip states it."""
    modules = context.project.modules(TESTS)
    required = sorted({*modules, f"{TESTS}.RoundTrip", f"{TESTS}.Audit", f"{TESTS}.Counterexamples"})
    result, log = _lake(context, "test", required)
    if log is None:
        return result
    module = f"{TESTS}.RoundTrip"
    stated = _stated(context)
    missing = sorted(context.project.theorems.keys() - stated)
    held = {name: name in stated for name in context.project.theorems} if module in log.done else {}
    if module in log.broken:
        held = dict.fromkeys(context.project.theorems, False)
    if missing and result.status is Status.RAN:
        reason = f"RoundTrip.lean or Audit.lean does not mention {some(missing)}"
        return failed(result.check, reason, versions=dict(result.versions), theorems=held)
    return Result(result.check, result.status, result.reason, result.versions, held)


def _lake(context: Context, verb: str, required: Sequence[str]) -> tuple[Result, LakeLog | None]:
    check = verb
    if not context.has_program("lake"):
        return skipped(check, NO_LAKE), None
    versions, wrong = lake_version(context)
    if wrong:
        return failed(check, wrong, versions=versions), None
    answer = context.ask(("lake", verb, "--verbose"), context.project.root, context.limit_s)
    if answer.code is None:
        return failed(check, answer.trouble(context.limit_s), versions=versions), None
    log = read_lake_log(answer.out + "\n" + answer.err)
    reason = _complaint(log, required) if answer.code == 0 else answer.trouble(context.limit_s)
    if reason:
        return failed(check, reason, versions=versions), log
    return Result(check, Status.RAN, f"{len(required)} modules, {log.jobs} jobs", versions), log


def _complaint(log: LakeLog, required: Sequence[str]) -> str:
    """Why an exit code 0 does not mean that everything was built."""
    missing = [module for module in required if module not in log.done]
    if log.errors or log.broken:
        return f"errors in the log: {some([*log.errors, *sorted(log.broken)])}"
    if log.sorries:
        return f"a proof is open: {some(list(log.sorries))}"
    if not log.jobs:
        return "exit code 0 without `Build completed successfully (… jobs).`"
    if missing:
        return f"exit code 0, and the log does not name {some(missing)}"
    return ""


def _told(log: LakeLog, module: str) -> bool:
    return module in log.done or module in log.broken


def _stated(context: Context) -> set[str]:
    """Theorems that both generated test files mention by full name."""
    names: set[str] | None = None
    for file in ("RoundTrip", "Audit"):
        path = context.project.root / TESTS / f"{file}.lean"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        words = set(re.findall(rf"{LIBRARY}\.[\w.'!?₀-₉]+", text))
        here = {theorem.name for theorem in context.project.theorems.values() if theorem.full_name in words}
        names = here if names is None else names & here
    return names or set()
