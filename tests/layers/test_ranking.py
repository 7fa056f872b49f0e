"""Orders of blocks: distances, ties, blends, runs, and blocks without a number."""

from __future__ import annotations

import math

import pytest

from pybridge.errors import SettingError
from pybridge.layers.choosing import Chooser
from pybridge.layers.criteria import Criterion, RhoOver
from pybridge.layers.observing import Observed, RhoOf
from pybridge.layers.ranking import nearest_run, rank

RHO = (0.5, 1.4, 1.0, 0.2, 2.5)
INFLUENCE = (0.3, 0.1, 0.4, 0.1, 0.2)


def observed(rho: tuple[float | None, ...] = RHO, every: tuple[float | None, ...] | None = None) -> Observed:
    def over(name: str, values: tuple[float | None, ...]) -> RhoOf:
        return RhoOf(name, values, tuple("too small" if v is None else None for v in values))

    n = len(rho)
    angular = {1: (0.2, 0.1, 0.3, 0.1, 0.2)[:n], 2: (0.4, 0.3, 0.3, 0.5)[: n - 1]}
    return Observed((over("all", every or rho), over("skip:4", rho)), INFLUENCE[:n], angular)


@pytest.mark.parametrize(
    ("criterion", "distance"),
    [
        (Criterion.RHO, lambda r: abs(r - 1)),
        (Criterion.RHO_AMPLITUDE, lambda r: abs(math.sqrt(r) - 1)),
        (Criterion.LOG_RHO, lambda r: abs(math.log(r))),
    ],
)
def test_a_distance_of_rho_from_one(criterion: Criterion, distance) -> None:
    ranking = rank(criterion, observed())
    assert [score.value for score in ranking.scores] == [distance(r) for r in RHO]
    assert ranking.order == tuple(sorted(range(5), key=lambda t: (distance(RHO[t]), t)))


def test_the_three_distances_can_disagree() -> None:
    """ρ = 0.28 is as near to 1 as 1.72, its logarithm is not."""
    pair = observed((0.28, 1.8))
    assert rank(Criterion.RHO, pair).order == (0, 1)
    assert rank(Criterion.LOG_RHO, pair).order == (1, 0)
    assert rank(Criterion.RHO_AMPLITUDE, pair).order == (1, 0)


def test_equal_scores_go_by_index() -> None:
    assert rank(Criterion.BLOCK_INFLUENCE, observed()).order == (1, 3, 4, 0, 2)
    assert rank(Criterion.RHO, observed((1.5, 0.5, 1.5))).order == (0, 1, 2)


def test_blocks_without_a_number_are_last_and_say_why() -> None:
    ranking = rank(Criterion.RHO, observed((None, 1.5, None, 1.1)))
    assert ranking.order == (3, 1, 0, 2)
    assert ranking.scores[0].reason == "too small"
    assert ranking.first(2) == (3, 1)
    with pytest.raises(SettingError, match=r"rho can rank only 2 of 4 blocks \(block 0: too small\)"):
        ranking.first(3)


def test_a_rho_of_zero_is_the_farthest_of_all() -> None:
    assert rank(Criterion.LOG_RHO, observed((0.0, 9.0))).order == (1, 0)


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 1.0])
def test_a_blend_averages_ranks(weight: float) -> None:
    by_rho = [3.0, 2.0, 1.0, 4.0, 5.0]
    by_influence = [4.0, 1.5, 5.0, 1.5, 3.0]  # equal influences share the mean of their ranks
    expected = [weight * r + (1 - weight) * i for r, i in zip(by_rho, by_influence, strict=True)]
    ranking = rank(Criterion.BLEND, observed(), blend_weight=weight)
    assert [score.value for score in ranking.scores] == expected
    assert ranking.order == tuple(sorted(range(5), key=lambda t: (expected[t], t)))


def test_a_blend_is_of_its_two_criteria_at_its_ends() -> None:
    assert rank(Criterion.BLEND, observed(), blend_weight=1).order == rank(Criterion.RHO, observed()).order
    assert rank(Criterion.BLEND, observed(), blend_weight=0).order == (1, 3, 4, 0, 2)


def test_a_blend_leaves_out_what_has_no_rho() -> None:
    ranking = rank(Criterion.BLEND, observed((None, 1.5, 1.1)), blend_weight=0.0)
    assert [score.value for score in ranking.scores] == [None, 1.0, 2.0]
    assert ranking.order[-1] == 0


def test_the_nearest_run_is_the_first_of_equals() -> None:
    assert nearest_run(observed(), 1) == (1,)
    assert nearest_run(observed(), 2) == (1, 2)


def test_the_farther_position_set_decides_and_each_is_told() -> None:
    seen = observed((1.1, 3.0, 1.2, 1.3), every=(3.0, 1.1, 1.25, None))
    both, skipping, every = (
        Chooser(seen, rho_over=over) for over in (RhoOver.BOTH, RhoOver.SKIP, RhoOver.ALL)
    )
    assert both.blocks(Criterion.RHO, 3) == (2, 0, 1)
    assert skipping.blocks(Criterion.RHO, 4) == (0, 2, 3, 1)
    assert every.blocks(Criterion.RHO, 3) == (1, 2, 0)
    with pytest.raises(SettingError, match=r"can rank only 3 of 4 blocks \(block 3: too small\)"):
        both.blocks(Criterion.RHO, 4)
    for chooser in (both, skipping, every):
        assert chooser.by_positions(Criterion.RHO, 1) == {"all": [1], "skip:4": [0]}
        assert chooser.by_positions(Criterion.RHO, 4) == {"all": None, "skip:4": [0, 1, 2, 3]}
        assert chooser.by_positions(Criterion.BLOCK_INFLUENCE, 1) == {}
        assert Criterion.GREEDY not in chooser.criteria
    assert both.other_positions == ("all", "skip:4")
    assert (skipping.other_positions, every.other_positions) == (("all",), ("skip:4",))


@pytest.mark.parametrize("criterion", [Criterion.RHO, Criterion.RHO_AMPLITUDE, Criterion.LOG_RHO])
def test_a_block_that_makes_an_attention_sink_does_not_go(criterion: Criterion) -> None:
    """Near one without the first positions, and far from it with them, as block 11 of SmolLM2-135M is."""
    seen = observed((1.005, 1.06), every=(0.039, 1.05))
    assert rank(criterion, seen).order == (1, 0)
    assert rank(criterion, seen, over=RhoOver.SKIP).order == (0, 1)
