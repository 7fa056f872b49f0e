"""Spearman's rank correlation with everything needed to disbelieve it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import rankdata, spearmanr

FEWEST = 5
"""Pairs below which no correlation is given: four pairs cannot reach p < 0.05, however they are ordered."""

_LONGEST_EXACT = 8  # 8! = 40,320 orders
_AT_ONCE = 4096  # resamples alive at a time
_LEVEL = 0.95
_MOST_DEGENERATE = 0.5


@dataclass(frozen=True)
class Spearman:
    """r and how much it is worth.

    Attributes:
        count: pairs.
        r: Pearson's correlation of the ranks; ties have the mean of their ranks.
        p_asymptotic: two-sided, t distribution with count - 2 degrees of freedom (`scipy.stats.spearmanr`).
        p_permutation: two-sided share of orders of one side whose |r| is at least this one; integer
            arithmetic. Of all orders where there are at most 8 pairs (`exact`), else of `permutations` drawn
            ones, with (1 + hits) / (1 + permutations).
        interval: 95 % percentile bootstrap over pairs; None where more than half of the resamples have no r.
        resamples, degenerate: how many were drawn, and how many of them have no r since one side is constant;
            those are left out of the percentiles.
    """

    count: int
    r: float
    p_asymptotic: float
    p_permutation: float
    exact: bool
    permutations: int
    interval: tuple[float, float] | None
    resamples: int
    degenerate: int


def why_no_correlation(x: Sequence[float], y: Sequence[float], names: tuple[str, str]) -> str | None:
    """Why r would mean nothing: too few pairs, or a side on which all are equal."""
    if len(x) < FEWEST:
        blocks = "1 block" if len(x) == 1 else f"{len(x)} blocks"
        return f"{blocks} can be compared, {FEWEST} are needed"
    for values, name in zip((x, y), names, strict=True):
        if len(set(values)) == 1:
            return f"{name} is the same for every block"
    return None


def spearman(x: Sequence[float], y: Sequence[float], *, resamples: int, seed: int) -> Spearman:
    """Spearman's r of two equally long lists of finite numbers, each with at least two values.

    The same seed gives the same numbers.
    """
    assert why_no_correlation(x, y, ("x", "y")) is None
    found: Any = spearmanr(x, y)
    left, right = _doubled_ranks(x), _doubled_ranks(y)
    exact = len(x) <= _LONGEST_EXACT
    hits, orders = _as_extreme(left, right, _orders(right, exact=exact, count=resamples, seed=seed))
    interval, degenerate = _bootstrap(np.asarray(x), np.asarray(y), resamples, seed)
    return Spearman(
        count=len(x),
        r=float(found.statistic),
        p_asymptotic=float(found.pvalue),
        p_permutation=hits / orders if exact else (1 + hits) / (1 + orders),
        exact=exact,
        permutations=orders,
        interval=interval,
        resamples=resamples,
        degenerate=degenerate,
    )


def _doubled_ranks(values: Sequence[float]) -> Int[np.ndarray, " pairs"]:
    """Twice the mean ranks: whole numbers, so that equal correlations compare as equal."""
    return np.rint(2 * rankdata(values)).astype(np.int64)


def _orders(
    ranks: Int[np.ndarray, " pairs"], *, exact: bool, count: int, seed: int
) -> Iterator[Int[np.ndarray, "orders pairs"]]:
    if exact:
        yield np.array(list(permutations(ranks.tolist())), dtype=np.int64)
        return
    generator = np.random.default_rng(seed)
    for some in _portions(count):
        yield generator.permuted(np.tile(ranks, (some, 1)), axis=1)


def _as_extreme(
    left: Int[np.ndarray, " pairs"],
    right: Int[np.ndarray, " pairs"],
    orders: Iterator[Int[np.ndarray, "orders pairs"]],
) -> tuple[int, int]:
    """How many orders have an |r| at least that of `right`, and how many there are.

    r is the covariance over what no order changes, and n² times the covariance is n Σ xy - Σ x Σ y.
    """
    total = int(left.sum()) * int(right.sum())
    here = abs(len(left) * int(left @ right) - total)
    hits = count = 0
    for some in orders:
        hits += int((np.abs(len(left) * (some @ left) - total) >= here).sum())
        count += len(some)
    return hits, count


def _bootstrap(
    x: Float[np.ndarray, " pairs"], y: Float[np.ndarray, " pairs"], resamples: int, seed: int
) -> tuple[tuple[float, float] | None, int]:
    generator = np.random.default_rng(seed)
    found = [
        _rank_correlations(x[drawn], y[drawn])
        for some in _portions(resamples)
        for drawn in [generator.integers(len(x), size=(some, len(x)))]
    ]
    rs = np.concatenate(found)
    defined = rs[~np.isnan(rs)]
    degenerate = len(rs) - len(defined)
    if degenerate > _MOST_DEGENERATE * len(rs):
        return None, degenerate
    low, high = np.quantile(defined, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return (float(low), float(high)), degenerate


def _rank_correlations(
    x: Float[np.ndarray, "rows pairs"], y: Float[np.ndarray, "rows pairs"]
) -> Float[np.ndarray, " rows"]:
    """Spearman's r of every row; NaN where one side is constant."""
    left, right = (rankdata(side, axis=1) - (side.shape[1] + 1) / 2 for side in (x, y))
    scale = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        return np.clip((left * right).sum(axis=1) / scale, -1, 1)


def _portions(count: int) -> list[int]:
    whole, rest = divmod(count, _AT_ONCE)
    return [_AT_ONCE] * whole + ([rest] if rest else [])
