"""Representation drift: each block compressed alone, measured at the end of the model."""

from __future__ import annotations

from pybridge.drift.compressing import BlockCompressor
from pybridge.drift.correlations import Correlation, correlations
from pybridge.drift.rows import DriftRow, DriftRows
from pybridge.drift.run import DriftReport, measure_drift, run
from pybridge.drift.spearman import Spearman, spearman
from pybridge.drift.spec import DriftSpec
from pybridge.drift.walk import DriftStep, run_drift

__all__ = [
    "BlockCompressor",
    "Correlation",
    "DriftReport",
    "DriftRow",
    "DriftRows",
    "DriftSpec",
    "DriftStep",
    "Spearman",
    "correlations",
    "measure_drift",
    "run",
    "run_drift",
    "spearman",
]
