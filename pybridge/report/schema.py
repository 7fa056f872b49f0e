"""JSON Schema of the record that `python -m pybridge.check --json` writes."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

SCHEMA_VERSION = 2

_NUMBER: Schema = {"type": "number"}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
_POSITIONS: Schema = {"type": "string", "pattern": "^(all|skip:[1-9][0-9]*)$"}
_DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}


def _object(properties: Schema, *, open_: bool = False) -> Schema:
    """All properties are required; no others are allowed unless the object is open."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": open_,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_VERDICTS = _object(
    dict.fromkeys(("HOLDS", "VIOLATED", "INCONCLUSIVE", "HYPOTHESIS_UNMET", "UNSUPPORTED", "ERROR"), _COUNT)
)

_COUNTS = _object(dict.fromkeys(("count", "noise", "contracting", "amplifying", "condition_holds"), _COUNT))

PROFILE_ROW = _object(
    {
        "block": _COUNT,
        "sublayer": {"enum": [None, "attention", "mlp"]},
        "eps": {"type": "number", "exclusiveMinimum": 0},
        "positions": _POSITIONS,
        "g": _NUMBER,
        "cos_theta": _NUMBER,
        "alpha_sq": _NUMBER,
        "growth": _NUMBER,
        "L": _NUMBER_OR_NULL,
        "rho": _NUMBER_OR_NULL,
        "rho_amplitude": _NUMBER_OR_NULL,
        "beta_sq": _NUMBER_OR_NULL,
        "cos_phi": _NUMBER_OR_NULL,
        "condition_holds": {"type": ["boolean", "null"]},
        "condition_margin": _NUMBER_OR_NULL,
        "bound": _NUMBER_OR_NULL,
        "identity": _NUMBER_OR_NULL,
        "lost_to_alignment": _NUMBER_OR_NULL,
        "relative_error_in": _NUMBER_OR_NULL,
        "relative_error_out": _NUMBER_OR_NULL,
        "distance_of_rho_from_one": {"type": ["object", "null"], "additionalProperties": _NUMBER_OR_NULL},
        "noise": _TEXT_OR_NULL,
        "token_quantiles": {"type": "object", "additionalProperties": _list(_NUMBER)},
    }
)

THEOREM = _object(
    {
        "name": _TEXT,
        "number": _TEXT,
        "section": _TEXT,
        "statement": _DIGEST,
        "scope": {"enum": ["map", "profile", "block", "step", "lockstep", "removal"]},
        "certificate": {"type": ["boolean", "null"]},
        "instances": _COUNT,
        "hypotheses_met": _COUNT,
        "verdicts": _VERDICTS,
        "tightness": _NUMBER_OR_NULL,
        "tightness_at": _TEXT_OR_NULL,
        "width": _NUMBER_OR_NULL,
        "width_at": _TEXT_OR_NULL,
        "reasons": {"type": "object", "additionalProperties": _COUNT},
        "examples": {"type": "object", "additionalProperties": _list(_TEXT)},
    }
)

_NORM = _object(
    {
        "lo": {"type": "number", "minimum": 0},
        "hi": {"type": "number", "minimum": 0},
        "label": {"enum": ["exact enclosure", "certified upper"]},
    }
)

MAP = _object(
    {
        "name": _TEXT,
        "block": _COUNT,
        "component": _TEXT,
        "shape": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
        "weight_digest": _DIGEST,
        "kept": _COUNT,
        "rank": _COUNT,
        "positions": _list(_COUNT),
        "cached_positions": _list(_COUNT),
        "near_radius": _NUMBER_OR_NULL,
        "far_radius": _NUMBER_OR_NULL,
        "hit_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "unsupported": _TEXT_OR_NULL,
        "full_cost": _NUMBER,
        "lookup_cost": _NUMBER,
        "operator_norms": _object(
            dict.fromkeys(("weight", "sparse_residual", "low_rank", "low_rank_remainder"), _NORM)
        ),
    }
)

