"""A table as a list of columns: each says what it shows of a record, and whether it needs a wide terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Record = dict[str, Any]

WIDE = 120
"""From this many columns on a terminal takes the whole table."""


@dataclass(frozen=True)
class Column:
    name: str
    cell: Callable[[Record], Text | str]
    left: bool = False
    wide_only: bool = False


def column_table(title: str, columns: Sequence[Column], rows: Sequence[Record], *, wide: bool) -> Table:
    """Columns keep their full width; only the last gives way when even that is too much."""
    shown = [column for column in columns if wide or not column.wide_only]
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0)
    )
    for column in shown:
        width = max(cell_len(text) for text in (column.name, *(str(column.cell(row)) for row in rows)))
        table.add_column(
            column.name,
            justify="left" if column.left else "right",
            no_wrap=True,
            min_width=None if column is shown[-1] else width,
        )
    for row in rows:
        table.add_row(*(column.cell(row) for column in shown))
    return table


def full_width(table: Table, console: Console) -> int:
    """What a table takes when nothing of it gives way."""
    boundless = console.options.update(max_width=10_000)
    return Measurement.get(console, boundless, table).maximum
