"""Many configurations on one model, one runner, every result kept as it comes."""

from __future__ import annotations

from pybridge.sweep.runner import SweepReport, run
from pybridge.sweep.spec import SweepSpec

__all__ = ["SweepReport", "SweepSpec", "run"]
