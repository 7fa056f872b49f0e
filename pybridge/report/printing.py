"""How a record with a ledger is printed: sentences, ledger, tables, each kind with its legend once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from pybridge.report import legends
from pybridge.report.columns import WIDE
from pybridge.report.tables import ledger_table, unmet_lines

Record = dict[str, Any]


def print_sentences(lines: Iterable[str], record: Record, console: Console) -> None:
    """What a human wants first, and where the bundle of a violation is."""
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
    for path in record["violations"]:
        console.print(f"Replay it: python -m pybridge.replay {path}", soft_wrap=True, markup=False)
    for text in record["violations_not_written"]:
        console.print(f"No bundle: {text}", soft_wrap=True, markup=False)


def print_ledger(record: Record, console: Console) -> None:
    """The ledger, its legend, and the hypotheses that were not met."""
    console.print()
    console.print(ledger_table(record, wide=console.width >= WIDE))
    console.print(legends.LEDGER, markup=False)
    console.print()
    for line in unmet_lines(record):
        console.print(line, soft_wrap=True, markup=False)


def print_tables(kinds: Iterable[tuple[str, Iterable[Table]]], console: Console) -> None:
    """Kinds of tables; a kind's legend stands after its first table."""
    for legend, tables in kinds:
        for table in tables:
            console.print()
            console.print(table)
            if legend:
                console.print(legend, markup=False)
            legend = ""
