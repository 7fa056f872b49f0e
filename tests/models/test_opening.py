"""`open_model` on folders: what opens is the saved model, and each bad input is one clear message."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from pybridge.errors import LivingInferenceError, ModelError, NonFiniteError, SettingError
from pybridge.models import open_model
from pybridge.models.fingerprint import weight_digest
from pybridge.models.text import tokenise
from tests.models.folders import TEXT, edit_config, save_tiny
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny(tmp_path / "model")


def refused(spec: Path | str, kind: type[LivingInferenceError] = ModelError, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        open_model(str(spec), **options)
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.mark.parametrize("name", CONFIGS)
def test_an_opened_folder_is_the_saved_model(name: str, tmp_path: Path) -> None:
    opened = open_model(str(save_tiny(tmp_path, name)))
    saved, ids = tiny_model(name), tiny_ids()
    # Weights mapped from a file lie at other alignments, for which torch may choose other kernels.
    model = copy.deepcopy(opened.adapter.model)
    with torch.no_grad():
        assert torch.equal(model(ids).logits, saved(ids).logits)
    assert opened.weight_digest() == weight_digest(saved)
    assert opened.adapter.family == CONFIGS[name].model_type
    assert (opened.context_length, opened.dtype, str(opened.device)) == (64, torch.float32, "cpu")
    assert opened.source == f"the folder {tmp_path}"
    assert not opened.model.training
    assert not any(parameter.requires_grad for parameter in opened.model.parameters())
    assert opened.adapter.trunk(ids).shape == (*ids.shape, 32)


def test_text_becomes_states(folder: Path) -> None:
    opened = open_model(str(folder))
    assert opened.adapter.trunk(tokenise(TEXT, opened.tokenizer, 9)).shape == (1, 9, 32)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_the_dtype_asked_for(folder: Path, dtype: str) -> None:
    opened = open_model(str(folder), dtype=dtype)
    assert {str(p.dtype) for p in opened.model.parameters()} == {f"torch.{dtype}"}
    assert torch.isfinite(opened.adapter.trunk(tiny_ids())).all()


def test_weights_in_several_files(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "sharded", max_shard_size="20KB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 2
    assert (
        open_model(str(folder)).weight_digest()
        == open_model(str(save_tiny(tmp_path / "one"))).weight_digest()
    )
    shards[1].unlink()
    assert f"1 of the {len(shards)} weight files" in (message := refused(folder))
    assert shards[1].name in message


def test_writing_through_a_view_never_reaches_the_file(folder: Path) -> None:
    def digest() -> str:
        return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

    before, opened = digest(), open_model(str(folder))
    first = opened.weight_digest()
    view = opened.adapter.linear_maps()[3]
    snapshot = view.snapshot()
    view.write(torch.zeros(view.shape))
    assert opened.weight_digest() != first
    assert digest() == before
    assert open_model(str(folder)).weight_digest() == first
    snapshot.restore()
    assert opened.weight_digest() == first


def test_no_such_folder_suggests_its_neighbour(folder: Path) -> None:
    message = refused(folder.parent / "modle")
    assert "no such folder. Did you mean `model`? --model takes a model folder, a hub id" in message


@pytest.mark.parametrize("spec", ["no model", "a--b", "owner/na..me", "", "ünïcode", "x" * 97])
def test_what_is_no_name_at_all(spec: str) -> None:
    assert "is no model name" in refused(spec) or "no such folder" in refused(spec)


def test_a_misspelt_name_is_corrected() -> None:
    assert "Did you mean `smollm2-135m`?" in refused("smollm2-135m!")


def test_files_are_not_folders(folder: Path) -> None:
    gguf = folder / "weights.gguf"
    gguf.write_bytes(b"GGUF")
    assert "gguf_file=name" in refused(gguf)
    assert f"Name the folder it is in: {folder}" in refused(folder / "model.safetensors")


def test_folder_without_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert "no config.json, so this is not a model folder" in refused(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_unreadable_config(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    assert "config.json: " in refused(folder)


def test_folder_without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "no weights: neither model.safetensors nor" in refused(folder)


def test_an_index_that_is_damaged(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text('{"weight_map": [1]}')
    assert "`weight_map` is no JSON object" in refused(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.ckpt"])
def test_pickled_weights_are_never_loaded(folder: Path, name: str) -> None:
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / name)
    assert f"the weights are pickled ({name})" in refused(folder)


@pytest.mark.parametrize("left", [0, 5, 100, 4000, -1])
def test_truncated_safetensors(folder: Path, left: int) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:left])
    message = refused(folder)
    assert message.startswith(f"{path}: truncated or damaged: it has {len(whole[:left]):,} bytes")
    assert left < 4000 or f"header promises {len(whole):,}" in message


def test_damaged_safetensors(folder: Path) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole + b"0")
    assert f"{len(whole) + 1:,} bytes where its header promises {len(whole):,}" in refused(folder)
    path.write_bytes(whole[:8] + b"?" * 50 + whole[58:])
    assert "its header is not a safetensors header" in refused(folder)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")
    assert "git lfs pull" in refused(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_finite(folder: Path, value: float) -> None:
    path, name = folder / "model.safetensors", "model.layers.2.mlp.up_proj.weight"
    weights = load_file(path)
    weights[name][3, 5] = value
    save_file(weights, path, metadata={"format": "pt"})
    message = refused(folder, NonFiniteError)
    assert message.startswith(f"{name}: 1 of 1,536 weights are not finite, {value} at [3, 5].")


def test_weights_too_large_for_float16(folder: Path) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["model.norm.weight"][0] = 1e5
    save_file(weights, path, metadata={"format": "pt"})
    assert "float16 overflows above 65,504: try --dtype float32" in refused(
        folder, NonFiniteError, dtype="float16"
    )
    open_model(str(folder))


def test_weights_that_are_missing_are_not_invented(folder: Path) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    del weights["model.layers.1.self_attn.k_proj.weight"]
    save_file(weights, path, metadata={"format": "pt"})
    message = refused(folder)
    assert "1 weights that config.json calls for are not in the weight files" in message
    assert "model.layers.1.self_attn.k_proj.weight" in message


def test_a_gpt2_checkpoint_as_the_hub_has_it(tmp_path: Path) -> None:
    """The hub's own `gpt2`: keys of the bare transformer, no head, and the old attention-mask buffers."""
    folder = save_tiny(tmp_path, "gpt2")
    path = folder / "model.safetensors"
    bare = {name.removeprefix("transformer."): tensor for name, tensor in load_file(path).items()}
    masks = {f"h.{t}.attn.bias": torch.tril(torch.ones(1, 1, 64, 64)) for t in range(4)}
    save_file({**bare, **masks}, path, metadata={"format": "pt"})
    opened, saved = open_model(str(folder)), tiny_model("gpt2")
    model = opened.adapter.model
    with torch.no_grad():
        assert torch.equal(model(tiny_ids()).logits, saved(tiny_ids()).logits)


