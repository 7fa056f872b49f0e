"""Records of a check made readable. Works on stored records alone; never opens a model."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from pybridge.report import legends
from pybridge.report.columns import WIDE
from pybridge.report.printing import print_ledger, print_sentences, print_tables
from pybridge.report.summary import summary_lines
from pybridge.report.tables import (
    block_tables,
    lockstep_tables,
    removal_tables,
)

__all__ = ["print_record"]


def print_record(record: dict[str, Any], console: Console, *, quiet: bool = False) -> None:
    """Summary first, then the ledger, then blocks, compressed model and removals; `quiet` prints the summary
    alone.
    """
    print_sentences(summary_lines(record), record, console)
    if quiet:
        return
    wide = console.width >= WIDE
    print_ledger(record, console)
    kinds = (
        (legends.BLOCKS, block_tables(record, wide=wide)),
        (legends.LOCKSTEP, lockstep_tables(record, wide=wide)),
        (legends.REMOVALS, removal_tables(record, wide=wide)),
    )
    print_tables(kinds, console)
