"""Scores of the model without some blocks: those of the deleted model, each set once, kept in a store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pybridge.errors import NonFiniteError
from pybridge.layers import cells as cells_module
from pybridge.layers.cells import Cell, Scorer, key_of
from pybridge.layers.greedy import Round
from pybridge.layers.keeping import Keeper, keeping
from pybridge.models.deletion import delete_blocks
from pybridge.models.opening import OpenModel, open_model
from pybridge.perplexity.regret import regret_of
from pybridge.perplexity.scores import score
from tests.models.folders import TEXT

STUDY = {"model": "tiny"}
SHAPE = {"context": 16, "chunks": 3}


@pytest.fixture
def opened(model_folder: Path) -> OpenModel:
    return open_model(str(model_folder))


def scorer(opened: OpenModel, keeper: Keeper | None = None) -> Scorer:
    return Scorer(opened, TEXT * 20, 16, 3, keeper or Keeper(None, STUDY))


def test_a_cell_has_the_scores_of_the_deleted_model(opened: OpenModel) -> None:
    cells, text = scorer(opened), TEXT * 20
    dense, cell = cells.without(()), cells.without([3, 1])
    base = score(opened, text, **SHAPE)
    opened.adapter = delete_blocks(opened.adapter, [1, 3])
    deleted = score(opened, text, **SHAPE)
    assert cell.blocks == (1, 3)
    assert cell.chunk_losses == tuple(deleted.losses.mean(axis=1))
    assert cell.scores is not None
    assert cell.scores.perplexity == pytest.approx(deleted.perplexity, rel=1e-14)
    expected, found = regret_of(deleted, base), cell.regret(dense)
    assert found is not None
    assert found.regret == pytest.approx(expected.regret, rel=1e-10)
    assert found.loss_interval is not None
    assert expected.loss_interval is not None
    assert found.loss_interval.lo == pytest.approx(expected.loss_interval.lo, rel=1e-10)


def test_a_set_is_scored_once_whatever_its_order(opened: OpenModel, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = scorer(opened)
    first = cells.without([2, 0])
    monkeypatch.setattr(cells_module, "score", lambda *_, **__: pytest.fail("scored again"))
    assert cells.without([0, 2]) is first
    assert key_of([2, 0]) == "without 0,2"
    assert key_of(()) == "without none"


def test_a_store_gives_the_very_same_cells(
    opened: OpenModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.sqlite"
    with keeping(path, STUDY) as keeper:
        first = scorer(opened, keeper).without([1])
    monkeypatch.setattr(cells_module, "score", lambda *_, **__: pytest.fail("scored again"))
    with keeping(path, STUDY) as keeper:
        assert scorer(opened, keeper).without([1]) == first
    with keeping(path, {"model": "another"}) as keeper:
        assert keeper.starting("without") == {}


def test_greedy_rounds_are_kept_without_gaps(tmp_path: Path) -> None:
    rounds = [Round(2, 1.5, {2: 1.5, 1: float("inf")}), Round(0, 1.25, {0: 1.25}), Round(3, 2.0, {3: 2.0})]
    with keeping(tmp_path / "s", STUDY) as keeper:
        for index in (0, 1):
            keeper.save_round(index, rounds[index])
    with keeping(tmp_path / "s", STUDY) as keeper:
        assert keeper.rounds() == tuple(rounds[:2])
        keeper.save_round(3, rounds[2])
        assert keeper.rounds() == tuple(rounds[:2])


def test_a_removal_that_overflows_is_a_cell_with_a_reason(
    opened: OpenModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(*_: object, **__: object) -> None:
        raise NonFiniteError("Chunk 0 of the text:\n  infinite")

    cells = scorer(opened)
    dense = cells.without(())
    monkeypatch.setattr(cells_module, "score", overflow)
    cell = cells.without([1])
    assert (cell.scores, cell.regret(dense)) == (None, None)
    assert cell.reason == "Chunk 0 of the text: infinite"
    assert Cell.of_record(cell.record()) == cell
    with pytest.raises(NonFiniteError):
        scorer(opened).without(())


def test_a_cell_survives_its_record(opened: OpenModel) -> None:
    cell = scorer(opened).without([2])
    again = Cell.of_record(cell.record())
    assert again == cell
    assert again.scores is not None
    assert np.array_equal(again.scores.losses[:, 0], cell.chunk_losses or ())
