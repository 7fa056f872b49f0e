"""Measured things as JSON-ready records: the names and units that files carry."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from pybridge.binding.ledger import Tally
from pybridge.binding.lockstep_rows import EndToEnd
from pybridge.binding.lockstep_scope import Lockstep
from pybridge.binding.removal_scope import RemovalRow
from pybridge.measure.rows import QUANTILES, ProfileRow
from pybridge.measure.summary import ProfileSummary, distances_from_one
from pybridge.runtime.verdict import Verdict

Record = dict[str, Any]

_ERROR_FIELDS = (
    "L",
    "rho",
    "rho_amplitude",
    "beta_sq",
    "cos_phi",
    "condition_holds",
    "bound",
    "identity",
    "lost_to_alignment",
    "relative_error_in",
    "relative_error_out",
)


def profile_record(row: ProfileRow) -> Record:
    """One residual update, ε and position set, flat; what is noise is null, and `noise` says why."""
    error: Record = asdict(row.error) if row.error is not None else dict.fromkeys(_ERROR_FIELDS)
    from_one = distances_from_one(row.error.rho) if row.error is not None else None
    return {
        "block": row.update.block,
        "sublayer": row.update.sublayer,
        "eps": row.eps,
        "positions": row.positions,
        "g": row.g,
        "cos_theta": row.cos_theta,
        "alpha_sq": row.alpha_sq,
        "growth": row.growth,
        **error,
        "condition_margin": None if row.error is None else row.growth - (1 + row.error.L) ** 2,
        "distance_of_rho_from_one": from_one,
        "noise": row.noise,
        "token_quantiles": {
            "levels": list(QUANTILES),
            **{name: list(values) for name, values in row.token_quantiles.items()},
        },
    }


def summary_record(summary: ProfileSummary) -> Record:
    """Counts over all blocks and over blocks 0 … n-2."""
    record = asdict(summary)
    record["downstream"] = list(summary.downstream)
    return record


def lockstep_record(found: Lockstep, compressed: int, of: int) -> Record:
    """The compressed model beside the dense one.

    Args:
        compressed, of: how many linear maps were compressed, of how many.
    """
    return {
        "compressed_maps": compressed,
        "of_maps": of,
        "blocks": [asdict(row) for row in found.rows],
        "end_to_end": [end_record(end) for end in found.ends],
    }


_BOUNDS = ("heterogeneous", "geometric", "geometric_limit", "linear_max", "linear_sum")


def end_record(end: EndToEnd) -> Record:
    """Bounds, what part of each is measured, and how many times less than Theorem 7's n · max c_t each is."""
    bounds = {name: getattr(end, name) for name in _BOUNDS}
    return {
        **asdict(end),
        "tightness": {name: ratio(end.measured, bound) for name, bound in bounds.items()},
        "times_tighter_than_linear": {
            name: ratio(end.linear_max, bound) for name, bound in bounds.items() if name != "linear_max"
        },
    }


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """a / b; None where either is missing, b is 0 or the quotient overflows."""
    if numerator is None or not denominator:
        return None
    quotient = numerator / denominator
    return quotient if math.isfinite(quotient) else None


def removal_record(row: RemovalRow) -> Record:
    """One removed block and position set."""
    lists = {name: list(getattr(row, name)) for name in ("energies", "lipschitz", "factors")}
    return asdict(row) | {"tightness": row.tightness} | lists


def theorem_record(tally: Tally) -> Record:
    """One line of the ledger."""
    check, tightness, width = tally.check, tally.tightness, tally.width
    return {
        "name": check.NAME,
        "number": check.NUMBER,
        "section": check.SECTION,
        "statement": check.STATEMENT,
        "scope": check.SCOPE,
        "certificate": check.CERTIFICATE,
        "instances": tally.instances,
        "hypotheses_met": tally.hypotheses_met,
        "verdicts": {verdict.value: tally.verdicts[verdict] for verdict in Verdict},
        "tightness": tightness.value if tightness else None,
        "tightness_at": tightness.where if tightness else None,
        "width": width.value if width else None,
        "width_at": width.where if width else None,
        "reasons": dict(sorted(tally.reasons.items())),
        "examples": {verdict.value: list(some) for verdict, some in tally.examples.items()},
    }


def totals_record(tallies: list[Tally]) -> Record:
    """Verdicts over all theorems."""
    totals = {verdict.value: sum(tally.verdicts[verdict] for tally in tallies) for verdict in Verdict}
    return {"instances": sum(totals.values()), **totals}
