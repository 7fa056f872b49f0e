"""A profile as JSON-ready records: blocks and summaries over runs, and every row of every run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from pybridge.binding.record import profile_record
from pybridge.measure.fragility import compression_fragility_index, lyapunov_budget
from pybridge.measure.rows import QUANTILES, ErrorRatios, ProfileRow
from pybridge.measure.summary import Counts, ProfileSummary, summarise
from pybridge.profile.estimates import Estimate, estimate
from pybridge.profile.lipschitz import ITERATIONS, TOLERANCE, LocalLipschitz
from pybridge.profile.norms import NormRow
from pybridge.profile.passes import Run

Record = dict[str, Any]
Grid = list[list[Any]]
"""[sequence][seed]"""

OF_THE_CLEAN_RUN = ("g", "cos_theta", "alpha_sq")
OF_THE_ERROR = (
    "V",
    "next_V",
    "L",
    "rho",
    "rho_amplitude",
    "beta_sq",
    "cos_phi",
    "bound",
    "identity",
    "lost_to_alignment",
)


class OneSetting:
    """All runs under one ε and position set."""

    def __init__(
        self, runs: Sequence[Run], eps: float, positions: str, granularity: str, d_model: int
    ) -> None:
        self.eps, self.positions, self.granularity, self.d_model = eps, positions, granularity, d_model
        sequences = dict.fromkeys(run.sequence for run in runs)
        self.rows: Grid = [[self._chosen(run) for run in runs if run.sequence == s] for s in sequences]
        self.summaries: Grid = [[summarise(rows, granularity) for rows in of_one] for of_one in self.rows]

    def _chosen(self, run: Run) -> list[ProfileRow]:
        return [row for row in run.rows if (row.eps, row.positions) == (self.eps, self.positions)]

    def over(self, quantity: Callable[[list[ProfileRow], ProfileSummary], float | None]) -> Estimate | None:
        """A quantity of each run, averaged."""
        return estimate(
            [
                [quantity(rows, summary) for rows, summary in zip(several, those, strict=True)]
                for several, those in zip(self.rows, self.summaries, strict=True)
            ]
        )

    def each(self, quantity: Callable[[list[ProfileRow], ProfileSummary], Any]) -> list[Any]:
        """A quantity of each run, run by run."""
        return [
            quantity(rows, summary)
            for several, those in zip(self.rows, self.summaries, strict=True)
            for rows, summary in zip(several, those, strict=True)
        ]

    # ---- blocks --------------------------------------------------------------------------------------------
    def blocks(self) -> list[Record]:
        return [self._block(at) for at in range(len(self.rows[0][0]))]

    def _block(self, at: int) -> Record:
        first = self.rows[0][0][at]
        noise = [rows[at].noise for of_one in self.rows for rows in of_one if rows[at].noise is not None]
        return {
            "block": first.update.block,
            "sublayer": first.update.sublayer,
            "eps": self.eps,
            "positions": self.positions,
            **{name: _plain(self.over(_of_clean(at, name))) for name in OF_THE_CLEAN_RUN},
            **{name: _plain(self.over(_of_error(at, name))) for name in OF_THE_ERROR},
            "condition_holds": self.each(lambda rows, _: _held(rows[at].error)),
            "downstream": _plain(self.over(lambda _, summary: summary.downstream[at])),
            "budget": _plain(self.over(lambda _, summary: _budget(summary, at))),
            "token_quantiles": {
                "levels": list(QUANTILES),
                **{
                    name: [_plain(self.over(_of_tokens(at, name, i))) for i in range(len(QUANTILES))]
                    for name in ("g", "cos_theta", "L", "rho")
                },
            },
            "noisy_runs": len(noise),
            "noise": noise[0] if noise else None,
        }

    # ---- summary -------------------------------------------------------------------------------------------
    def summary(self) -> Record:
        return {
            "eps": self.eps,
            "positions": self.positions,
            "granularity": self.granularity,
            "all_blocks": self.each(lambda _, summary: asdict(summary.all_blocks)),
            "without_last_block": self.each(lambda _, summary: asdict(summary.without_last_block)),
            "rho_max": _plain(self.over(lambda _, summary: summary.rho_max)),
            "rho_max_at": self.each(lambda _, summary: summary.rho_max_at),
            "amplifying_fraction": _plain(self.over(lambda _, s: _fraction(s.all_blocks))),
            "fragility_index": _plain(self.over(self._fragility)),
            "contracting_without_condition": self.each(lambda rows, _: _unpromised(rows)),
            "largest_identity_gap": max(self.each(lambda rows, _: _identity_gap(rows))),
            "product_of_all": _plain(self.over(lambda rows, summary: _whole_product(rows, summary))),
        }

    def _fragility(self, rows: list[ProfileRow], summary: ProfileSummary) -> float | None:
        """The paper's index, of whole blocks; None for sublayers, or where a block is noise."""
        if self.granularity != "block" or summary.all_blocks.noise or summary.rho_max is None:
            return None
        return compression_fragility_index(
            amplifying_fraction=summary.amplifying_fraction,
            blocks=len(rows),
            rho_max=summary.rho_max,
            d_model=self.d_model,
        )


