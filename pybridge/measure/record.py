"""Measured things as JSON-ready records: the names and units that files carry."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pybridge.measure.ledger import Tally
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
