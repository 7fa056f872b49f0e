"""JSON Schema of the record that `python -m pybridge.check --json` writes."""

from __future__ import annotations

from pybridge.report.schema_forms import (
    COUNT,
    COUNT_OR_NULL,
    DIGEST,
    NUMBER,
    NUMBER_OR_NULL,
    POSITIONS,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    closed,
    list_of,
)

SCHEMA_VERSION = 2

_VERDICTS = closed(
    dict.fromkeys(("HOLDS", "VIOLATED", "INCONCLUSIVE", "HYPOTHESIS_UNMET", "UNSUPPORTED", "ERROR"), COUNT)
)

_COUNTS = closed(dict.fromkeys(("count", "noise", "contracting", "amplifying", "condition_holds"), COUNT))

PROFILE_ROW = closed(
    {
        "block": COUNT,
        "sublayer": {"enum": [None, "attention", "mlp"]},
        "eps": {"type": "number", "exclusiveMinimum": 0},
        "positions": POSITIONS,
        "g": NUMBER,
        "cos_theta": NUMBER,
        "alpha_sq": NUMBER,
        "growth": NUMBER,
        "L": NUMBER_OR_NULL,
        "rho": NUMBER_OR_NULL,
        "rho_amplitude": NUMBER_OR_NULL,
        "beta_sq": NUMBER_OR_NULL,
        "cos_phi": NUMBER_OR_NULL,
        "condition_holds": {"type": ["boolean", "null"]},
        "condition_margin": NUMBER_OR_NULL,
        "bound": NUMBER_OR_NULL,
        "identity": NUMBER_OR_NULL,
        "lost_to_alignment": NUMBER_OR_NULL,
        "relative_error_in": NUMBER_OR_NULL,
        "relative_error_out": NUMBER_OR_NULL,
        "distance_of_rho_from_one": {"type": ["object", "null"], "additionalProperties": NUMBER_OR_NULL},
        "noise": TEXT_OR_NULL,
        "token_quantiles": {"type": "object", "additionalProperties": list_of(NUMBER)},
    }
)

THEOREM = closed(
    {
        "name": TEXT,
        "number": TEXT,
        "section": TEXT,
        "statement": DIGEST,
        "scope": {"enum": ["map", "profile", "block", "step", "lockstep", "removal"]},
        "certificate": {"type": ["boolean", "null"]},
        "instances": COUNT,
        "hypotheses_met": COUNT,
        "verdicts": _VERDICTS,
        "tightness": NUMBER_OR_NULL,
        "tightness_at": TEXT_OR_NULL,
        "width": NUMBER_OR_NULL,
        "width_at": TEXT_OR_NULL,
        "reasons": {"type": "object", "additionalProperties": COUNT},
        "examples": {"type": "object", "additionalProperties": list_of(TEXT)},
    }
)

_NORM = closed(
    {
        "lo": {"type": "number", "minimum": 0},
        "hi": {"type": "number", "minimum": 0},
        "label": {"enum": ["exact enclosure", "certified upper"]},
    }
)

MAP = closed(
    {
        "name": TEXT,
        "block": COUNT,
        "component": TEXT,
        "shape": {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2},
        "weight_digest": DIGEST,
        "kept": COUNT,
        "rank": COUNT,
        "positions": list_of(COUNT),
        "cached_positions": list_of(COUNT),
        "near_radius": NUMBER_OR_NULL,
        "far_radius": NUMBER_OR_NULL,
        "hit_rate": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "unsupported": TEXT_OR_NULL,
        "full_cost": NUMBER,
        "lookup_cost": NUMBER,
        "operator_norms": closed(
            dict.fromkeys(("weight", "sparse_residual", "low_rank", "low_rank_remainder"), _NORM)
        ),
    }
)

