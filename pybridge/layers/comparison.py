"""Every criterion at k = 1 … K: what its choice costs in perplexity and saves in time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pybridge.errors import SettingError
from pybridge.files.record import finite, finite_all
from pybridge.layers.cells import Cell, Scorer
from pybridge.layers.choosing import Chooser
from pybridge.layers.criteria import Criterion
from pybridge.layers.speed import Speed, Stopwatch
from pybridge.measure.progress import SILENT, Progress

Record = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """One criterion at one k.

    Attributes:
        positions: a position set that does not decide alone, where ρ is taken over one; else None.
        blocks: in the order of removal; None where the criterion cannot rank so many, and then `reason`
            says why.
    """

    criterion: Criterion
    positions: str | None
    count: int
    blocks: tuple[int, ...] | None
    cell: Cell | None
    speed: Speed | None
    reason: str | None = None

    @property
    def label(self) -> str:
        """`rho`, or `rho all`."""
        return self.criterion.value if self.positions is None else f"{self.criterion} {self.positions}"


def compare(
    chooser: Chooser, count: int, scorer: Scorer, stopwatch: Stopwatch, progress: Progress = SILENT
) -> list[Compared]:
    """Rows by criterion, then k; equal sets of blocks are scored once, sets of equal kinds timed once.

    |ρ - 1| is there by what decides, and again for each position set that does not decide alone.
    """
    asked: list[tuple[Criterion, str | None]] = [(criterion, None) for criterion in chooser.criteria]
    asked[1:1] = [(Criterion.RHO, positions) for positions in chooser.other_positions]
    progress.begin("comparing criteria", count * len(asked))
    rows = []
    for criterion, positions in asked:
        for k in range(1, count + 1):
            rows.append(compared(chooser, criterion, k, scorer, stopwatch, positions))
            progress.advance()
    return rows


def compared(
    chooser: Chooser,
    criterion: Criterion,
    count: int,
    scorer: Scorer,
    stopwatch: Stopwatch,
    positions: str | None = None,
) -> Compared:
    """One row."""
    try:
        blocks = chooser.blocks(criterion, count, positions=positions)
    except SettingError as error:
        return Compared(criterion, positions, count, None, None, None, str(error))
    cell = scorer.without(blocks)
    return Compared(criterion, positions, count, blocks, cell, stopwatch.without(blocks), cell.reason)


def compared_record(row: Compared, dense: Cell) -> Record:
    """JSON-ready; null where there is no number, and `reason` says why."""
    scores = None if row.cell is None else row.cell.scores
    regret = None if row.cell is None else row.cell.regret(dense)
    return {
        "label": row.label,
        "criterion": row.criterion.value,
        "positions": row.positions,
        "count": row.count,
        "blocks": None if row.blocks is None else sorted(row.blocks),
        "order": None if row.blocks is None else list(row.blocks),
        "perplexity": None if scores is None else finite(scores.perplexity),
        "regret": None if regret is None else finite_all(asdict(regret)),
        **speed_record(row.speed),
        "reason": row.reason,
    }


def speed_record(speed: Speed | None) -> Record:
    """Seconds of one forward pass with the head, and what is made of them."""
    if speed is None:
        return dict.fromkeys(("whole_s", "shorter_s", "speed_up", "share", "speed_up_limit"))
    return {
        "whole_s": speed.whole_s,
        "shorter_s": speed.shorter_s,
        "speed_up": speed.speed_up,
        "share": speed.share,
        "speed_up_limit": speed.limit,
    }
