"""The lines a human wants first: did any theorem fail, and what does Theorem 10 say of this model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pybridge.report.network import lockstep_lines, removal_lines
from pybridge.report.numbers import compact, counted, percent, share, where

Record = dict[str, Any]


def summary_lines(record: Record) -> Iterator[str]:
    """A handful of sentences about a check record; plain text."""
    model, text, protocol = record["model"], record["text"], record["protocol"]
    environment = record["environment"]
    yield (
        f"Model: {model['source']}. {counted(model['blocks'], 'block')}, d_model "
        f"{model['d_model']}, {environment['dtype']} on {environment['device']}."
    )
    tokens = counted(protocol["tokens"], "token")
    yield f"Text: {text['source']}, {tokens}; beginning-of-text token: {protocol['bos']}."
    yield verdict_line(record)
    yield from dead_map_lines(record)
    for some in record["summaries"]:
        yield profile_line(some) if _measured(some["all_blocks"]) else silent_line(some, record)
    yield from lockstep_lines(record)
    yield from removal_lines(record)
    yield "Every L is directional, taken from the one error at hand: a diagnosis, not a certificate."


def verdict_line(record: Record) -> str:
    """What the ledger says in one sentence."""
    totals = record["totals"]
    parts = [f"{totals['HOLDS']:,} HOLDS", f"{totals['HYPOTHESIS_UNMET']:,} hypothesis unmet"]
    parts.append(
        f"{totals['INCONCLUSIVE']:,} INCONCLUSIVE ({percent(totals['INCONCLUSIVE'], totals['instances'])})"
    )
    if totals["UNSUPPORTED"]:
        parts.append(f"{totals['UNSUPPORTED']:,} unsupported")
    start = "No theorem was violated"
    if totals["ERROR"]:
        start = f"Not complete, {counted(totals['ERROR'], 'evaluation')} ended in ERROR"
    if totals["VIOLATED"]:
        start = f"{counted(totals['VIOLATED'], 'violation')} found"
    theorems, instances = (
        counted(len(record["theorems"]), "theorem"),
        counted(totals["instances"], "instance"),
    )
    return f"{start}: {theorems}, {instances}: {', '.join(parts)}."


_NAMES_SHOWN = 3


def dead_map_lines(record: Record) -> Iterator[str]:
    """Linear maps that no theorem about a cache could be put to, one line a reason."""
    by_reason: dict[str, list[str]] = {}
    for row in record["maps"]:
        if row["unsupported"] is not None:
            by_reason.setdefault(row["unsupported"], []).append(row["name"])
    for reason, names in by_reason.items():
        some = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
        yield (
            f"{counted(len(names), 'linear map')} ({some}) without the theorems that need a cached input: "
            f"{reason}."
        )


def silent_line(some: Record, record: Record) -> str:
    """A profile without a number: every state is zero, or every error is noise; and what to do about it."""
    everything = counted(some["all_blocks"]["count"], _noun(some))
    setting = (some["eps"], some["positions"])
    reasons = {r["noise"] for r in record["profile"] if (r["eps"], r["positions"]) == setting}
    if "the incoming state is zero" in reasons:
        return (
            f"{_setting(some)}: h_0 or a later state of the residual stream is zero, and none of "
            f"{everything} could be measured; are the weights damaged?"
        )
    narrow = record["environment"]["dtype"] not in ("float32", "float64")
    return (
        f"{_setting(some)}: all {everything} within the noise floor of the dtype; no number is made of it; "
        f"try a larger --eps{' or --dtype float32' if narrow else ''}."
    )


def _measured(counts: Record) -> int:
    return counts["count"] - counts["noise"]


def _noun(some: Record) -> str:
    return "update" if some["granularity"] == "sublayer" else "block"


def _setting(some: Record) -> str:
    return f"ε = {some['eps']:g}, {where(some['positions'])}"


def profile_line(some: Record) -> str:
    """ρ and Theorem 10's condition for one ε and position set, over all blocks and without the last one."""
    every, paper = some["all_blocks"], some["without_last_block"]
    noun, measured, without_last = _noun(some), _measured(every), _measured(paper)
    line = (
        f"{_setting(some)}: ρ < 1 in {share(every['contracting'], measured)} {noun}s "
        f"({share(paper['contracting'], without_last)} without the last block)"
    )
    line += (
        f"; Theorem 10's condition holds in {share(every['condition_holds'], measured)} "
        f"({share(paper['condition_holds'], without_last)}); "
        f"largest ρ {compact(some['rho_max'])} at {some['rho_max_at']}."
    )
    if every["noise"]:
        line += f" {counted(every['noise'], f'more {noun}')} within the noise floor."
    return line
