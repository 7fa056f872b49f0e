"""JSON Schema of the record that `pybridge remove-layers --json` writes."""

from __future__ import annotations

from pybridge.report.perplexity_schema import REGRET, SCORING
from pybridge.report.schema import CHECK_RECORD, END_TO_END, REMOVAL_ROW, THEOREM
from pybridge.report.schema_forms import (
    COUNT,
    DIGEST,
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    POSITIONS,
    POSITIONS_PATTERN,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    closed,
    each,
    keyed_by,
    list_of,
    record_schema,
)

SCHEMA_VERSION = 1

_CHECK: Schema = CHECK_RECORD["properties"]
_BLOCKS: Schema = list_of(COUNT)
_BLOCKS_OR_NULL: Schema = list_of(COUNT, null=True)

CRITERION: Schema = {
    "enum": ["rho", "rho-amplitude", "log-rho", "block-influence", "blend", "angular", "greedy"]
}

PROTOCOL = closed(
    {
        **each(("tokens", "seed", "skip_tokens"), COUNT),
        **each(("perturbation", "norm", "block_influence", "bos"), TEXT),
        "eps": NUMBER,
        "blend_weight": SHARE,
        "rho_over": {"enum": ["both", "all", "skip"]},
        "angular": {"enum": ["last token", "mean over all tokens"]},
        "token_ids": DIGEST,
    }
)

_RHO = closed(
    {
        "rho": {"type": ["number", "null"], "minimum": 0},
        "noise": TEXT_OR_NULL,
        "distance_from_one": keyed_by("^abs_(rho_minus_one|amplitude_minus_one|log_rho)$", NUMBER_OR_NULL),
    }
)

BLOCK = closed({"block": COUNT, "block_influence": NUMBER, "rho": keyed_by(POSITIONS_PATTERN, _RHO)})

CHOICE = closed(
    {
        "criterion": CRITERION,
        "count": {"type": "integer", "minimum": 1},
        **each(("order", "removed", "kept"), _BLOCKS),
        "decides": list_of(POSITIONS),
        "by_positions": keyed_by(POSITIONS_PATTERN, _BLOCKS_OR_NULL),
        "scores": list_of(
            closed({"block": COUNT, "score": NUMBER_OR_NULL, "reason": TEXT_OR_NULL}), null=True
        ),
        "runs": list_of(closed({"first": COUNT, "last": COUNT, "distance": SHARE}), null=True),
        "rounds": list_of(
            closed(
                {"block": COUNT, "mean_loss_nats": NUMBER, "candidates": keyed_by("^[0-9]+$", NUMBER_OR_NULL)}
            ),
            null=True,
        ),
        "llama_cpp": {"type": "string", "pattern": "^--prune-layers [0-9]+(,[0-9]+)*$"},
    }
)
"""`scores` is null for `angular` and `greedy`, which have `runs` and `rounds` instead."""

REMOVED = closed(
    {
        "blocks": _BLOCKS,
        "totals": _CHECK["totals"],
        "theorems": list_of(THEOREM),
        "downstream": list_of(REMOVAL_ROW),
        "end_to_end": list_of(END_TO_END),
    }
)

COMPARED = closed(
    {
        "label": TEXT,
        "criterion": CRITERION,
        "positions": {**POSITIONS, "type": ["string", "null"]},
        "count": {"type": "integer", "minimum": 1},
        **each(("blocks", "order"), _BLOCKS_OR_NULL),
        "perplexity": {"type": ["number", "null"], "minimum": 1},
        "regret": REGRET,
        **each(("whole_s", "shorter_s", "speed_up", "speed_up_limit"), NUMBER_OR_NULL),
        "share": {**SHARE, "type": ["number", "null"]},
        "reason": TEXT_OR_NULL,
    }
)
"""One criterion at one k; null where there is no number, and `reason` says why."""

WRITTEN = closed(
    {
        "folder": TEXT,
        "weights": DIGEST,
        **each(("parameters", "parameters_before"), COUNT),
        "logits": closed({"tokens": COUNT, **each(("reloaded", "in_memory"), TEXT)}),
        "files": {"type": "object", "additionalProperties": DIGEST},
    },
    null=True,
)
"""Null without `--out`."""

REMOVE_LAYERS_RECORD: Schema = record_schema(
    "living-inference remove-layers",
    SCHEMA_VERSION,
    {
        **{name: _CHECK[name] for name in ("model", "text", "environment", "timing")},
        "protocol": PROTOCOL,
        "blocks": list_of(BLOCK),
        "choice": CHOICE,
        "theorems": closed({"totals": _CHECK["totals"], "single": list_of(REMOVED), "joint": REMOVED}),
        **each(("violations", "violations_not_written"), list_of(TEXT)),
        "evaluation": closed(
            {
                "source": TEXT,
                "apart_from_the_criterion": FLAG,
                "protocol": SCORING,
                "perplexity": {"type": ["number", "null"], "minimum": 1},
                "result": COMPARED,
            }
        ),
        "comparison": list_of(COMPARED),
        "left_out": list_of(closed({"criterion": CRITERION, "reason": TEXT})),
        "written": WRITTEN,
    },
)
