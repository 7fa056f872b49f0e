"""Stages are values: what they refuse, what they mean for a matrix, how they compose."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from pybridge.approx import Form, LowRank, Sampling, SemanticCache, Sparse, compose
from pybridge.approx.stages import Plan, plan_for
from pybridge.errors import SettingError

MESSAGES: dict[str, tuple[Callable[[], object], str]] = {
    "negative distance": (lambda: SemanticCache(-0.1), "delta is -0.1"),
    "no distance": (lambda: SemanticCache(math.nan), "delta is nan"),
    "endless distance": (lambda: SemanticCache(math.inf), "delta is inf"),
    "no room": (lambda: SemanticCache(1.0, capacity=0), "capacity is 0"),
    "nothing kept": (lambda: Sparse(0.0), "keep is 0"),
    "more than all kept": (lambda: Sparse(1.5), "keep is 1.5"),
    "no rank": (lambda: LowRank(), "one of rank and rank_frac"),
    "two ranks": (lambda: LowRank(rank=3, rank_frac=0.5), "one of rank and rank_frac"),
    "rank nought": (lambda: LowRank(rank=0), "rank is 0"),
    "fraction of nothing": (lambda: LowRank(rank_frac=0.0), "rank_frac is 0"),
    "fraction above one": (lambda: LowRank(rank_frac=1.1), "rank_frac is 1.1"),
    "nothing composed": (lambda: compose(), "no stage is given"),
    "twice the same": (lambda: compose(Sparse(0.5), Sparse(0.2)), "Sparse is given twice"),
    "unknown form": (lambda: compose(Sparse(0.5), form="folded"), "no form 'folded'"),
    "its own residual": (lambda: compose(Sparse(0.5), form="printed"), "nothing is approximated"),
    "no vectors": (lambda: Sampling(vectors=0), "vectors is 0"),
    "no pass": (lambda: Sampling(every=0), "every is 0"),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_what_cannot_be_meant_is_refused_at_once(case: str) -> None:
    make, words = MESSAGES[case]
    with pytest.raises(SettingError, match=words):
        make()


def test_a_rank_above_the_matrix_names_the_map_and_its_shape() -> None:
    with pytest.raises(SettingError, match=r"3\.mlp_up: rank 9 is above 8, the shorter side of this 32 × 8"):
        plan_for(LowRank(rank=9), (32, 8), "3.mlp_up")
    assert plan_for(LowRank(rank=8), (32, 8), "3.mlp_up").rank == 8


@pytest.mark.parametrize(("fraction", "rank"), [(0.001, 1), (0.25, 2), (0.5, 4), (1.0, 8)])
def test_a_rank_fraction_is_of_the_shorter_side(fraction: float, rank: int) -> None:
    assert plan_for(LowRank(rank_frac=fraction), (32, 8), "m").rank == rank


def test_a_composition_is_its_parts_in_the_papers_order_whatever_the_order_given() -> None:
    cache, sparse, low_rank = SemanticCache(0.5, 7), Sparse(0.1), LowRank(rank=2)
    expected = Plan(cache, 0.1, 2, Form.CACHED)
    assert plan_for(compose(cache, sparse, low_rank, form="cached"), (8, 8), "m") == expected
    assert plan_for(compose(low_rank, compose(sparse, cache), form=Form.CACHED), (8, 8), "m") == expected
    assert plan_for(Sparse(0.1), (8, 8), "m") == Plan(None, 0.1, None, None)
    assert compose(sparse, low_rank).form is Form.DROPPED
    assert {compose(sparse), compose(Sparse(0.1))} == {compose(sparse)}  # values: equal, hashable


def test_samples_are_the_same_every_run_and_new_in_every_pass() -> None:
    sampling = Sampling(vectors=5, seed=3)
    draws = [tuple(sampling.positions(t, 1000)) for t in range(20)]
    assert draws == [tuple(Sampling(vectors=5, seed=3).positions(t, 1000)) for t in range(20)]
    assert len(set(draws)) == 20
    assert all(list(draw) == sorted(set(draw)) and len(draw) == 5 for draw in draws)
    assert list(sampling.positions(0, 3)) == [0, 1, 2]
    assert [t for t in range(7) if Sampling(every=3).watches(t)] == [0, 3, 6]
