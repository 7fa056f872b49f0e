"""The shorter model on disk: what transformers loads computes the same, or nothing is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from pybridge.errors import ModelError, OutputError
from pybridge.files.folder import file_digest
from pybridge.layers import writing as writing_module
from pybridge.layers.writing import REMOVAL_FILE, write_shorter
from pybridge.models.opening import OpenModel, open_model
from tests.models.folders import save_tiny
from tests.models.tiny import CONFIGS, tiny_ids

IDS = tiny_ids(1, 17)


def opened_tiny(folder: Path, family: str) -> OpenModel:
    folder.mkdir()
    return open_model(str(save_tiny(folder, family)))


@pytest.mark.parametrize("family", CONFIGS)
def test_the_folder_is_what_transformers_loads(tmp_path: Path, family: str) -> None:
    opened, out = opened_tiny(tmp_path / "model", family), tmp_path / "out"
    parameters = sum(p.numel() for p in opened.model.parameters())
    written = write_shorter(opened, [1, 2], out, IDS, lambda: {"removed": [1, 2]})
    loaded: Any = AutoModelForCausalLM.from_pretrained(out)
    assert loaded.config.num_hidden_layers == 2
    again = open_model(str(out))
    assert again.adapter.n_blocks == 2
    assert again.weight_digest() == written.weight_digest
    with torch.no_grad():
        logits = [model(IDS, use_cache=False).logits for model in (loaded, again.adapter.model)]
    assert torch.equal(*logits)
    record = json.loads((out / REMOVAL_FILE).read_text(encoding="utf-8"))
    assert record["removed"] == [1, 2]
    assert record["parameters_before"] == parameters > record["parameters"] == written.parameters
    assert record["files"] == {p.name: file_digest(p) for p in out.iterdir() if p.name != REMOVAL_FILE}
    assert "model.safetensors" in record["files"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model", "out"]


@pytest.mark.parametrize("family", ["llama", "lfm2", "gpt2"])
def test_generation_from_the_folder_with_a_cache_is_that_without(tmp_path: Path, family: str) -> None:
    out = tmp_path / "out"
    write_shorter(opened_tiny(tmp_path / "model", family), [0, 3], out, IDS, dict)
    model: Any = AutoModelForCausalLM.from_pretrained(out)
    settings = {"max_new_tokens": 6, "min_new_tokens": 6, "do_sample": False, "pad_token_id": 0}
    cached, uncached = (model.generate(IDS, use_cache=cache, **settings) for cache in (True, False))
    assert torch.equal(cached, uncached)
    assert cached.shape[1] == IDS.shape[1] + 6


def test_other_logits_after_loading_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(opened: OpenModel, folder: Path, **options: Any) -> None:
        save(opened, folder, **options)
        with torch.no_grad():
            next(opened.model.parameters()).view(-1)[0].add_(1e-3)

    save = writing_module.save_model
    monkeypatch.setattr(writing_module, "save_model", damaged)
    opened = opened_tiny(tmp_path / "model", "llama")
    ids = torch.zeros_like(IDS)
    with pytest.raises(ModelError, match="does not give the logits, bit for bit"):
        write_shorter(opened, [1], tmp_path / "out", ids, dict)
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_opened: OpenModel, folder: Path, **_options: Any) -> None:
        (folder / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing_module, "save_model", full)
    with pytest.raises(OutputError, match="No space left"):
        write_shorter(opened_tiny(tmp_path / "model", "llama"), [1], tmp_path / "out", IDS, dict)
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_too_little_room_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(target: Path, needed: int) -> None:
        raise OutputError(f"Cannot write {target}: {needed} bytes are needed")

    monkeypatch.setattr(writing_module, "require_room", no_room)
    with pytest.raises(OutputError, match="bytes are needed"):
        write_shorter(opened_tiny(tmp_path / "model", "llama"), [1], tmp_path / "out", IDS, dict)
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="exists already"):
        write_shorter(opened_tiny(tmp_path / "model", "llama"), [1], tmp_path / "out", IDS, dict)
    assert list((tmp_path / "out").iterdir()) == []
