"""Position sets and their refusals."""

from __future__ import annotations

import pytest

from pybridge.errors import SettingError
from pybridge.measure.positions import PositionSet, position_sets


def test_both_sets_are_made() -> None:
    assert position_sets(4, 16) == (PositionSet("all", 0), PositionSet("skip:4", 4))


def test_nothing_skipped_is_one_set() -> None:
    assert position_sets(0, 16) == (PositionSet("all", 0),)


@pytest.mark.parametrize("skip", [-1, 16, 99])
def test_a_set_without_positions_is_refused(skip: int) -> None:
    with pytest.raises(SettingError, match="--skip-tokens"):
        position_sets(skip, 16)
