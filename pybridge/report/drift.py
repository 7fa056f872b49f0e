"""A drift record made readable: the correlations in sentences, then every block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console

from pybridge.report.columns import WIDE, Column, column_table
from pybridge.report.numbers import compact, counted, share, where

Record = dict[str, Any]

LEGEND = (
    "One block compressed, the others as they are; V = ‖h - ĥ‖² / ‖h‖². V after it: what the compression "
    "injects. V_n: the drift, after the last block, before the final norm. amplified: V_n / (V after it). "
    "∏ρ after it: the ρ of all later blocks, of an embedding perturbed by ε, multiplied."
)
HEURISTIC = (
    "The ρ are those of one perturbation of the embedding. The error of a compressed block is another one, "
    "and they do not bound it: the product is a heuristic (Theorem E3 needs factors of that very error)."
)
CAUTION = (
    "p and interval treat the blocks as drawn independently, which blocks of one network are not; they say "
    "nothing of other models."
)
CORRELATIONS = (
    "p: two-sided permutation test, of every order up to 8 blocks, else of random ones; p (t): t "
    "distribution with count - 2 degrees of freedom. ≤ ∏ρ: in how many blocks the amplification does not "
    "exceed the product."
)

_NAMES = {
    "drift": "drift V_n",
    "amplification": "amplification V_n / V of the same error",
    "downstream": "∏ρ downstream",
    "injected": "injected V",
}


def print_drift(record: Record, console: Console, *, quiet: bool = False) -> None:
    """Summary first, then correlations, then blocks by position set; `quiet` prints the summary alone."""
    for line in drift_lines(record):
        console.print(line, soft_wrap=True, markup=False)
    if quiet:
        return
    wide = console.width >= WIDE
    console.print()
    console.print(
        column_table("Rank correlations (Spearman)", _CORRELATIONS, record["correlations"], wide=wide)
    )
    console.print(CORRELATIONS, markup=False)
    legend = LEGEND
    for positions in dict.fromkeys(row["positions"] for row in record["blocks"]):
        rows = [row for row in record["blocks"] if row["positions"] == positions]
        title = f"One block compressed, positions {positions}"
        console.print()
        console.print(column_table(title, _BLOCKS, rows, wide=wide))
        if legend:
            console.print(legend, markup=False)
        legend = ""


def drift_lines(record: Record) -> Iterator[str]:
    """What was asked, every correlation, and how much they are worth; plain text."""
    model, text, protocol = record["model"], record["text"], record["protocol"]
    environment = record["environment"]
    yield (
        f"Model: {model['source']}. {counted(model['blocks'], 'block')}, d_model "
        f"{model['d_model']}, {environment['dtype']} on {environment['device']}."
    )
    tokens = counted(protocol["tokens"], "token")
    yield f"Text: {text['source']}, {tokens}; beginning-of-text token: {protocol['bos']}."
    yield _compression_line(record)
    yield from _left_out_lines(record)
    yield from _correlation_lines(record)
    yield HEURISTIC
    yield CAUTION


def _compression_line(record: Record) -> str:
    protocol, maps = record["protocol"], record["maps"]
    compression = protocol["compression"]
    given = (
        f"{key} {value}" for key, value in compression.items() if key not in ("method", "maps") and value
    )
    return (
        f"Compressed: one block at a time, {share(maps['compressed'], maps['of'])} linear maps, by "
        f"{', '.join([compression['method'], *given])}{_calibrated(protocol['calibration'])}. Perturbed: the "
        f"embedding, by {protocol['eps']:g} of its norm, for ρ."
    )


def _calibrated(calibration: Record | None) -> str:
    if calibration is None:
        return ""
    tokens = calibration["sequences"] * calibration["context"]
    return f", statistics of the dense model on {tokens:,} tokens of {calibration['source']}"


def _left_out_lines(record: Record) -> Iterator[str]:
    """Blocks without a drift or a product, one line a reason and position set."""
    found: dict[tuple[str, str], set[int]] = {}
    for some in record["correlations"]:
        for row in some["left_out"]:
            found.setdefault((some["positions"], row["reason"]), set()).add(row["block"])
    for (positions, reason), blocks in found.items():
        names = ", ".join(str(block) for block in sorted(blocks))
        noun = "block" if len(blocks) == 1 else "blocks"
        yield f"Left out, {where(positions)}: {noun} {names}: {reason}."


def _correlation_lines(record: Record) -> Iterator[str]:
    """A pair and position set a line: over all blocks, then as the paper counts."""
    grouped: dict[tuple[str, str, str], list[Record]] = {}
    for some in record["correlations"]:
        grouped.setdefault((*some["pair"], some["positions"]), []).append(some)
    for (left, right, positions), (every, shorter) in grouped.items():
        start = f"{_NAMES[left]} and {_NAMES[right]}, {where(positions)}"
        yield (
            f"{start[0].upper()}{start[1:]}: {_said(every)}; blocks 0 … n-2, as the paper counts: "
            f"{_said(shorter)}.{_beside((left, right), record['paper'])}"
        )
    resamples = record["protocol"]["resamples"]
    yield f"Intervals: 95 %, percentile bootstrap over blocks, {resamples:,} resamples."


def _said(some: Record) -> str:
    found = some["spearman"]
    if found is None:
        return f"no correlation ({some['reason']})"
    interval = _interval(found)
    return f"r = {found['r']:.2f} {interval} over {found['count']}, p = {_p(found['p_permutation'])}"


def _interval(found: Record) -> str:
    if found["interval"] is None:
        return "[no interval: most resamples are constant]"
    low, high = found["interval"]
    return f"[{low:.2f}, {high:.2f}]"


def _p(value: float) -> str:
    return f"{value:.2g}"


def _beside(pair: tuple[str, str], paper: Record) -> str:
    if pair != ("drift", "downstream"):
        return ""
    return f" {paper['source']}: r = {paper['r']:g}, p < {paper['p_below']:g}."


def _of(key: str, cell: Callable[[Any], str]) -> Callable[[Record], str]:
    """A cell about the correlation itself, an en dash where there is none."""
    return lambda row: "–" if row["spearman"] is None else cell(row["spearman"][key])


def _number(name: str, key: str, *, wide_only: bool = False) -> Column:
    return Column(name, lambda row: compact(row[key]), wide_only=wide_only)


def _not_exceeded(row: Record) -> str:
    if row["within_product"] is None or row["pair"][0] != "amplification" or row["spearman"] is None:
        return ""
    return share(row["within_product"], row["spearman"]["count"])


_CORRELATIONS = (
    Column("of", lambda row: row["pair"][0], left=True),
    Column("and", lambda row: row["pair"][1], left=True),
    Column("positions", lambda row: row["positions"], left=True),
    Column("blocks", lambda row: row["blocks"], left=True),
    Column("count", _of("count", str)),
    Column("r", _of("r", "{:.3f}".format)),
    Column("95 %", lambda row: _interval(row["spearman"]) if row["spearman"] else "–", wide_only=True),
    Column("p", _of("p_permutation", _p)),
    Column("p (t)", _of("p_asymptotic", _p), wide_only=True),
    Column("≤ ∏ρ", _not_exceeded, wide_only=True),
    Column("", lambda row: row["reason"] or "", left=True),
)

_BLOCKS = (
    Column("block", lambda row: str(row["block"])),
    _number("V after it", "injected"),
    _number("V_n", "drift"),
    _number("amplified", "amplification"),
    _number("∏ρ after it", "downstream"),
    _number("its ρ", "rho", wide_only=True),
    Column("", lambda row: row["left_out"] or "", left=True),
)
