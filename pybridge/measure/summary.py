"""What a profile amounts to: how often ρ < 1, how often Theorem 10 says so, and the products downstream."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pybridge.measure.rows import ProfileRow


@dataclass(frozen=True)
class Counts:
    """Of some updates: how many there are, within the noise floor, with ρ < 1, with ρ > 1, with the
    condition.
    """

    count: int
    noise: int
    contracting: int
    amplifying: int
    condition_holds: int


@dataclass(frozen=True)
class ProfileSummary:
    """One ε and position set.

    Attributes:
        all_blocks: counts over every update.
        without_last_block: the same over blocks 0 … n-2, as the paper counts.
        rho_max: largest ρ and the update it was seen at; None when all are noise.
        amplifying_fraction: share of updates with ρ > 1, the paper's f_amp, over all n.
        downstream: for every update t, ∏_{s>t} ρ_s; None where a factor is noise.
    """

    eps: float
    positions: str
    granularity: str
    all_blocks: Counts
    without_last_block: Counts
    rho_max: float | None
    rho_max_at: str | None
    amplifying_fraction: float
    downstream: tuple[float | None, ...]


def counts_of(rows: Sequence[ProfileRow]) -> Counts:
    errors = [row.error for row in rows if row.error is not None]
    return Counts(
        count=len(rows),
        noise=len(rows) - len(errors),
        contracting=sum(e.rho < 1 for e in errors),
        amplifying=sum(e.rho > 1 for e in errors),
        condition_holds=sum(e.condition_holds for e in errors),
    )


def downstream_products(rhos: Sequence[float | None]) -> tuple[float | None, ...]:
    """∏_{s>t} ρ_s for t = 0 … n-1; the empty product at the last is 1, a missing factor makes it None."""
    products: list[float | None] = [1.0]
    for rho in reversed(rhos[1:]):
        last = products[-1]
        products.append(None if rho is None or last is None else last * rho)
    return tuple(reversed(products))


def summarise(rows: Sequence[ProfileRow], granularity: str) -> ProfileSummary:
    """Summary of the rows of one ε and position set, in the order of the updates."""
    last_block = max(row.update.block for row in rows)
    measured = [(row.error.rho, str(row.update)) for row in rows if row.error is not None]
    rho_max, rho_max_at = max(measured, default=(None, None))
    every = counts_of(rows)
    return ProfileSummary(
        eps=rows[0].eps,
        positions=rows[0].positions,
        granularity=granularity,
        all_blocks=every,
        without_last_block=counts_of([row for row in rows if row.update.block != last_block]),
        rho_max=rho_max,
        rho_max_at=rho_max_at,
        amplifying_fraction=every.amplifying / every.count,
        downstream=downstream_products([row.error.rho if row.error else None for row in rows]),
    )


def summaries(rows: Iterable[ProfileRow], granularity: str) -> tuple[ProfileSummary, ...]:
    """One summary for every ε and position set, in the order of the rows."""
    grouped: dict[tuple[float, str], list[ProfileRow]] = {}
    for row in rows:
        grouped.setdefault((row.eps, row.positions), []).append(row)
    return tuple(summarise(some, granularity) for some in grouped.values())


def distances_from_one(rho: float) -> dict[str, float]:
    """|ρ - 1|, |√ρ - 1| and |log ρ|: three rankings of blocks; the last ignores ρ's convention."""
    return {
        "abs_rho_minus_one": abs(rho - 1),
        "abs_amplitude_minus_one": abs(math.sqrt(rho) - 1),
        "abs_log_rho": abs(math.log(rho)) if rho > 0 else math.inf,
    }
