"""A removal made readable, from its record alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console

from pybridge.report.columns import WIDE
from pybridge.report.layer_tables import (
    BLOCKS_LEGEND,
    COMPARISON_LEGEND,
    REMOVED_LEGEND,
    block_table,
    comparison_table,
    detail_table,
    ledger_lines,
    removed_table,
)
from pybridge.report.numbers import compact, counted, where
from pybridge.report.summary import verdict_line

Record = dict[str, Any]

CRITERIA = {
    "rho": "|ρ - 1|",
    "rho-amplitude": "|√ρ - 1|",
    "log-rho": "|log ρ|",
    "block-influence": "block influence",
    "blend": "ranks of |ρ - 1| and block influence",
    "angular": "angular distance of a run",
    "greedy": "perplexity on the calibration text, block by block",
}
"""A criterion in symbols or words."""


def print_removal(record: Record, console: Console, *, quiet: bool = False) -> None:
    """Sentences first, then verdicts, blocks and the comparison; `quiet` prints the sentences alone."""
    for line in removal_summary(record):
        console.print(line, soft_wrap=True, markup=False)
    if quiet:
        return
    wide = console.width >= WIDE
    tables = [
        (removed_table(record, wide=wide), REMOVED_LEGEND),
        (block_table(record, wide=wide), BLOCKS_LEGEND),
    ]
    if record["comparison"]:
        tables += [(comparison_table(record), COMPARISON_LEGEND), (detail_table(record, wide=wide), "")]
    for table, legend in tables:
        console.print()
        console.print(table)
        if legend:
            console.print(legend, markup=False)
    console.print()
    for line in ledger_lines(record):
        console.print(line, soft_wrap=True, markup=False)


def removal_summary(record: Record) -> Iterator[str]:
    """What goes, what the theorems said, what it costs and what it saves; plain text."""
    model, environment = record["model"], record["environment"]
    yield (
        f"Model: {model['source']}. {counted(model['blocks'], 'block')}, d_model {model['d_model']}, "
        f"{environment['dtype']} on {environment['device']}."
    )
    yield _measured_on(record)
    yield from _choice(record)
    yield verdict_line(_as_check(record))
    for path in record["violations"]:
        yield f"Replay it: python -m pybridge.replay {path}"
    yield from (f"No bundle: {text}" for text in record["violations_not_written"])
    yield from _perplexity(record["evaluation"])
    yield _speed(record)
    option = record["choice"]["llama_cpp"]
    yield f"The same blocks out of a GGUF file: llama-quantize {option} IN.gguf OUT.gguf TYPE"
    yield from _written(record["written"])


def _measured_on(record: Record) -> str:
    apart = record["evaluation"]["apart_from_the_criterion"]
    tokens = counted(record["protocol"]["tokens"], "token")
    line = f"Blocks measured on {record['text']['source']}, {tokens}"
    if apart:
        return f"{line}: another text than the one they are judged on."
    return f"{line}: the beginning of the very text they are judged on (--calibration names another)."


def _choice(record: Record) -> Iterator[str]:
    choice = record["choice"]
    order = choice["order"]
    by = _criterion(record)
    if len(choice["decides"]) > 1:
        by += f", ρ the farther of {' and '.join(where(positions) for positions in choice['decides'])}"
    line = f"Removed by {by}: {_named(choice['removed'])}"
    if order != choice["removed"]:
        line += f", in the order {_listed(order)}"
    yield f"{line}; {counted(len(choice['kept']), 'block')} of {record['model']['blocks']} stay."
    for positions, blocks in choice["by_positions"].items():
        found = "too few blocks have a ρ" if blocks is None else _named(blocks)
        role = ", which decide" if [positions] == choice["decides"] else " alone it would be"
        yield f"By ρ over {where(positions)}{role}: {found}."


def _as_check(record: Record) -> Record:
    found = record["theorems"]
    names = {row["name"]: row for one in (*found["single"], found["joint"]) for row in one["theorems"]}
    return {"totals": found["totals"], "theorems": list(names.values())}


def _perplexity(evaluation: Record) -> Iterator[str]:
    result, protocol = evaluation["result"], evaluation["protocol"]
    before = f"Perplexity {compact(evaluation['perplexity'], 6)}"
    if result["regret"] is None:
        yield f"{before}; without the blocks none: {result['reason']}"
    else:
        yield f"{before} → {compact(result['perplexity'], 6)}: {_regret(result['regret'])}."
    yield (
        f"  on {evaluation['source']}: {protocol['chunks']} chunks of {protocol['context']:,} tokens, stride "
        f"{protocol['stride']:,}, {protocol['predictions']:,} predictions; {protocol['text']}; "
        f"{protocol['tokenizer']}; BOS: {protocol['bos']}; {protocol['dtype']}, log-softmax in "
        f"{protocol['log_softmax']}; {protocol['aggregation']}"
    )


def _regret(regret: Record) -> str:
    line = f"regret {compact(regret['regret'])}"
    interval = regret["regret_interval"]
    if interval is None:
        return f"{line}, degradation ×{compact(regret['degradation'])} (one chunk has no confidence interval)"
    return (
        f"{line} [{compact(interval['lo'])}, {compact(interval['hi'])}] at {regret['confidence']:.0%} "
        f"confidence (t over {regret['chunks']} chunks, paired), degradation "
        f"×{compact(regret['degradation'])}"
    )


def _speed(record: Record) -> str:
    result = record["evaluation"]["result"]
    if result["speed_up"] is None:
        return "Speed not measured."
    return (
        f"Speed-up ×{result['speed_up']:.3f} (whole {compact(result['whole_s'], 3)} s, shorter "
        f"{compact(result['shorter_s'], 3)} s, head included, in turns). The blocks took "
        f"{result['share']:.1%} of the whole model's time, which by itself makes "
        f"×{result['speed_up_limit']:.3f}."
    )


def _written(written: Record | None) -> Iterator[str]:
    if written is None:
        return
    yield (
        f"Written: {written['folder']}, {written['parameters']:,} of {written['parameters_before']:,} "
        f"parameters. Loaded again it gives the logits of {counted(written['logits']['tokens'], 'token')} "
        "bit for bit, and those of the whole model run without the blocks."
    )


def _criterion(record: Record) -> str:
    criterion = record["choice"]["criterion"]
    name = CRITERIA[criterion]
    return f"{name}, {record['protocol']['angular']}" if criterion == "angular" else name


def _named(blocks: list[int]) -> str:
    return f"{'block' if len(blocks) == 1 else 'blocks'} {_listed(blocks)}"


def _listed(blocks: list[int]) -> str:
    return ", ".join(map(str, blocks))
