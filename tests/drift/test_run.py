"""One study end to end: the record, determinism, calibration, what is refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import GPT2Config, GPT2LMHeadModel

from pybridge.drift import DriftSpec, run
from pybridge.drift.texts import calibrate, read_texts
from pybridge.errors import LivingInferenceError, OutputError, SettingError, TextError
from pybridge.models.opening import open_model
from tests.models.folders import save_tiny, tiny_tokenizer


def test_the_record_says_what_was_measured(spec: DriftSpec, tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    report = run(replace(spec, json=path))
    record = json.loads(path.read_text())
    assert record == json.loads(json.dumps(report.record))
    assert (record["kind"], record["schema_version"]) == ("living-inference drift", 1)
    assert record["model"]["digest"].startswith("sha256:")
    assert record["protocol"]["compression"]["sparsity"] == 0.5
    assert record["protocol"]["calibration"] is None
    assert [(row["positions"], row["block"]) for row in record["blocks"]] == [
        (positions, block) for positions in ("all", "skip:4") for block in range(4)
    ]
    for row in record["blocks"]:
        assert row["amplification"] == row["drift"] / row["injected"]
    assert len(record["correlations"]) == 12
    assert {some["reason"] for some in record["correlations"]} == {
        "4 blocks can be compared, 5 are needed",
        "3 blocks can be compared, 5 are needed",
    }
    assert os.listdir(tmp_path) == ["drift.json"]


def test_the_same_spec_gives_the_same_numbers(spec: DriftSpec) -> None:
    first, second = run(spec), run(spec)
    assert first.rows == second.rows
    assert first.correlations == second.correlations
    other = run(replace(spec, seed=1))
    assert [row.drift for row in other.rows] == [row.drift for row in first.rows]
    assert [row.rho for row in other.rows] != [row.rho for row in first.rows]


def of_depth(blocks: int, folder: Path) -> Path:
    config = GPT2Config(vocab_size=97, n_embd=16, n_layer=blocks, n_head=2, n_positions=64)
    GPT2LMHeadModel(config).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def test_enough_blocks_are_correlated(tmp_path: Path, text_file: Path) -> None:
    model = str(of_depth(6, tmp_path))
    report = run(DriftSpec(model=model, text=text_file, tokens=24, resamples=200))
    counts = [some.found.count for some in report.correlations if some.found is not None]
    assert counts == [6, 6, 6, 5, 5, 5] * 2


def test_a_method_with_data_is_calibrated(spec: DriftSpec, calibration_file: Path) -> None:
    asked = replace(spec, method="wanda", calibration=calibration_file, calibration_tokens=120)
    with pytest.raises(SettingError, match="no whole number of contexts"):
        run(asked)
    report = run(replace(asked, calibration_tokens=40))
    calibration = report.record["protocol"]["calibration"]
    assert (calibration["sequences"], calibration["context"]) == (1, 40)
    assert calibration["source"] == "the file dog.txt"
    assert all(row.drift for row in report.rows)
    assert [row.drift for row in report.rows] != [row.drift for row in run(spec).rows]


def test_four_contexts_are_the_default(spec: DriftSpec, calibration_file: Path) -> None:
    asked = replace(spec, method="wanda", calibration=calibration_file)
    found = calibrate(asked, open_model(spec.model), read_texts(asked))
    assert found is not None
    assert tuple(found.ids.shape) == (4, 64)


def test_half_is_the_default_where_it_says_enough(spec: DriftSpec) -> None:
    assert spec.settings().sparsity == 0.5
    assert replace(spec, pattern="2:4").settings().sparsity is None
    assert replace(spec, method="svd", rank=2).settings().sparsity is None


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"method": "wonda"}, SettingError, "No method is called 'wonda'. Choose one of: magnitude"),
        ({"method": "wanda"}, SettingError, "The method wanda needs calibration text: --calibration FILE"),
        ({"method": "svd"}, SettingError, "The method svd needs --rank or --rank-frac"),
        ({"method": "svd", "rank": 99}, SettingError, "rank is 99, above what 0.q of shape"),
        ({"rank": 3}, SettingError, "The method magnitude needs --sparsity or --pattern"),
        ({"sparsity": 1.0}, SettingError, r"sparsity is 1, but a fraction set to zero lies in \[0, 1\)"),
        ({"sparsity": 0.5, "pattern": "2:4"}, SettingError, "say the same thing twice"),
        ({"pattern": "2:5"}, SettingError, "0.q"),
        ({"maps": "mlp_sideways"}, SettingError, "'mlp_sideways' matches none of the 24 linear maps"),
        ({"maps": "("}, SettingError, "no regular expression"),
        ({"tokens": 65}, SettingError, "--tokens is 65, but the context of .* is 64 tokens"),
        ({"tokens": 1}, SettingError, "at least 2 are needed"),
        ({"eps": 1e-7}, SettingError, "--eps 1e-07 is not above the noise floor of float32"),
        ({"eps": 0.01, "dtype": "bfloat16"}, SettingError, "noise floor of bfloat16 .*--dtype float32"),
        ({"eps": 0.0}, SettingError, "a perturbation has a positive size"),
        ({"seed": -1}, SettingError, "--seed is -1"),
        ({"resamples": 10}, SettingError, "--resamples is 10; give a number from 100"),
        ({"skip_tokens": 48}, SettingError, "--skip-tokens is 48, which leaves none"),
        ({"dataset": "some"}, SettingError, "--text and --dataset both name a text"),
        ({"calibration_tokens": 1}, SettingError, "--calibration-tokens is 1"),
        ({"json": Path("/nowhere/at/all.json")}, OutputError, "the folder /nowhere/at does not exist"),
        ({"text": Path("/nowhere/at/all.txt")}, TextError, "no such file"),
    ],
)
def test_bad_input_is_one_message(
    spec: DriftSpec, changes: dict, kind: type[LivingInferenceError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        run(replace(spec, **changes))


def test_a_text_too_short_says_so(spec: DriftSpec, tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("the quick brown fox", encoding="utf-8")
    with pytest.raises(TextError, match=r"The text has 4 tokens .*, 48 are needed"):
        run(replace(spec, text=short))
    with pytest.raises(TextError, match=r"calibration text:(.|\n)* or --calibration-tokens 4"):
        run(replace(spec, method="wanda", calibration=short))


def test_calibration_on_the_text_itself_is_refused(spec: DriftSpec) -> None:
    with pytest.raises(TextError, match="The calibration text is the evaluation text"):
        run(replace(spec, method="wanda", calibration=spec.text))


def test_a_model_of_one_block_has_no_downstream(spec: DriftSpec, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="has one block: nothing is downstream of it"):
        run(replace(spec, model=str(of_depth(1, tmp_path))))


def test_an_expert_without_calibration_tokens_is_named(spec: DriftSpec, tmp_path: Path) -> None:
    model = save_tiny(tmp_path / "experts", "qwen2-moe")
    two = tmp_path / "two.txt"
    two.write_text("the quick", encoding="utf-8")
    with pytest.raises(SettingError, match=r"mlp_\w+\.e\d: none of the calibration tokens reaches this map"):
        run(replace(spec, model=str(model), method="wanda", calibration=two, calibration_tokens=2))
