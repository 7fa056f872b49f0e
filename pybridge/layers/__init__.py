"""Layer removal: which blocks, what it costs, and the shorter model on disk."""

from __future__ import annotations

from pybridge.layers.criteria import Criterion
from pybridge.layers.run import Report, run
from pybridge.layers.spec import RemoveSpec

__all__ = ["Criterion", "RemoveSpec", "Report", "run"]
