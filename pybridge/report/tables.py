"""The two tables of a check: the theorem ledger and the blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from pybridge.report.numbers import compact

Record = dict[str, Any]

_STYLES = {"VIOLATED": "bold red", "ERROR": "bold red", "INCONCLUSIVE": "yellow"}


def _table(title: str, *columns: tuple[str, str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
    return table


def _count(verdict: str, count: int) -> Text:
    return Text(f"{count:,}", style=_STYLES.get(verdict, "") if count else "dim")


def ledger_table(record: Record) -> Table:
    """One line a theorem. Tightness is the largest lhs/rhs over the instances whose hypotheses were met."""
    table = _table(
        "Theorem ledger",
        ("no.", "left"),
        ("theorem", "left"),
        ("instances", "right"),
        ("hyp. met", "right"),
        ("HOLDS", "right"),
        ("INCONCL.", "right"),
        ("VIOLATED", "right"),
        ("unmet", "right"),
        ("tightness", "right"),
        ("worst at", "left"),
    )
    for row in record["theorems"]:
        verdicts = row["verdicts"]
        table.add_row(
            row["number"],
            row["name"] + ("" if row["certificate"] is not False else " (diagnosis)"),
            f"{row['instances']:,}",
            f"{row['hypotheses_met']:,}",
            f"{verdicts['HOLDS']:,}",
            _count("INCONCLUSIVE", verdicts["INCONCLUSIVE"]),
            _count("VIOLATED", verdicts["VIOLATED"] + verdicts["ERROR"]),
            f"{verdicts['HYPOTHESIS_UNMET'] + verdicts['UNSUPPORTED']:,}",
            compact(row["tightness"]),
            row["tightness_at"] or "",
        )
    return table


def unmet_lines(record: Record) -> Iterator[str]:
    """Why instances had no verdict of their own, theorem by theorem."""
    for row in record["theorems"]:
        for reason, count in row["reasons"].items():
            yield f"{row['name']}: {count:,} × {reason}"


def block_tables(record: Record) -> Iterator[Table]:
    """A table for every ε and position set."""
    for some in record["summaries"]:
        rows = [r for r in record["profile"] if (r["eps"], r["positions"]) == (some["eps"], some["positions"])]
        yield _block_table(f"ε = {some['eps']:g}, positions {some['positions']}", rows)


def _block_table(title: str, rows: list[Record]) -> Table:
    names = ("g", "cosθ", "L", "ρ", "α²", "β²", "cosφ", "bound on ρ", "lost to cosφ ≤ 1")
    table = _table(title, ("block", "right"), *((name, "right") for name in names), ("Theorem 10", "left"))
    for row in rows:
        measured = ("g", "cos_theta", "L", "rho", "alpha_sq", "beta_sq", "cos_phi", "bound", "lost_to_alignment")
        if row["noise"] is not None:
            says = f"noise: {row['noise']}"
        else:
            says = "holds, ρ < 1 certain" if row["condition_holds"] else "condition not met"
        table.add_row(_name(row), *(compact(row[m]) for m in measured), says)
    return table


def _name(row: Record) -> str:
    return str(row["block"]) if row["sublayer"] is None else f"{row['block']}.{row['sublayer']}"
