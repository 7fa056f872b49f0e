"""Stages of approximation as values, put on a model's linear maps and taken off again, watched while they
run.

    stage = compose(SemanticCache(delta=0.5), Sparse(keep=0.05), LowRank(rank=16))
    with Approximation(adapter, stage, maps="mlp_up") as watched:
        adapter.trunk(input_ids)
    watched.passes[0].observations
"""

from __future__ import annotations

from pybridge.approx.cache import CacheStatistics
from pybridge.approx.linear import ApproxLinear
from pybridge.approx.records import Observation, PassRecord, Summary
from pybridge.approx.sampling import Sampling
from pybridge.approx.stages import Composition, Form, LowRank, SemanticCache, Sparse, Stage, compose
from pybridge.approx.theorems import Term
from pybridge.approx.wrapping import Approximation, Mode

__all__ = [
    "ApproxLinear",
    "Approximation",
    "CacheStatistics",
    "Composition",
    "Form",
    "LowRank",
    "Mode",
    "Observation",
    "PassRecord",
    "Sampling",
    "SemanticCache",
    "Sparse",
    "Stage",
    "Summary",
    "Term",
    "compose",
]
