"""A quantity over sequences and seeds: the mean of what each sequence gave, and how sure it is.

Every ratio, product and index is taken within one run, by its definition; only the results are averaged.
Seeds perturb the same text, so their mean stands for their sequence, and the interval is over sequences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Mean over sequences of the mean over seeds.

    Attributes:
        lo, hi: Student's t interval over sequences at CONFIDENCE; None for fewer than two.
        sequences: how many gave a number; the others were within the noise floor.
        seed_spread: largest minus smallest over the seeds of one sequence, the largest of all sequences; None
            for a single seed.
    """

    mean: float
    lo: float | None
    hi: float | None
    sequences: int
    seed_spread: float | None


def estimate(values: Sequence[Sequence[float | None]]) -> Estimate | None:
    """From values[sequence][seed]; None marks a run without a number. None when there is no number at all."""
    known = [[v for v in of_one if v is not None and math.isfinite(v)] for of_one in values]
    known = [of_one for of_one in known if of_one]
    if not known:
        return None
    means = [math.fsum(of_one) / len(of_one) for of_one in known]
    count = len(means)
    mean = math.fsum(means) / count
    spreads = [max(of_one) - min(of_one) for of_one in known if len(of_one) > 1]
    half = _half_width(means, mean) if count > 1 else None
    return Estimate(
        mean=mean,
        lo=None if half is None else mean - half,
        hi=None if half is None else mean + half,
        sequences=count,
        seed_spread=max(spreads) if spreads else None,
    )


def _half_width(means: Sequence[float], mean: float) -> float:
    """t_{K-1} s / √K"""
    count = len(means)
    variance = math.fsum((m - mean) ** 2 for m in means) / (count - 1)
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1)) * math.sqrt(variance / count)
