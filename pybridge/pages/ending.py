"""What the page ends with: the ledger, the guards, the commands."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.crosscheck import LINKS, Standing
from pybridge.ir.latex import latex_prop
from pybridge.pages.markdown import code, link, math, paragraphs, table
from pybridge.pages.necessity import NoneFound
from pybridge.pages.sources import Library, Theorem
from pybridge.pages.trust import never_met

_SIGNS = {Standing.HOLDS: "✓", Standing.FAILED: "✗", Standing.UNCHECKED: "·", Standing.NOT_MEANT: "–"}


def ledger(library: Library) -> str:
    header = ("no.", "theorem", *LINKS, "killed + explained", "instances that hold")
    rows = [_ledger_row(theorem) for theorem in library.theorems]
    return paragraphs(
        "## The ledger",
        "✓ yes, · not checked here, ✗ failed, – does not apply. The columns are explained [above]"
        "(#what-checked-here-means); the last one counts over the [recorded runs](#the-recorded-runs).",
        table(header, rows),
    )


def _ledger_row(theorem: Theorem) -> tuple[str, ...]:
    signs = (_SIGNS[theorem.ledger.links[name]] for name in LINKS)
    found = theorem.mutants
    counts = f"{found.killed} + {found.explained}"
    return (theorem.number, link(code(theorem.name), theorem.name), *signs, counts, _held(theorem))


def _held(theorem: Theorem) -> str:
    if never_met(theorem):
        return "never met"
    rows = theorem.current_rows
    return f"{sum(row.verdicts['HOLDS'] for row in rows):,}" if rows else "–"


def guards(library: Library) -> str:
    """Hypotheses that no counterexample was found without."""
    rows = [row for theorem in library.theorems for row in _guard_rows(theorem)]
    header = ("no.", "theorem", "name", "hypothesis", "examples", "why it is not needed")
    return paragraphs(
        "## Hypotheses that are not needed",
        "No counterexample was found without them. They are guards: they keep a degenerate run, which only "
        "the total division decides, from counting as evidence, or say what a variable stands for.",
        table(header, rows) if rows else "None is recorded.",
    )


def _guard_rows(theorem: Theorem) -> Iterator[tuple[str, ...]]:
    if theorem.necessity is None:
        return
    for h in theorem.statement.hypotheses:
        found = theorem.necessity.hypotheses.get(h.name)
        if isinstance(found, NoneFound):
            name, prop = link(code(theorem.name), theorem.name), math(latex_prop(h.prop))
            yield theorem.number, name, code(h.name), prop, f"{found.examples:,}", found.reason or "–"
