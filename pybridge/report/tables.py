"""The two tables of a check: the theorem ledger and the blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from pybridge.report.numbers import compact

Record = dict[str, Any]

_STYLES = {"VIOLATED": "bold red", "ERROR": "bold red", "INCONCLUSIVE": "yellow"}


def _table(
    title: str, columns: Sequence[str], left: Collection[str], rows: Sequence[Sequence[Text | str]]
) -> Table:
    """A plain table; on a narrow terminal only the last column gives way."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(columns):
        cells = [name, *(str(row[place]) for row in rows)]
        width = max(cell_len(cell) for cell in cells) if place < len(columns) - 1 else None
        side = "left" if name in left else "right"
        table.add_column(name, justify=side, no_wrap=True, min_width=width)
    for row in rows:
        table.add_row(*row)
    return table


def _count(verdict: str, count: int) -> Text:
    return Text(f"{count:,}", style=_STYLES.get(verdict, "") if count else "dim")


def ledger_table(record: Record) -> Table:
    """One line a theorem. Tightness is the largest lhs/rhs over the instances whose hypotheses were met."""
    columns = (
        "no.",
        "theorem",
        "instances",
        "hyp. met",
        "HOLDS",
        "INCONCL.",
        "VIOLATED",
        "unmet",
        "tightness",
        "at",
    )
    return _table(
        "Theorem ledger", columns, ("no.", "theorem", "at"), [_ledger_row(row) for row in record["theorems"]]
    )


def _ledger_row(row: Record) -> tuple[Text | str, ...]:
    verdicts = row["verdicts"]
    return (
        row["number"].partition(" (certified")[0],
        row["name"],
        f"{row['instances']:,}",
        f"{row['hypotheses_met']:,}",
        f"{verdicts['HOLDS']:,}",
        _count("INCONCLUSIVE", verdicts["INCONCLUSIVE"]),
        _count("VIOLATED", verdicts["VIOLATED"] + verdicts["ERROR"]),
        f"{verdicts['HYPOTHESIS_UNMET'] + verdicts['UNSUPPORTED']:,}",
        compact(row["tightness"]),
        row["tightness_at"] or "",
    )


def unmet_lines(record: Record) -> Iterator[str]:
    """Why instances had no verdict of their own, theorem by theorem."""
    for row in record["theorems"]:
        for reason, count in row["reasons"].items():
            yield f"{row['name']}: {count:,} × {reason}"


def block_tables(record: Record) -> Iterator[Table]:
    """A table for every ε and position set."""
    for some in record["summaries"]:
        rows = [
            r for r in record["profile"] if (r["eps"], r["positions"]) == (some["eps"], some["positions"])
        ]
        yield _block_table(f"ε = {some['eps']:g}, positions {some['positions']}", rows)


_MEASURED = {
    "g": "g",
    "cosθ": "cos_theta",
    "L": "L",
    "ρ": "rho",
    "α²": "alpha_sq",
    "β²": "beta_sq",
    "cosφ": "cos_phi",
    "bound": "bound",
    "lost to cosφ ≤ 1": "lost_to_alignment",
}


def _block_table(title: str, rows: list[Record]) -> Table:
    cells = [(_name(row), *(compact(row[m]) for m in _MEASURED.values()), _theorem_10(row)) for row in rows]
    return _table(title, ("block", *_MEASURED, "Theorem 10"), ("Theorem 10",), cells)


def _theorem_10(row: Record) -> str:
    if row["noise"] is not None:
        return f"noise: {row['noise']}"
    return "holds" if row["condition_holds"] else "not met"


def _name(row: Record) -> str:
    return str(row["block"]) if row["sublayer"] is None else f"{row['block']}.{row['sublayer']}"
