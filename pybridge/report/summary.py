"""The lines a human wants first: did any theorem fail, and what does Theorem 10 say of this model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pybridge.report.numbers import compact, counted, percent, share

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
    for some in record["summaries"]:
        yield profile_line(some)
    yield "L is directional, taken from this one perturbation: a diagnosis, not a certificate."


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


def profile_line(some: Record) -> str:
    """ρ and Theorem 10's condition for one ε and position set, over all blocks and without the last one."""
    every, paper = some["all_blocks"], some["without_last_block"]
    noun = "update" if some["granularity"] == "sublayer" else "block"
    where = (
        "all positions" if some["positions"] == "all" else f"positions from {some['positions'].split(':')[1]}"
    )
    start = f"ε = {some['eps']:g}, {where}"
    measured, without_last = (counts["count"] - counts["noise"] for counts in (every, paper))
    if measured == 0:
        everything = counted(every["count"], noun)
        return f"{start}: all {everything} within the noise floor of the dtype; no number is made of it."
    line = (
        f"{start}: ρ < 1 in {share(every['contracting'], measured)} {noun}s "
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
