"""Tiny random-weight models, one row per family and per trait that the adapters must survive."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    Lfm2Config,
    LlamaConfig,
    MistralConfig,
    MixtralConfig,
    OPTConfig,
    Phi3Config,
    PretrainedConfig,
    Qwen2Config,
    Qwen2MoeConfig,
    Qwen3Config,
    Qwen3MoeConfig,
)

_LLAMA_SHAPE: dict[str, Any] = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}

_NEOX_SHAPE: dict[str, Any] = {
    name: value for name, value in _LLAMA_SHAPE.items() if name != "num_key_value_heads"
}
_OPT_SHAPE: dict[str, Any] = {
    "vocab_size": 97,
    "hidden_size": 32,
    "ffn_dim": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
}
_MOE: dict[str, Any] = {
    **_LLAMA_SHAPE,
    "num_experts": 5,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
    "mlp_only_layers": [1],
}
_QWEN3_MOE: dict[str, Any] = {**_MOE, "head_dim": 16}

CONFIGS: dict[str, PretrainedConfig] = {
    "gpt2": GPT2Config(vocab_size=97, n_embd=32, n_layer=4, n_head=4, n_positions=64),
    "llama": LlamaConfig(**_LLAMA_SHAPE),
    "llama-tied": LlamaConfig(**_LLAMA_SHAPE, tie_word_embeddings=True, head_dim=12),
    "mistral": MistralConfig(**_LLAMA_SHAPE, sliding_window=5),
    "qwen2": Qwen2Config(**_LLAMA_SHAPE, use_sliding_window=True, sliding_window=5, max_window_layers=2),
    "qwen3": Qwen3Config(**_LLAMA_SHAPE, head_dim=16),
    "gemma3": Gemma3TextConfig(
        **_LLAMA_SHAPE,
        head_dim=16,
        sliding_window=5,
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
    ),
    "phi3": Phi3Config(**_LLAMA_SHAPE, pad_token_id=0, bos_token_id=1, eos_token_id=2),
    "gpt-neox": GPTNeoXConfig(**_NEOX_SHAPE),
    "gpt-neox-sequential": GPTNeoXConfig(**_NEOX_SHAPE, use_parallel_residual=False, attention_bias=False),
    "opt": OPTConfig(**_OPT_SHAPE, word_embed_proj_dim=32),
    "opt-350m": OPTConfig(**_OPT_SHAPE, word_embed_proj_dim=20, do_layer_norm_before=False),
    "lfm2": Lfm2Config(
        **_LLAMA_SHAPE,
        block_auto_adjust_ff_dim=False,
        layer_types=["conv", "full_attention", "conv", "full_attention"],
    ),
    "mixtral": MixtralConfig(**_LLAMA_SHAPE, num_local_experts=5, num_experts_per_tok=2),
    "qwen2-moe": Qwen2MoeConfig(**_MOE, shared_expert_intermediate_size=40),
    "qwen3-moe": Qwen3MoeConfig(**_QWEN3_MOE),
}

MOE = ("mixtral", "qwen2-moe", "qwen3-moe")


def tiny_model(name: str, dtype: torch.dtype = torch.float32) -> Any:
    """The named tiny model; weights large enough that every sublayer matters."""
    torch.manual_seed(20603)
    model = AutoModelForCausalLM.from_config(CONFIGS[name]).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model.to(dtype)


def tiny_ids(batch: int = 3, tokens: int = 17) -> Tensor:
    return torch.randint(0, 97, (batch, tokens), generator=torch.Generator().manual_seed(1))
