"""The theorems that Lean itself finds in the files, by lean-interact, against the manifest: the same set."""

from __future__ import annotations

import sys
from typing import Any

from pybridge.crosscheck.context import NO_LAKE, Context, failed, skipped, some
from pybridge.crosscheck.evidence import Result, Status
from pybridge.crosscheck.worker_answer import heard

CHECK = "listing"
_NOT_INSTALLED = "lean-interact is not installed; `pip install -e '.[lean]'`"


def listing(context: Context) -> Result:
    """Ask for the declarations of every file with exported theorems."""
    if not context.has_program("lake"):
        return skipped(CHECK, NO_LAKE)
    if not context.has_module("lean_interact"):
        return skipped(CHECK, _NOT_INSTALLED)
    files = sorted({theorem.file for theorem in context.project.theorems.values()})
    command = (sys.executable, "-m", "pybridge.crosscheck.listing_worker", str(context.project.root), *files)
    answer = context.ask(command, context.project.root, context.limit_s)
    if trouble := answer.trouble(context.limit_s):
        return failed(CHECK, trouble)
    content, wrong = heard(answer.out)
    return failed(CHECK, wrong) if wrong else judge_listing(context, content)


def judge_listing(context: Context, answer: dict[str, Any]) -> Result:
    """Compare an answer of the worker with the manifest: names and files, both ways."""
    try:
        versions = {key: str(answer["versions"][key]) for key in ("lean-interact", "lean")}
        errors = [str(error) for error in answer["errors"]]
        found = {
            (str(entry["full_name"]), str(entry["file"]))
            for entry in answer["declarations"]
            if entry["kind"] in ("theorem", "lemma") and entry["visibility"] != "private"
        }
    except (KeyError, TypeError) as error:
        return failed(CHECK, f"its answer lacks {error}")
    return compare(CHECK, context, found, versions, errors)


def compare(
    check: str,
    context: Context,
    found: set[tuple[str, str]],
    versions: dict[str, str],
    errors: list[str],
) -> Result:
    """The names and files that a program found, against those of the manifest."""
    theorems = context.project.theorems.values()
    expected = {(theorem.full_name, theorem.file) for theorem in theorems}
    held = {theorem.name: (theorem.full_name, theorem.file) in found for theorem in theorems}
    missing = sorted(name for name, _ in expected - found)
    strange = sorted(name for name, _ in found - expected)
    reason = ""
    if errors:
        reason = f"Lean reports errors: {some(errors)}"
    elif not found:
        reason = "it lists no theorem at all"
    elif missing or strange:
        parts = [f"not found: {some(missing)}"] * bool(missing) + [
            f"not in the manifest: {some(strange)}"
        ] * bool(strange)
        reason = "; ".join(parts)
    if reason:
        return failed(check, reason, versions=versions, theorems=held if found else {})
    return Result(check, Status.RAN, f"{len(found)} theorems, the same as in the manifest", versions, held)
