"""The theorems that LeanDojo traces, against the manifest, with the premises and tactics it counts.

lean-dojo 4.20.0 is deprecated upstream and traces Lean up to about v4.24; it accepts later versions and then
fails in the middle of a long run, so the range is checked here first.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from pybridge.crosscheck.context import NO_LAKE, Context, failed, skipped
from pybridge.crosscheck.evidence import Result
from pybridge.crosscheck.listing import compare
from pybridge.crosscheck.project import LIBRARY
from pybridge.crosscheck.worker_answer import heard

CHECK = "leandojo"
RELEASE = "4.20.0"
FIRST, LAST = (4, 3), (4, 24)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def out_of_range(toolchain: str) -> str:
    """Why this Lean cannot be traced; empty if it can."""
    found = _VERSION.match(toolchain)
    if found and FIRST <= (int(found[1]), int(found[2])) <= LAST:
        return ""
    return (
        f"lean-dojo {RELEASE}, deprecated upstream, traces Lean v4.3 to about v4.24, and this project pins "
        f"{toolchain}; the check `listing` asks current Lean instead"
    )


def leandojo(context: Context) -> Result:
    """Trace the committed state, in a process of its own: importing lean_dojo has side effects."""
    if reason := out_of_range(context.project.toolchain):
        return skipped(CHECK, reason)
    if not context.has_program("lake"):
        return skipped(CHECK, NO_LAKE)
    if not context.has_module("lean_dojo"):
        return skipped(CHECK, "lean-dojo is not installed; `pip install -e '.[leandojo]'`")
    command = (sys.executable, "-m", "pybridge.crosscheck.leandojo_worker", str(context.project.root))
    answer = context.ask(command, context.project.root, context.limit_s)
    if trouble := answer.trouble(context.limit_s):
        return failed(CHECK, trouble)
    content, wrong = heard(answer.out)
    return failed(CHECK, wrong) if wrong else judge_leandojo(context, content)


def judge_leandojo(context: Context, answer: dict[str, Any]) -> Result:
    """Compare an answer of the worker with the manifest."""
    try:
        versions = {"lean-dojo": str(answer["versions"]["lean-dojo"]), "lean": context.project.toolchain}
        traced = [entry for entry in answer["theorems"] if entry["full_name"].startswith(f"{LIBRARY}.")]
        counts = {
            str(entry["full_name"]).removeprefix(f"{LIBRARY}."): {
                "tactics": int(entry["tactics"]),
                "premises": sorted(set(entry["premises"])),
            }
            for entry in traced
        }
        found = {(str(entry["full_name"]), str(entry["file"])) for entry in traced}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return failed(CHECK, f"its answer lacks {error}")
    result = compare(CHECK, context, found, versions, [])
    return Result(
        result.check, result.status, result.reason, result.versions, result.theorems, {"proofs": counts}
    )
