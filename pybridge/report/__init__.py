"""Records of a check made readable. Works on stored records alone; never opens a model."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from pybridge.report import legends
from pybridge.report.columns import WIDE
from pybridge.report.summary import summary_lines
from pybridge.report.tables import (
    block_tables,
    ledger_table,
    lockstep_tables,
    removal_tables,
    unmet_lines,
)

__all__ = ["print_record"]


def print_record(record: dict[str, Any], console: Console, *, quiet: bool = False) -> None:
    """Summary first, then the ledger, then blocks, compressed model and removals; `quiet` prints the summary
    alone.
    """
    for line in summary_lines(record):
        console.print(line, soft_wrap=True, markup=False)
    for path in record["violations"]:
        console.print(f"Replay it: python -m pybridge.replay {path}", soft_wrap=True, markup=False)
    for text in record["violations_not_written"]:
        console.print(f"No bundle: {text}", soft_wrap=True, markup=False)
    if quiet:
        return
    wide = console.width >= WIDE
    console.print()
    console.print(ledger_table(record, wide=wide))
    console.print(legends.LEDGER, markup=False)
    console.print()
    for line in unmet_lines(record):
        console.print(line, soft_wrap=True, markup=False)
    for legend, tables in (
        (legends.BLOCKS, block_tables(record, wide=wide)),
        (legends.LOCKSTEP, lockstep_tables(record, wide=wide)),
        (legends.REMOVALS, removal_tables(record, wide=wide)),
    ):
        for table in tables:
            console.print()
            console.print(table)
            if legend:
                console.print(legend, markup=False)
            legend = ""