SUMMARY = _object(
    {
        "eps": _NUMBER,
        "positions": _TEXT,
        "granularity": {"enum": ["block", "sublayer"]},
        "all_blocks": _COUNTS,
        "without_last_block": _COUNTS,
        "rho_max": _NUMBER_OR_NULL,
        "rho_max_at": _TEXT_OR_NULL,
        "amplifying_fraction": _NUMBER,
        "downstream": _list(_NUMBER_OR_NULL),
    }
)

LOCKSTEP_ROW = _object(
    {
        "block": _COUNT,
        "positions": _POSITIONS,
        "noise": _TEXT_OR_NULL,
        **dict.fromkeys(
            (
                "amplitude",
                "next_amplitude",
                "L",
                "alpha",
                "injected",
                "factor",
                "injection",
                "error",
                "next_error",
            ),
            _NUMBER_OR_NULL,
        ),
    }
)

_BOUNDS = ("heterogeneous", "geometric", "geometric_limit", "linear_max", "linear_sum")

END_TO_END = _object(
    {
        "positions": _POSITIONS,
        "noise": _TEXT_OR_NULL,
        **dict.fromkeys(("measured", "factor_cap", "injection_cap", *_BOUNDS), _NUMBER_OR_NULL),
        **dict.fromkeys(("blocks", "expanding_blocks", "expanding_blocks_absolute"), _COUNT_OR_NULL),
        "tightness": _object(dict.fromkeys(_BOUNDS, _NUMBER_OR_NULL)),
        "times_tighter_than_linear": _object(
            dict.fromkeys((name for name in _BOUNDS if name != "linear_max"), _NUMBER_OR_NULL)
        ),
    }
)

REMOVAL_ROW = _object(
    {
        "block": _COUNT,
        "positions": _POSITIONS,
        "noise": _TEXT_OR_NULL,
        **dict.fromkeys(("removal_error", "downstream", "bound", "measured", "tightness"), _NUMBER_OR_NULL),
        **dict.fromkeys(("energies", "lipschitz", "factors"), _list(_NUMBER_OR_NULL)),
    }
)

CHECK_RECORD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "living-inference check",
    **_object(
        {
            "kind": {"const": "living-inference check"},
            "schema_version": {"const": SCHEMA_VERSION},
            "model": _object(
                {
                    "name": _TEXT,
                    "source": _TEXT,
                    "digest": _DIGEST,
                    "family": _TEXT,
                    "residual_shape": _TEXT,
                    "blocks": _COUNT,
                    "d_model": _COUNT,
                    "context_length": _COUNT,
                }
            ),
            "text": _object({"source": _TEXT, "digest": _DIGEST}),
            "protocol": _object(
                {
                    "tokens": _COUNT,
                    "token_ids": _DIGEST,
                    "bos": _TEXT,
                    "eps": _list(_NUMBER),
                    "perturbation": _TEXT,
                    "seed": _COUNT,
                    "granularity": {"enum": ["block", "sublayer"]},
                    "skip_tokens": _COUNT,
                    "norm": _TEXT,
                    "keep": _NUMBER,
                    "rank": _COUNT,
                    "maps": _TEXT_OR_NULL,
                    "vectors": _COUNT,
                    "compressed": _TEXT,
                    "removals": _TEXT,
                }
            ),
            "environment": _object(
                {
                    "versions": {"type": "object", "additionalProperties": _TEXT},
                    "device": _TEXT,
                    "dtype": _TEXT,
                    "threads": _COUNT,
                    "machine": _TEXT,
                    "system": _TEXT,
                }
            ),
            "totals": _object({"instances": _COUNT, **_VERDICTS["properties"]}),
            "summaries": _list(SUMMARY),
            "theorems": _list(THEOREM),
            "profile": _list(PROFILE_ROW),
            "maps": _list(MAP),
            "lockstep": _object(
                {
                    "compressed_maps": _COUNT,
                    "of_maps": _COUNT,
                    "blocks": _list(LOCKSTEP_ROW),
                    "end_to_end": _list(END_TO_END),
                }
            ),
            "removals": _list(REMOVAL_ROW),
            "violations": _list(_TEXT),
            "violations_not_written": _list(_TEXT),
            "timing": {"type": "object", "additionalProperties": _NUMBER},
        }
    ),
}
