"""Blocks in the order in which a criterion would remove them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pybridge.errors import SettingError
from pybridge.layers.criteria import Criterion, RhoOver
from pybridge.layers.observing import Observed, RhoOf
from pybridge.measure.summary import distances_from_one

DEFAULT_BLEND_WEIGHT = 0.5

_DISTANCE = {
    Criterion.RHO: "abs_rho_minus_one",
    Criterion.RHO_AMPLITUDE: "abs_amplitude_minus_one",
    Criterion.LOG_RHO: "abs_log_rho",
}


@dataclass(frozen=True)
class Score:
    """What a criterion says of one block; smaller goes first.

    Attributes:
        value: None where it could not be measured, and then `reason` says why.
    """

    block: int
    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Ranking:
    """One criterion's scores, block by block."""

    criterion: Criterion
    scores: tuple[Score, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """Blocks by rising score, equal ones by index; those without a score last."""

        def key(score: Score) -> tuple[bool, float, int]:
            return (score.value is None, 0.0 if score.value is None else score.value, score.block)

        return tuple(score.block for score in sorted(self.scores, key=key))

    def first(self, count: int) -> tuple[int, ...]:
        """The `count` blocks to remove, in order.

        Raises: SettingError if fewer can be ranked, naming the first reason.
        """
        missing = [score for score in self.scores if score.value is None]
        rankable = len(self.scores) - len(missing)
        if rankable < count:
            raise SettingError(
                f"--count is {count}, but the criterion {self.criterion} can rank only {rankable} of "
                f"{len(self.scores)} blocks (block {missing[0].block}: {missing[0].reason}). Give a smaller "
                "--count, a larger --eps, --dtype float32, or --criterion block-influence."
            )
        return self.order[:count]


def rank(
    criterion: Criterion,
    observed: Observed,
    *,
    blend_weight: float = DEFAULT_BLEND_WEIGHT,
    over: RhoOver = RhoOver.BOTH,
) -> Ranking:
    """The ranking of a criterion that scores blocks one by one.

    Args:
        blend_weight: share of the rank by |ρ - 1| in `blend`; the rest is block influence's.
        over: the positions whose ρ counts.
    """
    sets = observed.rho_over(over)
    if criterion is Criterion.BLOCK_INFLUENCE:
        return Ranking(criterion, _influence_scores(observed))
    if criterion is Criterion.BLEND:
        return Ranking(criterion, _blended(observed, blend_weight, sets))
    return Ranking(criterion, rho_scores(criterion, sets))


def rho_scores(criterion: Criterion, sets: Sequence[RhoOf]) -> tuple[Score, ...]:
    """A distance of ρ from one, the largest of some position sets; none where one of them has none.

    Raises: KeyError for a criterion that is no distance of ρ.
    """
    distance = _DISTANCE[criterion]
    scores = []
    for t in range(len(sets[0].rho)):
        reasons = [over.noise[t] for over in sets if over.rho[t] is None]
        far = [distances_from_one(rho)[distance] for over in sets if (rho := over.rho[t]) is not None]
        scores.append(Score(t, None, reasons[0]) if reasons else Score(t, max(far)))
    return tuple(scores)


def _influence_scores(observed: Observed) -> tuple[Score, ...]:
    return tuple(Score(t, value) for t, value in enumerate(observed.influence))


def _blended(observed: Observed, weight: float, sets: Sequence[RhoOf]) -> tuple[Score, ...]:
    """weight · rank by |ρ - 1| + (1 - weight) · rank by BI, ranks from 1, equal scores sharing the mean of
    theirs; both among the blocks that have a ρ.
    """
    by_rho = rho_scores(Criterion.RHO, sets)
    ranked = [score for score in by_rho if score.value is not None]
    ranks_rho = _ranks(score.value or 0.0 for score in ranked)
    ranks_influence = _ranks(observed.influence[score.block] for score in ranked)
    mixed = {
        score.block: weight * float(r) + (1 - weight) * float(i)
        for score, r, i in zip(ranked, ranks_rho, ranks_influence, strict=True)
    }
    return tuple(Score(score.block, mixed.get(score.block), score.reason) for score in by_rho)


def _ranks(values: Iterable[float]) -> np.ndarray:
    return stats.rankdata(np.fromiter(values, dtype=np.float64))


def nearest_run(observed: Observed, count: int) -> tuple[int, ...]:
    """The `count` consecutive blocks whose two ends have the least angular distance; equal ones: the first.

    Source: arXiv:2403.17887 (Gromov et al.), which takes the last token; `ObservingSpec` says which is taken.
    """
    distances = observed.angular[count]
    start = min(range(len(distances)), key=lambda t: (distances[t], t))
    return tuple(range(start, start + count))
