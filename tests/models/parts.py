"""Where the library's own code keeps what the adapters speak of, written down a second time for the tests."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView


def first_of(owner: Any, *names: str) -> Any:
    return next(getattr(owner, name) for name in names if hasattr(owner, name))


def attention(block: Any) -> Any:
    """Or what stands in its place, such as a short convolution."""
    return first_of(block, "attn", "self_attn", "attention", "conv")


def mlp(block: Any) -> Any:
    """The module whose output is added to the stream."""
    return first_of(block, "mlp", "feed_forward", "fc2")


def final_norm(adapter: Adapter) -> Any:
    """None where the family has none."""
    return first_of(adapter.body, "ln_f", "norm", "final_layer_norm", "embedding_norm")


def rows_of(adapter: Adapter, view: LinearMapView, fused: Tensor) -> Tensor:
    """The rows of one whole component in what its module stores or returns, rows in the last axis.

    Fused weights are cut as the forward pass of the library cuts the product.
    """
    config, component = adapter.config, view.component
    if component in ("q", "k", "v"):
        part = "qkv".index(component)
        match adapter.family:
            case "gpt2":
                return fused.split(config.n_embd, dim=-1)[part]
            case "phi3":
                head = config.hidden_size // config.num_attention_heads
                q, k = config.num_attention_heads * head, config.num_key_value_heads * head
                return fused.split((q, k, k), dim=-1)[part]
            case "gpt_neox":
                heads = fused.unflatten(-1, (config.num_attention_heads, -1))
                return heads.chunk(3, dim=-1)[part].flatten(-2)
    if component in ("mlp_gate", "mlp_up") and (adapter.family == "phi3" or view.expert is not None):
        return fused.chunk(2, dim=-1)[("mlp_gate", "mlp_up").index(component)]
    return fused
