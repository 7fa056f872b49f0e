"""Cross-checks by other programs (Lean itself, lean-interact, LeanDojo) and the trust ledger."""

from pybridge.crosscheck.evidence import Evidence, Result, Status
from pybridge.crosscheck.ledger import LINKS, LedgerRow, Standing, trust_ledger
from pybridge.crosscheck.runner import CHECKS, run

__all__ = ["CHECKS", "LINKS", "Evidence", "LedgerRow", "Result", "Standing", "Status", "run", "trust_ledger"]
