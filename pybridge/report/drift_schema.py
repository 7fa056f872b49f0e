"""JSON Schema of the record that `pybridge drift --json` writes."""

from __future__ import annotations

from pybridge.report.schema import CHECK_RECORD
from pybridge.report.schema_forms import (
    COUNT,
    COUNT_OR_NULL,
    DIGEST,
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    POSITIONS,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    closed,
    each,
    list_of,
    record_schema,
)

SCHEMA_VERSION = 1

_CHECK: Schema = CHECK_RECORD["properties"]
_ENERGY: Schema = {"type": ["number", "null"], "minimum": 0}

CALIBRATION = closed(
    {
        "source": TEXT,
        **each(("text_digest", "tokens_digest"), DIGEST),
        **each(("sequences", "context"), COUNT),
    },
    null=True,
)
"""Null for a method without data."""

PROTOCOL = closed(
    {
        **each(("tokens", "seed", "skip_tokens", "resamples"), COUNT),
        **each(("perturbation", "norm", "compressed", "bos"), TEXT),
        "eps": NUMBER,
        "token_ids": DIGEST,
        "compression": closed(
            {
                "method": TEXT,
                **each(("sparsity", "rank_frac"), NUMBER_OR_NULL),
                **each(("pattern", "maps"), TEXT_OR_NULL),
                "rank": COUNT_OR_NULL,
            }
        ),
        "calibration": CALIBRATION,
    }
)

BLOCK = closed(
    {
        "block": COUNT,
        "positions": POSITIONS,
        **each(("injected", "drift", "amplification", "rho", "downstream"), _ENERGY),
        "left_out": TEXT_OR_NULL,
    }
)

SPEARMAN = closed(
    {
        **each(("count", "permutations", "resamples", "degenerate"), COUNT),
        "r": {"type": "number", "minimum": -1, "maximum": 1},
        **each(("p_asymptotic", "p_permutation"), SHARE),
        "exact": FLAG,
        "interval": list_of(NUMBER, length=2, null=True),
        "permutation_test": TEXT,
    },
    null=True,
)
"""Null where no correlation means anything; the correlation's `reason` says why."""

CORRELATION = closed(
    {
        "pair": list_of({"enum": ["drift", "amplification", "downstream", "injected"]}, length=2),
        "positions": POSITIONS,
        "blocks": {"enum": ["all", "0 … n-2"]},
        "left_out": list_of(closed({"block": COUNT, "reason": TEXT})),
        "within_product": COUNT_OR_NULL,
        "spearman": SPEARMAN,
        "reason": TEXT_OR_NULL,
    }
)

DRIFT_RECORD: Schema = record_schema(
    "living-inference drift",
    SCHEMA_VERSION,
    {
        **{name: _CHECK[name] for name in ("model", "text", "environment", "timing")},
        "protocol": PROTOCOL,
        "maps": closed(each(("compressed", "of"), COUNT)),
        "blocks": list_of(BLOCK),
        "correlations": list_of(CORRELATION),
        "paper": closed({"source": TEXT, **each(("r", "p_below"), NUMBER)}),
    },
)