def test_config_and_weights_of_different_sizes(folder: Path) -> None:
    edit_config(folder, intermediate_size=40)
    message = refused(folder)
    assert "weights have another shape than config.json calls for" in message
    assert "model.layers.0.mlp.down_proj.weight: (" in message
    assert "by config.json" in message


def test_a_config_of_impossible_sizes(folder: Path) -> None:
    edit_config(folder, hidden_size=-1)
    assert "Download the model again" in refused(folder)


def test_a_name_too_long_for_any_file() -> None:
    assert "no model name" in refused("a" * 300)
    assert "no such folder" in refused("./" + "a" * 300)


def test_remote_code_is_never_run(folder: Path) -> None:
    (folder / "modeling_evil.py").write_text("raise SystemExit('remote code was run')")
    edit_config(folder, auto_map={"AutoModelForCausalLM": "modeling_evil.Evil"}, model_type="evil")
    assert "brings its own code (`auto_map`), and remote code is never run" in refused(folder)


@pytest.mark.parametrize(
    ("model_type", "says"),
    [
        ("t5", "has the model_type 't5'; supported families: gpt2, llama"),
        ("gemma3", "open a text-only Gemma 3"),
        (None, "names no model_type"),
    ],
)
def test_unsupported_families(folder: Path, model_type: str | None, says: str) -> None:
    edit_config(folder, model_type=model_type)
    assert says in refused(folder)


def test_quantised_weights(folder: Path) -> None:
    edit_config(folder, quantization_config={"quant_method": "gptq"})
    assert "the weights are quantised" in refused(folder)


def test_a_model_without_blocks(folder: Path) -> None:
    edit_config(folder, num_hidden_layers=0)
    message = refused(folder)
    assert "no blocks found at `model.layers`" in message
    assert "num_hidden_layers" in message


def test_folder_without_tokenizer(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()
    assert "no tokenizer (tokenizer.json, " in refused(folder)


def test_unreadable_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    assert "the tokenizer cannot be read" in refused(folder)


def test_dtypes_and_devices(folder: Path) -> None:
    assert "Unknown dtype 'float12'" in refused(folder, SettingError, dtype="float12")
    assert "Unknown dtype 'int8'" in refused(folder, SettingError, dtype="int8")
    cannot = refused(folder, SettingError, dtype="float8_e4m3fn")
    assert "The device 'cpu' cannot run a transformer in float8_e4m3fn" in cannot
    assert "Use --dtype float32" in cannot
    assert "Unknown device 'gpu'" in refused(folder, SettingError, device="gpu")
    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    message = refused(folder, SettingError, device=absent)
    assert "is not available here" in message
    assert len(message) < 300  # torch's own message goes on for a page
    assert "holds no numbers" in refused(folder, SettingError, device="meta")


def test_an_error_leaves_the_folder_as_it_was(folder: Path, tmp_path: Path) -> None:
    edit_config(folder, num_hidden_layers=0)
    copy = shutil.copytree(folder, tmp_path / "copy")
    refused(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in copy.iterdir()
    }
    assert json.loads((folder / "config.json").read_text())["num_hidden_layers"] == 0
