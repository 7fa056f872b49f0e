"""What was measured and chosen as JSON-ready records."""

from __future__ import annotations

from typing import Any

from pybridge.binding.record import end_record, removal_record, theorem_record, totals_record
from pybridge.files.record import finite
from pybridge.layers.choosing import Chooser
from pybridge.layers.criteria import Criterion
from pybridge.layers.greedy import Round
from pybridge.layers.observing import Observed
from pybridge.layers.theorems import Removed, Verdicts
from pybridge.measure.summary import distances_from_one

Record = dict[str, Any]


def block_records(observed: Observed) -> list[Record]:
    """Every block: ρ and its distances from one over each position set, and block influence."""
    return [
        {
            "block": t,
            "block_influence": observed.influence[t],
            "rho": {over.positions: _rho_record(over.rho[t], over.noise[t]) for over in observed.rho},
        }
        for t in range(observed.blocks)
    ]


def _rho_record(rho: float | None, noise: str | None) -> Record:
    distances = {} if rho is None else distances_from_one(rho)
    return {
        "rho": rho,
        "noise": noise,
        "distance_from_one": {name: finite(value) for name, value in distances.items()},
    }


def choice_record(chooser: Chooser, criterion: Criterion, count: int) -> Record:
    """What goes, what stays, in the numbering of the whole model."""
    order = chooser.blocks(criterion, count)
    ranking = chooser.ranking(criterion)
    return {
        "criterion": criterion.value,
        "count": count,
        "order": list(order),
        "removed": sorted(order),
        "kept": [t for t in range(chooser.observed.blocks) if t not in order],
        "decides": [over.positions for over in chooser.observed.rho_over(chooser.rho_over)]
        if criterion.uses_rho
        else [],
        "by_positions": chooser.by_positions(criterion, count),
        "scores": None
        if ranking is None
        else [{"block": s.block, "score": finite(s.value), "reason": s.reason} for s in ranking.scores],
        "runs": _runs(chooser, count) if criterion is Criterion.ANGULAR else None,
        "rounds": [round_record(done) for done in chooser.rounds[:count]]
        if criterion is Criterion.GREEDY
        else None,
        "llama_cpp": llama_cpp(order),
    }


def _runs(chooser: Chooser, count: int) -> list[Record]:
    distances = chooser.observed.angular[count]
    return [{"first": t, "last": t + count - 1, "distance": d} for t, d in enumerate(distances)]


def round_record(done: Round) -> Record:
    return {
        "block": done.block,
        "mean_loss_nats": done.mean_loss,
        "candidates": {str(block): finite(loss) for block, loss in sorted(done.candidates.items())},
    }


def llama_cpp(blocks: tuple[int, ...]) -> str:
    """The option of llama.cpp's `llama-quantize` that leaves the same blocks out of a GGUF file.

    It takes whole numbers with commas between, in the numbering of the file it reads (`parse_layer_prune` in
    its tools/quantize/quantize.cpp).
    """
    return f"--prune-layers {','.join(str(block) for block in sorted(blocks))}"


def verdicts_record(found: Verdicts) -> Record:
    """Every removal with its ledger."""
    tallies = [tally for one in (*found.single, found.joint) for tally in one.ledger.tallies]
    return {
        "totals": totals_record(tallies),
        "single": [_removed_record(one) for one in found.single],
        "joint": _removed_record(found.joint),
    }


def _removed_record(one: Removed) -> Record:
    return {
        "blocks": list(one.blocks),
        "totals": totals_record(one.ledger.tallies),
        "theorems": [theorem_record(tally) for tally in one.ledger.tallies],
        "downstream": [removal_record(row) for row in one.rows],
        "end_to_end": [end_record(end) for end in one.lockstep.ends] if one.lockstep else [],
    }


def left_out_records(chooser: Chooser) -> list[Record]:
    """The criteria that a comparison is without, and why."""
    absent = [criterion for criterion in Criterion if criterion not in chooser.criteria]
    return [{"criterion": c.value, "reason": "needs --calibration, a text of its own"} for c in absent]


def removal_file_record(record: Record) -> Record:
    """What `removal.json` says of the base and the choice."""
    return {
        "base": record["model"],
        "criterion_measured_on": record["text"],
        "protocol": record["protocol"],
        "blocks": record["blocks"],
        **record["choice"],
        "theorems": record["theorems"],
        "evaluation": record["evaluation"],
        "versions": record["environment"]["versions"],
        "dtype": record["environment"]["dtype"],
    }
