"""The identity of a sweep: what two runs must share for their results to stand in one table."""

from __future__ import annotations

import json
from typing import Any

from pybridge.binding.replaced import LOW_RANK, SPARSE, statement_of
from pybridge.files.digest import text_digest
from pybridge.measure.about import about_record
from pybridge.models.opening import OpenModel
from pybridge.sweep.grid import GRID
from pybridge.sweep.spec import SweepSpec

KIND = "living-inference sweep"
SCHEMA_VERSION = 1
STUDIES = "studies"
"""The collection of the store that holds each study's own description."""


def study_record(
    spec: SweepSpec, opened: OpenModel, source: str, text: str, input_ids: Any
) -> dict[str, Any]:
    """Model, text, protocol, grid and theorems of a sweep.

    Nothing in it depends on the machine or the day, so that its digest names the study wherever it is run.
    """
    protocol = {
        "tokens": spec.tokens,
        "calibration": f"the first {spec.calibration_tokens} tokens; Σ x_j² in float64",
        "vectors": spec.vectors,
        "seed": spec.seed,
        "dtype": str(opened.dtype).removeprefix("torch."),
        "rows": "each output row loses round(sparsity · in) entries; of equal scores the first column stays",
        "rank": "round(rank_frac · min(out, in)), at least 1; Ŵ is rounded to the dtype of W",
    }
    maps = opened.adapter.linear_maps(per_head=spec.per_head)
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **about_record(opened, source, text, input_ids, protocol),
        "maps": len(maps),
        "per_head": spec.per_head,
        "configurations_per_map": [configuration.name for configuration in GRID],
        "theorems": {name: statement_of(name) for name in (SPARSE, LOW_RANK)},
    }


def study_name(record: dict[str, Any]) -> str:
    """`sha256:…` of a study's record: the collection its configurations are kept in."""
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text_digest(canonical)
