"""The whole measurement: a compressed folder beside its base, the record, the lines, the refusals."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from pybridge.cli import app
from pybridge.errors import ModelError, OutputError, SettingError
from pybridge.files.digest import text_digest
from pybridge.models.opening import open_model
from pybridge.models.text import embedded_text
from pybridge.perplexity.footprint import footprint_of
from pybridge.perplexity.lines import lines_of
from pybridge.perplexity.run import PerplexityReport, PerplexitySpec, run
from tests.models.folders import TEXT, save_tiny
from tests.models.test_placement import with_blocks_on_disk

SPEC = PerplexitySpec("tiny-gpt2", context=64, chunks=3)


@pytest.fixture(scope="module")
def halved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tiny-gpt2 with the first half of every map's columns zeroed."""
    folder = tmp_path_factory.mktemp("halved")
    opened = open_model("tiny-gpt2")
    with torch.no_grad():
        for view in opened.adapter.linear_maps():
            view.read()[:, : view.shape[1] // 2] = 0
    opened.model.save_pretrained(folder)  # type: ignore[operator]
    opened.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def report(halved: Path) -> PerplexityReport:
    return run(replace(SPEC, model=str(halved), against="tiny-gpt2"))


def test_a_harmed_model_has_positive_regret_with_an_interval(report: PerplexityReport) -> None:
    assert report.base is not None
    assert report.regret is not None
    assert report.regret.regret == pytest.approx(
        report.model.scores.perplexity - report.base.scores.perplexity, rel=1e-9
    )
    assert report.regret.regret_interval is not None
    assert report.regret.regret_interval.lo <= report.regret.regret <= report.regret.regret_interval.hi


def test_the_zeros_are_counted_and_the_bytes_are_those_of_the_dense_model(report: PerplexityReport) -> None:
    assert report.base is not None
    assert report.model.footprint.map_zeros >= report.model.footprint.map_weights // 2
    assert report.model.footprint.weight_bytes == report.base.footprint.weight_bytes
    opened = open_model("tiny-gpt2")
    distinct = {p.data_ptr(): p for p in opened.model.parameters()}
    assert footprint_of(opened).weight_bytes == sum(4 * p.numel() for p in distinct.values())


def test_the_lines_say_protocol_interval_size_and_speed(report: PerplexityReport) -> None:
    text = "\n".join(lines_of(report))
    for words in (
        "3 chunks of 64 tokens, stride 64, 189 predictions",
        "95% confidence, t over 3 chunks, paired token by token",
        "regret +",
        "BOS: none",
        "bytes of weights",
        "the zeros save neither bytes nor time",
        "tokens/s",
    ):
        assert words in text


def test_without_a_base_there_is_no_regret_and_one_chunk_says_why_it_has_no_interval() -> None:
    assert "regret" not in "\n".join(lines_of(run(SPEC)))
    single = run(replace(SPEC, chunks=1, against="tiny-gpt2"))
    assert "one chunk has no confidence interval" in "\n".join(lines_of(single))


def test_the_record_is_json_with_the_protocol_in_it(tmp_path: Path) -> None:
    target = tmp_path / "perplexity.json"
    report = run(replace(SPEC, against="tiny-gpt2", json=target))
    record = json.loads(target.read_text())
    assert record == json.loads(json.dumps(report.record()))
    assert record["protocol"]["text"] == text_digest(embedded_text())
    assert record["model"]["perplexity"] == report.model.scores.perplexity
    assert record["regret"]["regret"] == 0.0
    assert len(record["model"]["chunk_losses_nats"]) == 3


def test_the_text_of_the_calibration_is_refused(halved: Path, tmp_path: Path) -> None:
    """Same digest as bounds.json names: refused for the model and for the base, before anything is loaded."""
    folder = tmp_path / "compressed"
    folder.mkdir()
    calibration = {"text_digest": text_digest(embedded_text()), "sequences": 4}
    (folder / "bounds.json").write_text(json.dumps({"calibration": calibration}))
    for spec in (replace(SPEC, model=str(folder)), replace(SPEC, against=str(folder))):
        with pytest.raises(SettingError, match="very text as its calibration"):
            run(spec)
    (folder / "bounds.json").write_text(json.dumps({"calibration": {"text_digest": "sha256:other"}}))
    with pytest.raises(ModelError):  # let through, and then no model is there
        run(replace(SPEC, model=str(folder)))


def test_two_texts_and_an_unwritable_place_are_refused_first(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="--text and --dataset"):
        run(replace(SPEC, text=tmp_path / "a", dataset="b"))
    with pytest.raises(OutputError, match="does not exist"):
        run(replace(SPEC, json=tmp_path / "nowhere" / "x.json"))


def test_weights_on_disk_weigh_what_they_weigh_in_memory(tmp_path: Path) -> None:
    """Every weight that is not in memory has the address 0, and would be taken for the same one."""
    folder = save_tiny(tmp_path / "model", "llama")
    plain = open_model(str(folder))
    there = with_blocks_on_disk(plain.adapter)
    split = open_model(str(folder), device_map=there, offload_folder=tmp_path / "offload")
    assert footprint_of(split) == footprint_of(plain)


def test_blocks_on_disk_give_the_same_losses_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Model and base, each with two blocks on disk; every single loss, and what is made of them."""
    text = tmp_path / "fox.txt"
    text.write_text(TEXT * 20, encoding="utf-8")
    model, base = (str(save_tiny(tmp_path / name, name)) for name in ("llama", "lfm2"))
    spec = PerplexitySpec(model, against=base, text=text, context=24, chunks=3)
    plain = run(spec)
    places = {name: with_blocks_on_disk(open_model(name).adapter) for name in (model, base)}
    on_disk: list[set[int]] = []

    def spread(name: str, **options: Any) -> Any:
        assert options.pop("device_map") == "auto"
        opened = open_model(name, device_map=places[name], **options)
        blocks = enumerate(opened.adapter.blocks)
        on_disk.append({t for t, block in blocks if all(p.is_meta for p in block.parameters())})
        return opened

    monkeypatch.setattr(sys.modules["pybridge.perplexity.run"], "open_model", spread)
    report = run(replace(spec, device_map="auto"))
    assert on_disk == [{1, 3}, {1, 3}]
    assert report.base is not None
    assert plain.base is not None
    for ours, theirs in ((report.model, plain.model), (report.base, plain.base)):
        np.testing.assert_array_equal(ours.scores.losses, theirs.scores.losses)
        assert (ours.digest, ours.footprint) == (theirs.digest, theirs.footprint)
    assert report.regret == plain.regret


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"device_map": "balanced"}, "Unknown device map 'balanced'"),
        ({"device_map": "auto", "device": "cuda"}, "Leave one of the two out"),
    ],
)
def test_a_device_map_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        run(replace(SPEC, **changes))


def test_the_command_hands_the_device_map_on() -> None:
    result = CliRunner().invoke(app, ["perplexity", "--model", "tiny-gpt2", "--device-map", "balanced"])
    assert result.exit_code == 2
    assert "Unknown device map 'balanced'" in result.output
