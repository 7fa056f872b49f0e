"""The embedded default, `tiny-gpt2`: its size, shape and digests, and that it has learned English prose."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2LMHeadModel, PreTrainedModel

EMBEDDED = Path(__file__).resolve().parents[2] / "pybridge" / "models" / "embedded"
FOLDER = EMBEDDED / "tiny_gpt2"
CHUNK = 1024


def total_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def changed_files(folder: Path) -> list[str]:
    """Files whose digest is not the recorded one."""
    recorded = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["sha256"]
    return [
        name
        for name, digest in recorded.items()
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


@torch.inference_mode()
def nats(model: PreTrainedModel, chunks: torch.Tensor) -> torch.Tensor:
    """-log p of tokens 1..1023 of each chunk, float64, shape (chunks, 1023)."""
    log_p = torch.log_softmax(model(input_ids=chunks).logits[:, :-1].double(), dim=-1)
    return -log_p.gather(-1, chunks[:, 1:, None]).squeeze(-1)


def unigram_nats(counts: np.ndarray, chunks: torch.Tensor) -> np.ndarray:
    """-log of the add-one smoothed training frequency of the same tokens."""
    return -np.log((counts + 1.0) / (counts.sum() + len(counts)))[chunks[:, 1:].numpy()]


def perplexity(values: torch.Tensor | np.ndarray) -> float:
    return math.exp(float(values.mean()))


@pytest.fixture(scope="module")
def model() -> GPT2LMHeadModel:
    loaded = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32, local_files_only=True)
    assert isinstance(loaded, GPT2LMHeadModel)
    return loaded.eval()


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)


@pytest.fixture(scope="module")
def held_out() -> str:
    return (EMBEDDED / "heldout.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    return np.array(
        json.loads((EMBEDDED / "unigram_counts.json").read_text(encoding="utf-8")), dtype=np.float64
    )


@pytest.fixture(scope="module")
def chunks(tokenizer, held_out: str) -> torch.Tensor:
    ids = torch.tensor(tokenizer(held_out, verbose=False)["input_ids"])
    return ids[: len(ids) // CHUNK * CHUNK].view(-1, CHUNK)


def test_everything_embedded_takes_at_most_six_megabytes() -> None:
    assert 0 < total_bytes(EMBEDDED) <= 6_000_000


def test_the_shape_is_gpt2s(model: GPT2LMHeadModel) -> None:
    config = model.config
    assert config.n_layer >= 6
    assert config.n_positions == 1024
    assert model.lm_head.weight is model.transformer.wte.weight
    assert config.resid_pdrop == config.embd_pdrop == config.attn_pdrop == 0.0
    assert all(bool(torch.isfinite(weight).all()) for weight in model.parameters())


def test_a_plain_load_computes_in_float32() -> None:
    plain = AutoModelForCausalLM.from_pretrained(FOLDER, local_files_only=True)
    assert {weight.dtype for weight in plain.parameters()} == {torch.float32}


def test_no_weight_is_missing_or_left_over() -> None:
    loaded: Any = GPT2LMHeadModel.from_pretrained(FOLDER, local_files_only=True, output_loading_info=True)
    report = loaded[1]
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]


@pytest.mark.parametrize(
    "text", ["Call me Ishmael.\n\n  Twice  spaced .", "naïve – 𝔼‖x‖² ≤ δ\t\r\n", "\x00\x7f"]
)
def test_every_byte_has_a_token(tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_the_held_out_text_is_long_enough(held_out: str, chunks: torch.Tensor) -> None:
    assert 60_000 <= len(held_out.encode()) <= 120_000
    assert chunks.numel() >= 8_192


def test_five_times_better_than_the_unigram_baseline(
    model: GPT2LMHeadModel, chunks: torch.Tensor, counts: np.ndarray
) -> None:
    measured = torch.cat([nats(model, chunk[None]) for chunk in chunks])
    assert perplexity(unigram_nats(counts, chunks)) / perplexity(measured) >= 5.0
    # Late positions see more context; were their embeddings untrained, they would predict worse.
    assert perplexity(measured[:, -256:]) < perplexity(measured[:, :256])


def test_an_untrained_model_fails_that_comparison(
    model: GPT2LMHeadModel, chunks: torch.Tensor, counts: np.ndarray
) -> None:
    torch.manual_seed(0)
    untrained = GPT2LMHeadModel(model.config).eval()
    assert perplexity(unigram_nats(counts, chunks[:1])) / perplexity(nats(untrained, chunks[:1])) < 1.0


def test_the_files_are_the_recorded_ones() -> None:
    assert changed_files(EMBEDDED) == []
    recorded = json.loads((EMBEDDED / "provenance.json").read_text(encoding="utf-8"))["sha256"]
    shipped = {path.relative_to(EMBEDDED).as_posix() for path in EMBEDDED.rglob("*") if path.is_file()}
    assert shipped - set(recorded) <= {"provenance.json", "PROVENANCE.md"}


@pytest.mark.parametrize("name", ["tiny_gpt2/model.safetensors", "heldout.txt", "unigram_counts.json"])
def test_a_changed_file_is_noticed(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "embedded"
    shutil.copytree(EMBEDDED, copy)
    content = bytearray((copy / name).read_bytes())
    content[-2] ^= 1
    (copy / name).write_bytes(content)
    assert changed_files(copy) == [name]


def test_the_provenance_names_every_source_and_its_licence() -> None:
    page = (EMBEDDED / "PROVENANCE.md").read_text(encoding="utf-8")
    for source in json.loads((EMBEDDED / "provenance.json").read_text(encoding="utf-8"))["sources"]:
        for fact in ("name", "version", "file", "sha256", "package_licence"):
            assert source[fact] in page
        assert source["text_licence"].startswith("public domain")