def settings_of(runs: Sequence[Run], granularity: str, d_model: int) -> list[OneSetting]:
    """One for every ε and position set, in the order of the rows."""
    found = dict.fromkeys((row.eps, row.positions) for row in runs[0].rows)
    return [OneSetting(runs, eps, positions, granularity, d_model) for eps, positions in found]


def rows_record(runs: Sequence[Run]) -> list[Record]:
    """Every row of every run, as a check has them."""
    return [
        {"sequence": run.sequence, "seed": run.seed} | profile_record(row) for run in runs for row in run.rows
    ]


def norm_record(row: NormRow) -> Record:
    """One norm of one block, one position set."""
    return asdict(row) | {
        "levels": list(QUANTILES),
        "inverse_sigma": list(row.inverse_sigma),
        "bound": list(row.bound),
    }


def lipschitz_record(found: tuple[LocalLipschitz, ...] | None, seed: int) -> Record | None:
    """The estimates of L_t^loc, or None where they were not asked for."""
    if found is None:
        return None
    return {
        "label": "estimate from below, by power iteration",
        "sequence": 0,
        "positions": "all",
        "seed": seed,
        "iterations_at_most": ITERATIONS,
        "tolerance": TOLERANCE,
        "blocks": [asdict(one) for one in found],
    }


def _plain(found: Estimate | None) -> Record | None:
    return None if found is None else asdict(found)


def _of_clean(at: int, name: str) -> Callable[[list[ProfileRow], ProfileSummary], float | None]:
    return lambda rows, _: getattr(rows[at], name)


def _of_error(at: int, name: str) -> Callable[[list[ProfileRow], ProfileSummary], float | None]:
    def of(rows: list[ProfileRow], _: ProfileSummary) -> float | None:
        error = rows[at].error
        return None if error is None else getattr(error, name)

    return of


def _of_tokens(at: int, name: str, level: int) -> Callable[[list[ProfileRow], ProfileSummary], float | None]:
    def of(rows: list[ProfileRow], _: ProfileSummary) -> float | None:
        values = rows[at].token_quantiles.get(name, ())
        return values[level] if values else None

    return of


def _held(error: ErrorRatios | None) -> bool | None:
    return None if error is None else error.condition_holds


def _budget(summary: ProfileSummary, at: int) -> float | None:
    shares = lyapunov_budget(summary.downstream)
    return None if shares is None else shares[at]


def _fraction(counts: Counts) -> float | None:
    """f_amp over the updates that were measured; None when there is none."""
    measured = counts.count - counts.noise
    return counts.amplifying / measured if measured else None


def _unpromised(rows: list[ProfileRow]) -> int:
    """Updates with ρ < 1 that Theorem 10's condition does not promise: by 10a the triangle step alone."""
    return sum(row.error.rho < 1 and not row.error.condition_holds for row in rows if row.error)


def _identity_gap(rows: list[ProfileRow]) -> float:
    """Largest |identity - ρ| / ρ."""
    gaps = [
        abs(row.error.identity - row.error.rho) / row.error.rho
        for row in rows
        if row.error and row.error.identity is not None and row.error.rho > 0
    ]
    return max(gaps, default=0.0)


def _whole_product(rows: list[ProfileRow], summary: ProfileSummary) -> float | None:
    """∏ ρ over every update: V_n / V_0."""
    first, rest = rows[0].error, summary.downstream[0]
    product = None if first is None or rest is None else first.rho * rest
    return product if product is not None and math.isfinite(product) else None
