"""What can be held of the Lean sources and of the pages about them without Lean."""

from pybridge.audit.order import LEAN_ORDER
from pybridge.audit.report import Finding, Report
from pybridge.audit.runner import run

__all__ = ["LEAN_ORDER", "Finding", "Report", "run"]
