"""JSON Schema of the record that `pybridge profile --json` writes."""

from __future__ import annotations

from pybridge.report.schema import CHECK_RECORD, PROFILE_ROW, THEOREM
from pybridge.report.schema_forms import (
    COUNT,
    NUMBER,
    NUMBER_OR_NULL,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    closed,
    list_of,
)

SCHEMA_VERSION = 1

_CHECK: Schema = CHECK_RECORD["properties"]


ESTIMATE = closed(
    {
        "mean": NUMBER,
        "lo": NUMBER_OR_NULL,
        "hi": NUMBER_OR_NULL,
        "sequences": {"type": "integer", "minimum": 1},
        "seed_spread": NUMBER_OR_NULL,
    },
    null=True,
)
"""Over runs: mean, Student's t interval over sequences, spread over seeds; null without a single number."""

_SUBLAYER: Schema = {"enum": [None, "attention", "conv", "mlp"]}
_COUNTS = list_of(
    closed(dict.fromkeys(("count", "noise", "contracting", "amplifying", "condition_holds"), COUNT))
)
_QUANTITIES = (
    *("V", "next_V", "g", "cos_theta", "alpha_sq", "L", "rho", "rho_amplitude", "beta_sq", "cos_phi"),
    *("bound", "identity", "lost_to_alignment", "downstream", "budget"),
)

BLOCK = closed(
    {
        "block": COUNT,
        "sublayer": _SUBLAYER,
        "eps": NUMBER,
        "positions": TEXT,
        **dict.fromkeys(_QUANTITIES, ESTIMATE),
        "condition_holds": list_of({"type": ["boolean", "null"]}),
        "token_quantiles": closed(
            {"levels": list_of(NUMBER), **dict.fromkeys(("g", "cos_theta", "L", "rho"), list_of(ESTIMATE))}
        ),
        "noisy_runs": COUNT,
        "noise": TEXT_OR_NULL,
    }
)

SUMMARY = closed(
    {
        "eps": NUMBER,
        "positions": TEXT,
        "granularity": {"enum": ["block", "sublayer"]},
        "all_blocks": _COUNTS,
        "without_last_block": _COUNTS,
        "rho_max": ESTIMATE,
        "rho_max_at": list_of(TEXT_OR_NULL),
        "amplifying_fraction": ESTIMATE,
        "fragility_index": ESTIMATE,
        "contracting_without_condition": list_of(COUNT),
        "largest_identity_gap": NUMBER,
        "product_of_all": ESTIMATE,
    }
)

NORM = closed(
    {
        "block": COUNT,
        "norm": TEXT,
        "kind": {"enum": ["LayerNorm", "RMSNorm"]},
        "positions": TEXT,
        "levels": list_of(SHARE),
        "largest_gain": NUMBER,
        "inverse_sigma": list_of(NUMBER),
        "largest_inverse_sigma": NUMBER,
        "contracting": SHARE,
        "bound": list_of(NUMBER),
        "largest_bound": NUMBER,
        "contracting_with_gain": SHARE,
    }
)

LOCAL_LIPSCHITZ = closed(
    {
        "label": TEXT,
        "sequence": COUNT,
        "positions": TEXT,
        "seed": COUNT,
        "iterations_at_most": COUNT,
        "tolerance": NUMBER,
        "blocks": list_of(
            closed(
                {
                    "block": COUNT,
                    "estimate": NUMBER,
                    "iterations": COUNT,
                    "last_change": NUMBER_OR_NULL,
                    "settled": {"type": "boolean"},
                }
            )
        ),
    },
    null=True,
)

ROW = closed(PROFILE_ROW["properties"] | {"sequence": COUNT, "seed": COUNT, "sublayer": _SUBLAYER})

PROFILE_RECORD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "living-inference profile",
    **closed(
        {
            "kind": {"const": "living-inference profile"},
            "schema_version": {"const": SCHEMA_VERSION},
            **{name: _CHECK[name] for name in ("model", "text", "totals", "timing")},
            "protocol": closed(
                {
                    **dict.fromkeys(("tokens", "sequences", "skip_tokens"), COUNT),
                    **dict.fromkeys(("perturbation", "norm", "bos", "token_ids"), TEXT),
                    "eps": list_of(NUMBER),
                    "seeds": list_of(COUNT),
                    "granularity": {"enum": ["block", "sublayer"]},
                }
            ),
            "environment": closed(_CHECK["environment"]["properties"] | {"rows_at_once": COUNT}),
            "summaries": list_of(SUMMARY),
            "blocks": list_of(BLOCK),
            "norms": list_of(NORM),
            "local_lipschitz": LOCAL_LIPSCHITZ,
            "theorems": list_of(THEOREM),
            "rows": list_of(ROW),
            "violations": list_of(TEXT),
            "violations_not_written": list_of(TEXT),
        }
    ),
}
