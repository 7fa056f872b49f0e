"""What `drift`, `perplexity` and `remove-layers` write is what their schemas say, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate
from transformers import GPT2Config, GPT2LMHeadModel

from pybridge import drift, layers
from pybridge.layers import Criterion
from pybridge.perplexity.run import PerplexitySpec
from pybridge.perplexity.run import run as run_perplexity
from pybridge.report.drift_schema import DRIFT_RECORD
from pybridge.report.perplexity_schema import PERPLEXITY_RECORD
from pybridge.report.remove_layers_schema import CRITERION, REMOVE_LAYERS_RECORD
from tests.models.folders import TEXT, save_tiny, tiny_tokenizer
from tests.report.broken import assert_closed

DATA_KEYS = frozenset({"versions", "timing"})
REMOVAL_DATA_KEYS = DATA_KEYS | {
    *("rho", "distance_from_one", "by_positions", "candidates", "files", "reasons", "examples")
}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One to measure on, one to calibrate on."""
    folder = tmp_path_factory.mktemp("texts")
    fox, dog = folder / "fox.txt", folder / "dog.txt"
    fox.write_text(TEXT * 20, encoding="utf-8")
    dog.write_text(" ".join(reversed((TEXT * 20).split())), encoding="utf-8")
    return fox, dog


@pytest.fixture(scope="module")
def six_blocks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Enough for a correlation."""
    folder = tmp_path_factory.mktemp("six")
    config = GPT2Config(vocab_size=97, n_embd=16, n_layer=6, n_head=2, n_positions=64)
    GPT2LMHeadModel(config).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny(tmp_path_factory.mktemp("llama"), "llama"))


# ---- drift -------------------------------------------------------------------------------------------------
def test_drift(six_blocks: str, texts: tuple[Path, Path], tmp_path: Path) -> None:
    text, calibration = texts
    path = tmp_path / "drift.json"
    spec = drift.DriftSpec(six_blocks, text, tokens=24, resamples=100, json=path)
    drift.run(replace(spec, method="wanda", calibration=calibration, calibration_tokens=40))
    record = read(path)
    assert record["protocol"]["calibration"] is not None
    assert record["correlations"][0]["spearman"] is not None
    assert_closed(DRIFT_RECORD, record, DATA_KEYS)


def test_drift_where_nothing_is_drawn_from_data_and_some_of_it_is_missing(
    llama: str, texts: tuple[Path, Path]
) -> None:
    spec = drift.DriftSpec(llama, texts[0], tokens=24, resamples=100, pattern="2:4", maps=r"^[02]\.")
    record = drift.run(spec).record
    assert {some["spearman"] for some in record["correlations"]} == {None}
    assert any(row["left_out"] for row in record["blocks"])
    assert any(some["left_out"] for some in record["correlations"])
    validate(record, DRIFT_RECORD)


# ---- perplexity --------------------------------------------------------------------------------------------
def test_perplexity(llama: str, six_blocks: str, texts: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "perplexity.json"
    spec = PerplexitySpec(llama, against=six_blocks, text=texts[0], context=24, chunks=3, json=path)
    run_perplexity(spec)
    assert_closed(PERPLEXITY_RECORD, read(path), DATA_KEYS)
    run_perplexity(replace(spec, chunks=1))
    assert read(path)["regret"]["loss_interval"] is None
    validate(read(path), PERPLEXITY_RECORD)
    run_perplexity(replace(spec, against=None))
    assert read(path)["regret"] is read(path)["base"] is None
    validate(read(path), PERPLEXITY_RECORD)


# ---- remove-layers -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("criterion", [Criterion.RHO, Criterion.ANGULAR, Criterion.GREEDY])
def test_remove_layers(criterion: Criterion, llama: str, texts: tuple[Path, Path], tmp_path: Path) -> None:
    text, calibration = texts
    path = tmp_path / "removal.json"
    layers.run(
        layers.RemoveSpec(
            *(llama, 2, criterion.value),
            calibration=calibration,
            text=text,
            tokens=24,
            context=16,
            chunks=2,
            compare=criterion is Criterion.RHO,
            out=tmp_path / "shorter",
            json=path,
        )
    )
    record = read(path)
    assert bool(record["comparison"]) == (criterion is Criterion.RHO)
    assert_closed(REMOVE_LAYERS_RECORD, record, REMOVAL_DATA_KEYS)


def test_remove_layers_without_calibration_without_a_folder(llama: str, texts: tuple[Path, Path]) -> None:
    spec = layers.RemoveSpec(llama, 1, text=texts[0], tokens=24, context=16, chunks=1, compare=True)
    record = layers.run(spec, checks=[]).record
    assert record["left_out"]
    assert record["written"] is None
    validate(record, REMOVE_LAYERS_RECORD)


def test_the_schema_knows_every_criterion() -> None:
    assert CRITERION["enum"] == [criterion.value for criterion in Criterion]
