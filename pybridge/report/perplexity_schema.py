"""JSON Schema of the record that `pybridge perplexity --json` writes."""

from __future__ import annotations

from pybridge.report.schema import CHECK_RECORD
from pybridge.report.schema_forms import (
    COUNT,
    DIGEST,
    NUMBER,
    NUMBER_OR_NULL,
    SHARE,
    TEXT,
    Schema,
    closed,
    each,
    list_of,
    record_schema,
)

SCHEMA_VERSION = 1

SCORING = closed(
    {
        **each(("text", "token_ids"), DIGEST),
        **each(("tokenizer", "bos", "dtype", "log_softmax", "aggregation"), TEXT),
        **each(("context", "stride", "chunks", "predictions"), {"type": "integer", "minimum": 1}),
    }
)
"""The protocol that two perplexities must share."""

_INTERVAL = closed(each(("lo", "hi"), NUMBER_OR_NULL), null=True)

REGRET = closed(
    {
        "loss_difference": NUMBER,
        **each(("regret", "degradation"), NUMBER_OR_NULL),
        **each(("loss_interval", "regret_interval", "degradation_interval"), _INTERVAL),
        "confidence": SHARE,
        "chunks": {"type": "integer", "minimum": 1},
    },
    null=True,
)
"""Null without a base; an interval is null for a single chunk."""


def measured(*, null: bool = False) -> Schema:
    """One model: its scores and what it weighs."""
    return closed(
        {
            "model": TEXT,
            "weights": DIGEST,
            "perplexity": {"type": ["number", "null"], "minimum": 1},
            "mean_loss_nats": NUMBER,
            "chunk_losses_nats": list_of(NUMBER),
            "tokens_per_second": {"type": "number", "exclusiveMinimum": 0},
            **each(("weight_bytes", "map_weights", "map_zeros"), COUNT),
        },
        null=null,
    )


PERPLEXITY_RECORD: Schema = record_schema(
    "living-inference perplexity",
    SCHEMA_VERSION,
    {
        "protocol": SCORING,
        "text_source": TEXT,
        "model": measured(),
        "base": measured(null=True),
        "regret": REGRET,
        "environment": CHECK_RECORD["properties"]["environment"],
    },
)
