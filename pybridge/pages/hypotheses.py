"""Whether every hypothesis is needed: its counterexample, or how long one was looked for."""

from __future__ import annotations

from pybridge.ir.latex import latex_prop
from pybridge.pages.instances import at, conclusion_at
from pybridge.pages.markdown import code, math, paragraphs, table
from pybridge.pages.necessity import COMMAND, Counterexample, NoneFound
from pybridge.pages.sources import Theorem


def hypotheses_part(theorem: Theorem) -> str:
    """A table, a row for each hypothesis."""
    if not theorem.statement.hypotheses:
        return "**Hypotheses.** There are none."
    if theorem.necessity is None:
        return f"**Hypotheses.** Not searched for this statement yet: {code(COMMAND)}."
    found = theorem.necessity.hypotheses
    rows = [
        (code(h.name), math(latex_prop(h.prop)), _without(found.get(h.name)))
        for h in theorem.statement.hypotheses
    ]
    return paragraphs("**Hypotheses.**", table(("name", "hypothesis", "without it"), rows))


def _without(found: Counterexample | NoneFound | None) -> str:
    match found:
        case None:
            return "not searched"
        case Counterexample(instance):
            return f"false {at(instance)}: the conclusion reads {conclusion_at(instance)}"
        case NoneFound(examples, reason):
            because = f": {reason}" if reason else ""
            return f"no counterexample in {examples:,} examples, **a guard**{because}"
