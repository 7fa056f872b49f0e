"""Which blocks go, for every criterion and count."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.errors import SettingError
from pybridge.layers.criteria import Criterion, RhoOver
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
    rho_over: RhoOver = RhoOver.BOTH

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that can be asked."""
        return tuple(c for c in Criterion if c is not Criterion.GREEDY or self.rounds)

    def ranking(self, criterion: Criterion) -> Ranking | None:
        """Scores block by block; None for a search and for runs."""
        if criterion in (Criterion.GREEDY, Criterion.ANGULAR):
            return None
        return rank(criterion, self.observed, blend_weight=self.blend_weight, over=self.rho_over)

    @property
    def other_positions(self) -> tuple[str, ...]:
        """The position sets that ρ was measured over and that do not decide alone."""
        decides = self.observed.rho_over(self.rho_over)
        alone = decides if len(decides) == 1 else ()
        return tuple(over.positions for over in self.observed.rho if over not in alone)

    def blocks(self, criterion: Criterion, count: int, *, positions: str | None = None) -> tuple[int, ...]:
        """The blocks to remove, in the order in which they go.

        Args:
            positions: one position set for a distance of ρ; by default what decides.
        Raises: SettingError if fewer can be ranked.
        """
        if positions is not None:
            alone = [over for over in self.observed.rho if over.positions == positions]
            return Ranking(criterion, rho_scores(criterion, alone)).first(count)
        if criterion is Criterion.GREEDY:
            return tuple(done.block for done in self.rounds[:count])
        if criterion is Criterion.ANGULAR:
            return nearest_run(self.observed, count)
        ranking = rank(criterion, self.observed, blend_weight=self.blend_weight, over=self.rho_over)
        return ranking.first(count)

    def by_positions(self, criterion: Criterion, count: int) -> dict[str, list[int] | None]:
        """Position set → what a distance of ρ measured over it would choose, rising; None where too few
        blocks have a score. Empty for the other criteria.
        """
        if criterion not in (Criterion.RHO, Criterion.RHO_AMPLITUDE, Criterion.LOG_RHO):
            return {}
        names = [over.positions for over in self.observed.rho]
        return {name: self._first(criterion, count, name) for name in names}

    def _first(self, criterion: Criterion, count: int, positions: str) -> list[int] | None:
        try:
            return sorted(self.blocks(criterion, count, positions=positions))
        except SettingError:
            return None
