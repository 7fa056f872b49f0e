"""The GGUF conversion gives back the model that was stored: same logits, same tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file

from pybridge.models import open_model
from pybridge.models.gguf_llama import convert, unpermute
from tests.models.tiny_gguf import TOKENS, llama_cpp_order, tiny_llama, write_gguf


@pytest.mark.parametrize("tied", [True, False])
def test_the_converted_model_is_the_stored_one(tmp_path: Path, tied: bool) -> None:
    stored = tiny_llama(tied)
    write_gguf(stored, tmp_path / "tiny.gguf")
    folder = tmp_path / "model"
    folder.mkdir()
    convert(tmp_path / "tiny.gguf", folder)
    opened = open_model(str(folder))
    ids = torch.randint(0, len(TOKENS), (2, 32), generator=torch.Generator().manual_seed(3))
    model = opened.adapter.model
    with torch.no_grad():
        assert torch.equal(model(ids).logits, stored(ids).logits)
    assert opened.adapter.config.tie_word_embeddings is tied
    assert opened.adapter.config.rms_norm_eps == 1e-5


@pytest.mark.parametrize("kind", [GGMLQuantizationType.Q4_1, GGMLQuantizationType.Q8_0])
def test_quantised_weights_are_what_gguf_says_they_are(tmp_path: Path, kind: GGMLQuantizationType) -> None:
    stored = tiny_llama(tied=True)
    write_gguf(stored, tmp_path / "tiny.gguf", kind)
    convert(tmp_path / "tiny.gguf", tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    for name, tensor in stored.state_dict().items():
        if name == "lm_head.weight":
            continue
        values = tensor.numpy()
        expected = values if values.ndim == 1 else dequantize(quantize(values, kind), kind)
        assert weights[name].dtype == np.float32
        np.testing.assert_array_equal(weights[name], expected, err_msg=name)


@pytest.mark.parametrize(("heads", "width"), [(1, 2), (3, 8), (4, 64)])
def test_unpermute_undoes_llama_cpp(heads: int, width: int) -> None:
    rows = np.arange(heads * width * 5).reshape(heads * width, 5)
    assert not np.array_equal(llama_cpp_order(rows, heads), rows) or width == 2
    np.testing.assert_array_equal(unpermute(llama_cpp_order(rows, heads), heads), rows)


def test_the_tokenizer_merges_words_and_parts_digits(tmp_path: Path) -> None:
    write_gguf(tiny_llama(tied=True), tmp_path / "tiny.gguf")
    convert(tmp_path / "tiny.gguf", tmp_path)
    tokenizer = open_model(str(tmp_path)).tokenizer

    def pieces(text: str) -> list[str]:
        return [TOKENS[index] for index in tokenizer(text)["input_ids"]]

    assert pieces("ab ab") == ["ab", "Ġab"]
    assert pieces("12 2") == ["1", "2", "Ġ", "2"]
    assert pieces("<|im_start|>ab\n<|im_end|>") == ["<|im_start|>", "ab", "Ċ", "<|im_end|>"]
    assert tokenizer.decode(tokenizer("ab 12\nab")["input_ids"]) == "ab 12\nab"
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|im_start|>", "<|im_end|>")
    assert tokenizer.model_max_length == 32
