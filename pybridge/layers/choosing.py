"""Which blocks go, for every criterion and count."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.errors import SettingError
from pybridge.layers.criteria import Criterion
from pybridge.layers.greedy import Round
from pybridge.layers.observing import Observed
from pybridge.layers.ranking import DEFAULT_BLEND_WEIGHT, Ranking, nearest_run, rank, rho_scores


@dataclass(frozen=True)
class Chooser:
    """Everything that was measured for a choice.

    Attributes:
        rounds: of the greedy search; none where it was not made.
    """

    observed: Observed
    rounds: tuple[Round, ...] = ()
    blend_weight: float = DEFAULT_BLEND_WEIGHT

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that can be asked."""
        return tuple(c for c in Criterion if c is not Criterion.GREEDY or self.rounds)

    def ranking(self, criterion: Criterion) -> Ranking | None:
        """Scores block by block; None for a search and for runs."""
        if criterion in (Criterion.GREEDY, Criterion.ANGULAR):
            return None
        return rank(criterion, self.observed, blend_weight=self.blend_weight)

    def blocks(self, criterion: Criterion, count: int) -> tuple[int, ...]:
        """The blocks to remove, in the order in which they go.

        Raises: SettingError if fewer can be ranked.
        """
        if criterion is Criterion.GREEDY:
            return tuple(done.block for done in self.rounds[:count])
        if criterion is Criterion.ANGULAR:
            return nearest_run(self.observed, count)
        return rank(criterion, self.observed, blend_weight=self.blend_weight).first(count)

    def by_positions(self, criterion: Criterion, count: int) -> dict[str, list[int] | None]:
        """Position set → what a distance of ρ measured over it would choose, rising; None where too few
        blocks have a score. Empty for the other criteria.
        """
        if criterion not in (Criterion.RHO, Criterion.RHO_AMPLITUDE, Criterion.LOG_RHO):
            return {}
        return {
            over.positions: _first(Ranking(criterion, rho_scores(criterion, over)), count)
            for over in self.observed.rho
        }


def _first(ranking: Ranking, count: int) -> list[int] | None:
    try:
        return sorted(ranking.first(count))
    except SettingError:
        return None
