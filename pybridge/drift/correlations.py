"""How the drift of a compressed block goes with what was said of it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pybridge.drift.rows import DriftRow
from pybridge.drift.spearman import Spearman, spearman, why_no_correlation

Value = Callable[[DriftRow], float | None]

DRIFT, AMPLIFICATION = "drift", "amplification"
DOWNSTREAM, INJECTED = "downstream", "injected"

_VALUES: dict[str, tuple[str, Value]] = {
    DRIFT: ("the drift", lambda row: row.drift),
    AMPLIFICATION: ("the amplification", lambda row: row.amplification),
    DOWNSTREAM: ("the downstream product", lambda row: row.downstream),
    INJECTED: ("the injected error", lambda row: row.injected),
}
PAIRS = ((DRIFT, DOWNSTREAM), (AMPLIFICATION, DOWNSTREAM), (DRIFT, INJECTED))
"""The paper's; the fair one, since the injected sizes differ; and what size alone explains."""

NO_PRODUCT = "no downstream product: the ρ of a later block is within the noise floor, or it overflows"


@dataclass(frozen=True)
class Correlation:
    """One pair of quantities over one position set.

    Attributes:
        without_last_block: over blocks 0 … n-2, as the paper counts; the last block has nothing downstream.
        left_out: block → why it could not be compared.
        within_product: of the compared blocks, how many have an amplification of at most the downstream
            product; None for pairs without that product.
        found: None where no correlation means anything, and then `reason` says why.
    """

    pair: tuple[str, str]
    positions: str
    without_last_block: bool
    left_out: dict[int, str]
    within_product: int | None
    found: Spearman | None
    reason: str | None


def correlations(rows: Sequence[DriftRow], *, resamples: int, seed: int) -> tuple[Correlation, ...]:
    """Every pair, for every position set, over all blocks and over blocks 0 … n-2."""
    last = max(row.block for row in rows)
    return tuple(
        _correlation(
            pair,
            [row for row in rows if row.positions == positions and (row.block < last or not shorter)],
            shorter=shorter,
            resamples=resamples,
            seed=seed,
        )
        for positions in dict.fromkeys(row.positions for row in rows)
        for shorter in (False, True)
        for pair in PAIRS
    )


def _correlation(
    pair: tuple[str, str], rows: Sequence[DriftRow], *, shorter: bool, resamples: int, seed: int
) -> Correlation:
    (left_name, left), (right_name, right) = (_VALUES[name] for name in pair)
    left_out = {row.block: reason for row in rows if (reason := _why_left_out(row, pair)) is not None}
    compared = [row for row in rows if row.block not in left_out]
    x, y = ([v for row in compared if (v := of(row)) is not None] for of in (left, right))
    reason = why_no_correlation(x, y, (left_name, right_name))
    return Correlation(
        pair=pair,
        positions=rows[0].positions,
        without_last_block=shorter,
        left_out=left_out,
        within_product=_within(compared) if DOWNSTREAM in pair else None,
        found=None if reason else spearman(x, y, resamples=resamples, seed=seed),
        reason=reason,
    )


def _why_left_out(row: DriftRow, pair: tuple[str, str]) -> str | None:
    if row.left_out is not None:
        return row.left_out
    return NO_PRODUCT if DOWNSTREAM in pair and row.downstream is None else None


def _within(rows: Sequence[DriftRow]) -> int:
    pairs = ((row.amplification, row.downstream) for row in rows)
    return sum(a is not None and d is not None and a <= d for a, d in pairs)
