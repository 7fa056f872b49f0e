"""What a profile says, in sentences."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from pybridge.report.numbers import compact, counted, where
from pybridge.report.summary import verdict_line

Record = dict[str, Any]


def profile_lines(record: Record) -> Iterator[str]:
    """The model, the text, the verdicts, then one paragraph for every ε and position set."""
    model, text, protocol = record["model"], record["text"], record["protocol"]
    environment = record["environment"]
    yield (
        f"Model: {model['source']}. {counted(model['blocks'], 'block')} ({model['family']}, "
        f"{model['residual_shape']}), d_model {model['d_model']}, {environment['dtype']} on "
        f"{environment['device']}."
    )
    yield (
        f"Text: {text['source']}, {counted(protocol['sequences'], 'sequence')} of "
        f"{counted(protocol['tokens'], 'token')}; {counted(len(protocol['seeds']), 'seed')}; "
        f"beginning-of-text token: {protocol['bos']}."
    )
    yield verdict_line(record)
    for some in record["summaries"]:
        yield from setting_lines(some, record)
    yield from norm_lines(record)
    if record["local_lipschitz"] is not None:
        yield local_line(record["local_lipschitz"])
    yield "Every L is directional, taken from the one error at hand: a diagnosis, not a certificate."


def setting_lines(some: Record, record: Record) -> Iterator[str]:
    """One ε and position set."""
    setting = f"ε = {some['eps']:g}, {where(some['positions'])}"
    noun = "update" if some["granularity"] == "sublayer" else "block"
    every = some["all_blocks"]
    if all(counts["noise"] == counts["count"] for counts in every):
        yield f"{setting}: every {noun} is noise: {_reason(some, record)}; no number is made of it."
        return
    paper = some["without_last_block"]
    line = (
        f"{setting}: ρ < 1 in {_counts(every, 'contracting')} {noun}s "
        f"({_counts(paper, 'contracting')} without the last block, as the paper counts); "
        f"largest ρ {spread(some['rho_max'])} at {_distinct(some['rho_max_at'])}; amplifying fraction "
        f"{spread(some['amplifying_fraction'])}; V_n / V_0 = {spread(some['product_of_all'])}"
    )
    if some["fragility_index"] is not None:
        line += f"; fragility index (CFI) {spread(some['fragility_index'])}"
    yield line + "."
    if any(counts["noise"] for counts in every):
        yield f"  {_counts(every, 'noise', of='count')} {noun}s are noise: {_reason(some, record)}."
    yield "  " + theorem_line(some, record, noun)


def theorem_line(some: Record, record: Record, noun: str) -> str:
    """How far Theorem 10 reaches, and which step loses the rest."""
    every, rows = some["all_blocks"], rows_of(some, record)
    missed = _range(some["contracting_without_condition"])
    without_last = _counts(some["without_last_block"], "condition_holds")
    line = (
        f"Theorem 10's condition holds in {_counts(every, 'condition_holds')} ({without_last} without the "
        f"last block); in {missed} more with ρ < 1 the one step cosφ ≤ 1 loses it"
    )
    lost = [(row["lost_to_alignment"]["mean"], name_of(row)) for row in rows if row["lost_to_alignment"]]
    if lost:
        worst, at = max(lost)
        median = statistics.median(value for value, _ in lost)
        line += (
            f". That step makes the bound exceed ρ by {compact(median)} in the median {noun}, by "
            f"{compact(worst)} at {at}"
        )
    return line + f". Identity 10a: off by at most {some['largest_identity_gap']:.1e} of ρ."


def norm_lines(record: Record) -> Iterator[str]:
    """The paper calls a LayerNorm contractive; it is where σ ≥ 1."""
    for positions in dict.fromkeys(row["positions"] for row in record["norms"]):
        rows = [row for row in record["norms"] if row["positions"] == positions]
        worst = max(rows, key=lambda row: row["largest_inverse_sigma"])
        gained = max(rows, key=lambda row: row["largest_bound"])
        whole = sum(row["contracting"] == 1 for row in rows)
        bound = compact(gained["largest_bound"])
        yield (
            f"Norms, {where(positions)}: 1/σ ≤ 1 everywhere in {whole} of {len(rows)}; largest 1/σ "
            f"{compact(worst['largest_inverse_sigma'])} at {worst['block']}.{worst['norm']}; largest bound "
            f"on a Jacobian, max|γ|/σ, {bound} at {gained['block']}.{gained['norm']}."
        )


def local_line(local: Record) -> str:
    """The estimates in one sentence."""
    blocks = local["blocks"]
    largest = max(blocks, key=lambda row: row["estimate"])
    smallest = min(blocks, key=lambda row: row["estimate"])
    open_ = sum(not row["settled"] for row in blocks)
    still = f"; {open_} of {len(blocks)} still changed by more than {local['tolerance']:g}" if open_ else ""
    return (
        f"Local Lipschitz constant, an estimate from below: {compact(smallest['estimate'])} (block "
        f"{smallest['block']}) to {compact(largest['estimate'])} (block {largest['block']}){still}."
    )


def rows_of(some: Record, record: Record) -> list[Record]:
    return [r for r in record["blocks"] if (r["eps"], r["positions"]) == (some["eps"], some["positions"])]


def name_of(row: Record) -> str:
    return str(row["block"]) if row["sublayer"] is None else f"{row['block']}.{row['sublayer']}"


def spread(found: Record | None) -> str:
    """A mean, with its interval where there is one."""
    if found is None:
        return compact(None)
    if found["lo"] is None:
        return compact(found["mean"])
    return f"{compact(found['mean'])} ({compact(found['lo'])} to {compact(found['hi'])})"


def _counts(runs: list[Record], key: str, of: str = "measured") -> str:
    """`12 of 30`, or over several runs `11 to 13 of 30`."""
    whole = [run["count"] - (run["noise"] if of == "measured" else 0) for run in runs]
    return f"{_range([run[key] for run in runs])} of {_range(whole)}"


def _range(values: list[int]) -> str:
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"


def _distinct(places: list[str | None]) -> str:
    return ", ".join(dict.fromkeys(place for place in places if place is not None))


def _reason(some: Record, record: Record) -> str:
    return next(row["noise"] for row in rows_of(some, record) if row["noise"] is not None)
