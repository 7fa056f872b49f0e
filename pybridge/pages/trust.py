"""Who or what has checked a theorem: its row of the ledger, and the runs on models."""

from __future__ import annotations

from pybridge.crosscheck import LINKS, Standing
from pybridge.pages.evidence import Row, Run
from pybridge.pages.markdown import link, paragraphs, table
from pybridge.pages.sources import Theorem
from pybridge.pages.tightness import compares_with_zero

MUTANTS, MODEL = "mutants killed", "on a model"
RUN_COLUMNS = (
    *("run", "instances", "met", "HOLDS", "violated", "inconclusive", "unmet", "unsupported"),
    *("tightness", "at"),
)
_WORDS = {
    Standing.HOLDS: "yes",
    Standing.FAILED: "**failed**",
    Standing.UNCHECKED: "not checked here",
    Standing.NOT_MEANT: "–",
}


def trust_part(theorem: Theorem) -> str:
    return paragraphs("**Checked.**", table(tuple(LINKS), [_cells(theorem)]), _runs(theorem))


def _cells(theorem: Theorem) -> tuple[str, ...]:
    """A word a link; of the mutants, how many stand on record."""
    words = {name: _WORDS[theorem.ledger.links[name]] for name in LINKS}
    words[MUTANTS] += f"; on record {_mutants(theorem)}"
    if never_met(theorem):
        words[MODEL] = "hypotheses never met"
    return tuple(words.values())


def never_met(theorem: Theorem) -> bool:
    """Whether runs of this statement are recorded, and none has an instance that meets its hypotheses."""
    rows = theorem.current_rows
    return bool(rows) and not any(row.met for row in rows)


def _mutants(theorem: Theorem) -> str:
    found = theorem.mutants
    explained = f", {found.explained} explained" if found.explained else ""
    return f"{found.killed} killed{explained}"


def _runs(theorem: Theorem) -> str:
    """A row for each recorded run; one that checked another statement is called stale and not used."""
    if not theorem.rows:
        return ""
    return table(RUN_COLUMNS, [_run(theorem, run, row) for run, row in theorem.rows])


def _run(theorem: Theorem, run: Run, row: Row) -> tuple[str, ...]:
    name = link(run.name, run.anchor)
    if not theorem.is_current(row):
        return (name, "stale: it checked another statement", *[""] * (len(RUN_COLUMNS) - 2))
    v = row.verdicts
    counts = (v["HOLDS"], v["VIOLATED"], v["INCONCLUSIVE"], v["HYPOTHESIS_UNMET"], v["UNSUPPORTED"])
    numbers = (f"{count:,}" for count in (row.instances, row.met, *counts))
    return (name, *numbers, *_tightness(theorem, row))


def _tightness(theorem: Theorem, row: Row) -> tuple[str, str]:
    if row.tightness is None or compares_with_zero(theorem.statement):
        return "–", "–"
    return f"{row.tightness:.3g}", row.where or "–"
