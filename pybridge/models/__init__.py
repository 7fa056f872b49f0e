"""Language models as residual streams and linear maps: one interface, a file per family."""

from __future__ import annotations

from pybridge.models.adapter import Adapter
from pybridge.models.coverage import CoverageReport, coverage
from pybridge.models.deletion import delete_blocks, without_blocks
from pybridge.models.families import FAMILIES, adapter_for
from pybridge.models.linear_maps import LinearMapView, Snapshot
from pybridge.models.opening import BUILT_IN, OpenModel, open_model
from pybridge.models.residual import Granularity, ResidualShape
from pybridge.models.uncovered import Uncovered

__all__ = [
    "BUILT_IN",
    "FAMILIES",
    "Adapter",
    "CoverageReport",
    "Granularity",
    "LinearMapView",
    "OpenModel",
    "ResidualShape",
    "Snapshot",
    "Uncovered",
    "adapter_for",
    "coverage",
    "delete_blocks",
    "open_model",
    "without_blocks",
]
