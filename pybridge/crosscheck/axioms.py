"""Which axioms each theorem rests on: a subset of `propext`, `Classical.choice`, `Quot.sound`, or a failure.

Lean is asked by `#print axioms`, theorem by theorem, and answers (perhaps wrapped, perhaps behind a position)

    'LivingInference.retrieval_bound' depends on axioms: [propext, Classical.choice, Quot.sound]
    'LivingInference.t' does not depend on any axioms

An open proof shows as `sorryAx`, `native_decide` as an axiom of its own; so nothing is looked for by name.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from pybridge.crosscheck.context import NO_LAKE, Context, skipped, some
from pybridge.crosscheck.evidence import Result, Status
from pybridge.crosscheck.project import LIBRARY

CHECK = "axioms"
ALLOWED = frozenset(("propext", "Classical.choice", "Quot.sound"))
_ANSWER = re.compile(
    r"'(?P<name>[^\s']\S*?)' (?:depends\s+on\s+axioms:\s*\[(?P<axioms>[^\]]*)\]"
    r"|(?P<none>does\s+not\s+depend\s+on\s+any\s+axioms))"
)


def read_axioms(text: str) -> dict[str, frozenset[str]]:
    """Full name -> axioms. A theorem that is answered for twice keeps the axioms of both answers."""
    found: dict[str, frozenset[str]] = {}
    for answer in _ANSWER.finditer(text):
        listed = frozenset((answer["axioms"] or "").replace(",", " ").split())
        if listed or answer["none"]:
            found[answer["name"]] = found.get(answer["name"], frozenset()) | listed
    return found


def axioms(context: Context) -> Result:
    """Ask for the axioms of every exported theorem. Needs a built library."""
    if not context.has_program("lake"):
        return skipped(CHECK, NO_LAKE)
    theorems = context.project.theorems
    commands = "".join(f"#print axioms {theorem.full_name}\n" for theorem in theorems.values())
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder) / "Axioms.lean"
        question.write_text(f"import {LIBRARY}\n\n{commands}", encoding="utf-8")
        command = ("lake", "env", "lean", str(question))
        answer = context.ask(command, context.project.root, context.limit_s)
    found = read_axioms(answer.out + "\n" + answer.err)
    held = {t.name: found[t.full_name] <= ALLOWED for t in theorems.values() if t.full_name in found}
    extra = {t.name: sorted(found[t.full_name]) for t in theorems.values() if t.full_name in found}
    reason = answer.trouble(context.limit_s) or _complaint(context, found)
    if reason:
        return Result(CHECK, Status.FAILED, reason, {}, held, {"axioms": extra})
    used = sorted(frozenset[str]().union(*found.values()))
    return Result(
        CHECK, Status.RAN, f"{len(held)} theorems on {some(used) or 'none'}", {}, held, {"axioms": extra}
    )


def _complaint(context: Context, found: dict[str, frozenset[str]]) -> str:
    wrong = [
        f"{theorem.name} on {', '.join(sorted(found[theorem.full_name] - ALLOWED))}"
        for theorem in context.project.theorems.values()
        if not found.get(theorem.full_name, frozenset()) <= ALLOWED
    ]
    if wrong:
        return f"axioms beyond {', '.join(sorted(ALLOWED))}: {some(wrong)}"
    missing = [t.name for t in context.project.theorems.values() if t.full_name not in found]
    return f"no answer for {some(missing)}" if missing else ""
