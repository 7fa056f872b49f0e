"""One decision for each matrix, remembered by content and settings; what is damaged is decided again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pybridge.compress import split
from pybridge.compress.low_rank import truncate
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.compress.split import Splitter

WEIGHT = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)


class Shelf(dict[str, Any]):
    """A store in memory."""

    def get_arrays(self, key: str) -> Any:
        return self.get(key)

    def put_arrays(self, key: str, arrays: Any) -> None:
        self[key] = arrays


def test_the_parts_are_the_mask_and_its_truncation() -> None:
    sparse, factors = Splitter(0.4, 2, Shelf()).parts(WEIGHT, "w")
    assert np.array_equal(sparse, np.where(top_magnitude_mask(WEIGHT, 0.4), WEIGHT, 0))
    assert np.array_equal(factors.left, truncate(sparse, 2).left)
    assert np.array_equal(factors.right, truncate(sparse, 2).right)


def test_singular_vectors_are_computed_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = split.truncate

    def counting(matrix: Any, rank: int) -> Any:
        asked.append(rank)
        return original(matrix, rank)

    monkeypatch.setattr(split, "truncate", counting)
    shelf = Shelf()
    first = Splitter(0.4, 2, shelf).parts(WEIGHT, "w")
    assert np.array_equal(Splitter(0.4, 2, shelf).factors(WEIGHT, "w").left, first[1].left)
    assert np.array_equal(Splitter(0.4, 2, shelf).parts(WEIGHT, "w")[0], first[0])
    assert asked == [2]


@pytest.mark.parametrize(("keep", "rank", "digest"), [(0.5, 2, "w"), (0.4, 3, "w"), (0.4, 2, "another")])
def test_other_settings_or_weights_are_another_decision(keep: float, rank: int, digest: str) -> None:
    shelf = Shelf()
    Splitter(0.4, 2, shelf).parts(WEIGHT, "w")
    Splitter(keep, rank, shelf).parts(WEIGHT, digest)
    assert len(shelf) == 2


def test_an_incomplete_entry_is_decided_again() -> None:
    shelf = Shelf()
    sparse, factors = Splitter(0.4, 2, shelf).parts(WEIGHT, "w")
    (key,) = shelf
    del shelf[key]["ties"]
    again, same = Splitter(0.4, 2, shelf).parts(WEIGHT, "w")
    assert np.array_equal(again, sparse)
    assert np.array_equal(same.left, factors.left)
    assert "ties" in shelf[key]
