"""Rows and correlations as JSON-ready records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pybridge.drift.correlations import Correlation
from pybridge.drift.rows import DriftRow

PAPER = {"source": "arXiv:2603.20991v2, abstract", "r": -0.44, "p_below": 1e-4}
"""What the paper reports for drift and downstream product."""


def row_record(row: DriftRow) -> dict[str, Any]:
    return asdict(row) | {"amplification": row.amplification}


def correlation_record(correlation: Correlation) -> dict[str, Any]:
    """`permutation_test` says which of the two it was."""
    found = correlation.found
    return {
        "pair": list(correlation.pair),
        "positions": correlation.positions,
        "blocks": "0 … n-2" if correlation.without_last_block else "all",
        "left_out": [{"block": t, "reason": why} for t, why in correlation.left_out.items()],
        "within_product": correlation.within_product,
        "spearman": None
        if found is None
        else asdict(found)
        | {
            "interval": None if found.interval is None else list(found.interval),
            "permutation_test": "every order" if found.exact else f"{found.permutations} random orders",
        },
        "reason": correlation.reason,
    }
