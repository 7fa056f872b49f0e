"""The tables of a check: theorem ledger, blocks, compressed model, removals; each has a shorter form for a
narrow terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from pybridge.report.columns import Column, column_table
from pybridge.report.numbers import compact

Record = dict[str, Any]

_STYLES = {"VIOLATED": "bold red", "ERROR": "bold red", "INCONCLUSIVE": "yellow"}


# ---- the ledger --------------------------------------------------------------------------------------------
def _count(*verdicts: str) -> Callable[[Record], Text]:
    def cell(row: Record) -> Text:
        count = sum(row["verdicts"][verdict] for verdict in verdicts)
        return Text(f"{count:,}", style=_STYLES.get(verdicts[0], "") if count else "")

    return cell


_LEDGER = (
    Column("no.", lambda row: row["number"].partition(" (certified")[0], left=True, wide_only=True),
    Column("theorem", lambda row: row["name"], left=True),
    Column("instances", lambda row: f"{row['instances']:,}", wide_only=True),
    Column("met", lambda row: f"{row['hypotheses_met']:,}"),
    Column("HOLDS", _count("HOLDS")),
    Column("INCONCL.", _count("INCONCLUSIVE")),
    Column("VIOLATED", _count("VIOLATED", "ERROR")),
    Column("unmet", _count("HYPOTHESIS_UNMET", "UNSUPPORTED")),
    Column("tightness", lambda row: compact(row["tightness"])),
    Column("at", lambda row: row["tightness_at"] or "", left=True, wide_only=True),
)


def ledger_table(record: Record, *, wide: bool) -> Table:
    """One line a theorem. `met` counts instances whose hypotheses were all met; tightness is their largest
    lhs/rhs.
    """
    return column_table("Theorem ledger", _LEDGER, record["theorems"], wide=wide)


def unmet_lines(record: Record) -> Iterator[str]:
    """Why instances had no verdict of their own, theorem by theorem."""
    for row in record["theorems"]:
        for reason, count in row["reasons"].items():
            yield f"{row['name']}: {count:,} × {reason}"


# ---- the blocks --------------------------------------------------------------------------------------------
def _number(name: str, key: str, *, wide_only: bool = False) -> Column:
    return Column(name, lambda row: compact(row[key]), wide_only=wide_only)


def _block_name(row: Record) -> str:
    return str(row["block"]) if row["sublayer"] is None else f"{row['block']}.{row['sublayer']}"


def _theorem_10(row: Record) -> str:
    if row["noise"] is not None:
        return f"noise: {row['noise']}"
    return "holds" if row["condition_holds"] else "not met"


_BLOCKS = (
    Column("block", _block_name),
    _number("g", "g"),
    _number("cosθ", "cos_theta"),
    _number("L", "L"),
    _number("ρ", "rho"),
    _number("α²", "alpha_sq", wide_only=True),
    _number("β²", "beta_sq", wide_only=True),
    _number("cosφ", "cos_phi", wide_only=True),
    _number("bound", "bound"),
    _number("lost to cosφ ≤ 1", "lost_to_alignment", wide_only=True),
    Column("Theorem 10", _theorem_10, left=True),
)


def block_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """A table for every ε and position set. `bound` is Theorem 10's on ρ; it exceeds ρ by what cosφ ≤ 1
    loses.
    """
    for some in record["summaries"]:
        rows = [
            r for r in record["profile"] if (r["eps"], r["positions"]) == (some["eps"], some["positions"])
        ]
        yield column_table(f"ε = {some['eps']:g}, positions {some['positions']}", _BLOCKS, rows, wide=wide)


# ---- the compressed model ----------------------------------------------------------------------------------
def _noise(row: Record) -> str:
    return "" if row["noise"] is None else f"noise: {row['noise']}"


_LOCKSTEP = (
    Column("block", lambda row: str(row["block"])),
    _number("√V", "amplitude"),
    _number("L", "L"),
    _number("α", "alpha"),
    _number("ε", "injected"),
    _number("factor", "factor"),
    _number("injection", "injection"),
    _number("√V after", "next_amplitude"),
    Column("", _noise, left=True),
)


def lockstep_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """A table for every position set. √V = ‖h - ĥ‖ / ‖h‖ grows by at most the factor (1 + L) / α and the
    injection ε / ‖h after‖.
    """
    for end in record["lockstep"]["end_to_end"]:
        rows = [r for r in record["lockstep"]["blocks"] if r["positions"] == end["positions"]]
        if rows:
            yield column_table(
                f"Compressed beside dense, positions {end['positions']}", _LOCKSTEP, rows, wide=wide
            )


# ---- removals ----------------------------------------------------------------------------------------------
_REMOVALS = (
    Column("block", lambda row: str(row["block"])),
    _number("‖removal error‖²", "removal_error"),
    _number("downstream", "downstream"),
    _number("bound", "bound"),
    _number("measured V_n", "measured"),
    _number("tightness", "tightness"),
    Column("", _noise, left=True),
)


def removal_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """A table for every position set. `downstream` is the product of Theorem 10b's constants for this
    removal's own error; the bound is Theorem E3's.
    """
    for positions in dict.fromkeys(row["positions"] for row in record["removals"]):
        rows = [r for r in record["removals"] if r["positions"] == positions]
        yield column_table(f"One block removed, positions {positions}", _REMOVALS, rows, wide=wide)