SUMMARY = closed(
    {
        "eps": NUMBER,
        "positions": TEXT,
        "granularity": {"enum": ["block", "sublayer"]},
        "all_blocks": _COUNTS,
        "without_last_block": _COUNTS,
        "rho_max": NUMBER_OR_NULL,
        "rho_max_at": TEXT_OR_NULL,
        "amplifying_fraction": NUMBER,
        "downstream": list_of(NUMBER_OR_NULL),
    }
)

LOCKSTEP_ROW = closed(
    {
        "block": COUNT,
        "positions": POSITIONS,
        "noise": TEXT_OR_NULL,
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
            NUMBER_OR_NULL,
        ),
    }
)

_BOUNDS = ("heterogeneous", "geometric", "geometric_limit", "linear_max", "linear_sum")

END_TO_END = closed(
    {
        "positions": POSITIONS,
        "noise": TEXT_OR_NULL,
        **dict.fromkeys(("measured", "factor_cap", "injection_cap", *_BOUNDS), NUMBER_OR_NULL),
        **dict.fromkeys(("blocks", "expanding_blocks", "expanding_blocks_absolute"), COUNT_OR_NULL),
        "tightness": closed(dict.fromkeys(_BOUNDS, NUMBER_OR_NULL)),
        "times_tighter_than_linear": closed(
            dict.fromkeys((name for name in _BOUNDS if name != "linear_max"), NUMBER_OR_NULL)
        ),
    }
)

REMOVAL_ROW = closed(
    {
        "block": COUNT,
        "positions": POSITIONS,
        "noise": TEXT_OR_NULL,
        **dict.fromkeys(("removal_error", "downstream", "bound", "measured", "tightness"), NUMBER_OR_NULL),
        **dict.fromkeys(("energies", "lipschitz", "factors"), list_of(NUMBER_OR_NULL)),
    }
)

CHECK_RECORD: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "living-inference check",
    **closed(
        {
            "kind": {"const": "living-inference check"},
            "schema_version": {"const": SCHEMA_VERSION},
            "model": closed(
                {
                    "name": TEXT,
                    "source": TEXT,
                    "digest": DIGEST,
                    "family": TEXT,
                    "residual_shape": TEXT,
                    "blocks": COUNT,
                    "d_model": COUNT,
                    "context_length": COUNT,
                }
            ),
            "text": closed({"source": TEXT, "digest": DIGEST}),
            "protocol": closed(
                {
                    "tokens": COUNT,
                    "token_ids": DIGEST,
                    "bos": TEXT,
                    "eps": list_of(NUMBER),
                    "perturbation": TEXT,
                    "seed": COUNT,
                    "granularity": {"enum": ["block", "sublayer"]},
                    "skip_tokens": COUNT,
                    "norm": TEXT,
                    "keep": NUMBER,
                    "rank": COUNT,
                    "maps": TEXT_OR_NULL,
                    "vectors": COUNT,
                    "compressed": TEXT,
                    "removals": TEXT,
                }
            ),
            "environment": closed(
                {
                    "versions": {"type": "object", "additionalProperties": TEXT},
                    "device": TEXT,
                    "dtype": TEXT,
                    "threads": COUNT,
                    "machine": TEXT,
                    "system": TEXT,
                }
            ),
            "totals": closed({"instances": COUNT, **_VERDICTS["properties"]}),
            "summaries": list_of(SUMMARY),
            "theorems": list_of(THEOREM),
            "profile": list_of(PROFILE_ROW),
            "maps": list_of(MAP),
            "lockstep": closed(
                {
                    "compressed_maps": COUNT,
                    "of_maps": COUNT,
                    "blocks": list_of(LOCKSTEP_ROW),
                    "end_to_end": list_of(END_TO_END),
                }
            ),
            "removals": list_of(REMOVAL_ROW),
            "violations": list_of(TEXT),
            "violations_not_written": list_of(TEXT),
            "timing": {"type": "object", "additionalProperties": NUMBER},
        }
    ),
}
