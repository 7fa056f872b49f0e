"""Phi-3 and Phi-4: the Llama shape with q, k, v fused into one weight, and gate and up into another."""

from __future__ import annotations

from typing import Any

from pybridge.models.linear_maps import MapSite
from pybridge.models.llama import LlamaAdapter


class Phi3Adapter(LlamaAdapter):
    """`qkv_proj`: the rows of q, then of k, then of v; `gate_up_proj`: the rows of the gate, then of up."""

    family = "phi3"

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        attention, mlp = block.self_attn, block.mlp
        heads, shared_heads = int(self.config.num_attention_heads), int(self.config.num_key_value_heads)
        q, k = heads * attention.head_dim, shared_heads * attention.head_dim
        hidden = mlp.down_proj.in_features

        def fused(component: str, first: int, last: int, heads: int) -> MapSite:
            return MapSite(
                component, attention.qkv_proj, "self_attn.qkv_proj", "attn_in",
                rows=range(first, last), heads=heads,
            )  # fmt: skip

        def gated(component: str, first: int) -> MapSite:
            rows = range(first, first + hidden)
            return MapSite(component, mlp.gate_up_proj, "mlp.gate_up_proj", "mlp_in", rows=rows)

        return (
            fused("q", 0, q, heads),
            fused("k", q, q + k, shared_heads),
            fused("v", q + k, q + 2 * k, shared_heads),
            MapSite("attn_out", attention.o_proj, "self_attn.o_proj", "attn_mixed"),
            gated("mlp_gate", 0),
            gated("mlp_up", hidden),
            MapSite("mlp_down", mlp.down_proj, "mlp.down_proj", "mlp_hidden"),
        )
