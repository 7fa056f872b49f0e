"""The names of the criteria, and what a wrong one is told."""

from __future__ import annotations

import pytest

from pybridge.errors import SettingError
from pybridge.layers.criteria import Criterion, criterion_of


@pytest.mark.parametrize("criterion", Criterion)
def test_every_criterion_is_known_by_its_name(criterion: Criterion) -> None:
    assert criterion_of(criterion.value) is criterion


def test_only_a_search_needs_a_text_of_its_own() -> None:
    assert [c for c in Criterion if c.needs_calibration] == [Criterion.GREEDY]


@pytest.mark.parametrize(
    ("name", "suggested"),
    [("block-influenc", "block-influence"), ("rho_amplitude", "rho-amplitude"), ("gready", "greedy")],
)
def test_an_unknown_name_gets_the_nearest_known_one(name: str, suggested: str) -> None:
    with pytest.raises(SettingError, match=f"Did you mean {suggested}\\?.*Choose one of: rho, "):
        criterion_of(name)


def test_a_name_like_none_gets_the_list_alone() -> None:
    with pytest.raises(SettingError, match=r"called 'xyzzy'\. Choose one of") as caught:
        criterion_of("xyzzy")
    assert "Did you mean" not in str(caught.value)
