"""JSON Schema of the record that `pybridge profile --json` writes."""

from __future__ import annotations

from typing import Any

from pybridge.report.schema import CHECK_RECORD, PROFILE_ROW, THEOREM

Schema = dict[str, Any]

SCHEMA_VERSION = 1

_NUMBER: Schema = {"type": "number"}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_CHECK: Schema = CHECK_RECORD["properties"]


def _object(properties: Schema, *, null: bool = False) -> Schema:
    return {
        "type": ["object", "null"] if null else "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


ESTIMATE = _object(
    {
        "mean": _NUMBER,
        "lo": _NUMBER_OR_NULL,
        "hi": _NUMBER_OR_NULL,
        "sequences": {"type": "integer", "minimum": 1},
        "seed_spread": _NUMBER_OR_NULL,
    },
    null=True,
)
"""Over runs: mean, Student's t interval over sequences, spread over seeds; null without a single number."""

_SUBLAYER: Schema = {"enum": [None, "attention", "conv", "mlp"]}
_COUNTS = _list(
    _object(dict.fromkeys(("count", "noise", "contracting", "amplifying", "condition_holds"), _COUNT))
)
_QUANTITIES = (
    *("V", "next_V", "g", "cos_theta", "alpha_sq", "L", "rho", "rho_amplitude", "beta_sq", "cos_phi"),
    *("bound", "identity", "lost_to_alignment", "downstream", "budget"),
)

BLOCK = _object(
    {
        "block": _COUNT,
        "sublayer": _SUBLAYER,
        "eps": _NUMBER,
        "positions": _TEXT,
        **dict.fromkeys(_QUANTITIES, ESTIMATE),
        "condition_holds": _list({"type": ["boolean", "null"]}),
        "token_quantiles": _object(
            {"levels": _list(_NUMBER), **dict.fromkeys(("g", "cos_theta", "L", "rho"), _list(ESTIMATE))}
        ),
        "noisy_runs": _COUNT,
        "noise": _TEXT_OR_NULL,
    }
)

SUMMARY = _object(
    {
        "eps": _NUMBER,
        "positions": _TEXT,
        "granularity": {"enum": ["block", "sublayer"]},
        "all_blocks": _COUNTS,
        "without_last_block": _COUNTS,
        "rho_max": ESTIMATE,
        "rho_max_at": _list(_TEXT_OR_NULL),
        "amplifying_fraction": ESTIMATE,
        "fragility_index": ESTIMATE,
        "contracting_without_condition": _list(_COUNT),
        "largest_identity_gap": _NUMBER,
        "product_of_all": ESTIMATE,
    }
)

NORM = _object(
    {
        "block": _COUNT,
        "norm": _TEXT,
        "kind": {"enum": ["LayerNorm", "RMSNorm"]},
        "positions": _TEXT,
        "levels": _list(_SHARE),
        "largest_gain": _NUMBER,
        "inverse_sigma": _list(_NUMBER),
        "largest_inverse_sigma": _NUMBER,
        "contracting": _SHARE,
        "bound": _list(_NUMBER),
        "largest_bound": _NUMBER,
        "contracting_with_gain": _SHARE,
    }
)

LOCAL_LIPSCHITZ = _object(
    {
        "label": _TEXT,
        "sequence": _COUNT,
        "positions": _TEXT,
        "seed": _COUNT,
        "iterations_at_most": _COUNT,
        "tolerance": _NUMBER,
        "blocks": _list(
            _object(
                {
                    "block": _COUNT,
                    "estimate": _NUMBER,
                    "iterations": _COUNT,
                    "last_change": _NUMBER_OR_NULL,
                    "settled": {"type": "boolean"},
                }
            )
        ),
    },
    null=True,
)

ROW = _object(PROFILE_ROW["properties"] | {"sequence": _COUNT, "seed": _COUNT, "sublayer": _SUBLAYER})

PROFILE_RECORD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "living-inference profile",
    **_object(
        {
            "kind": {"const": "living-inference profile"},
            "schema_version": {"const": SCHEMA_VERSION},
            **{name: _CHECK[name] for name in ("model", "text", "totals", "timing")},
            "protocol": _object(
                {
                    **dict.fromkeys(("tokens", "sequences", "skip_tokens"), _COUNT),
                    **dict.fromkeys(("perturbation", "norm", "bos", "token_ids"), _TEXT),
                    "eps": _list(_NUMBER),
                    "seeds": _list(_COUNT),
                    "granularity": {"enum": ["block", "sublayer"]},
                }
            ),
            "environment": _object(_CHECK["environment"]["properties"] | {"rows_at_once": _COUNT}),
            "summaries": _list(SUMMARY),
            "blocks": _list(BLOCK),
            "norms": _list(NORM),
            "local_lipschitz": LOCAL_LIPSCHITZ,
            "theorems": _list(THEOREM),
            "rows": _list(ROW),
            "violations": _list(_TEXT),
            "violations_not_written": _list(_TEXT),
        }
    ),
}
