"""The Llama shape, shared by Llama (SmolLM and SmolLM2 too), Mistral, Qwen2 and Qwen3.

Qwen2's biases and Qwen3's norms of q and k act after the maps and change none of them; grouped-query
attention makes k and v narrower than q, with fewer heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import Watch, on_input
from pybridge.models.linear_maps import MapSite
from pybridge.models.residual import ResidualShape


class LlamaAdapter(Adapter):
    """`model.layers[t]`: input_layernorm, self_attn, post_attention_layernorm, mlp."""

    family = "llama"
    residual_shape = ResidualShape.SEQUENTIAL
    block_path = "model.layers"
    norm_names = ("input_layernorm", "post_attention_layernorm")

    def between_sublayers(self, block: Any) -> Watch:
        return partial(on_input, block.post_attention_layernorm)

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        return (*self.attention_sites(block), *self.mlp_sites(block))

    def attention_sites(self, block: Any) -> tuple[MapSite, ...]:
        attention = block.self_attn
        heads, shared_heads = int(self.config.num_attention_heads), int(self.config.num_key_value_heads)
        return (
            MapSite("q", attention.q_proj, "self_attn.q_proj", "attn_in", heads=heads),
            MapSite("k", attention.k_proj, "self_attn.k_proj", "attn_in", heads=shared_heads),
            MapSite("v", attention.v_proj, "self_attn.v_proj", "attn_in", heads=shared_heads),
            MapSite("attn_out", attention.o_proj, "self_attn.o_proj", "attn_mixed"),
        )

    def mlp_sites(self, block: Any) -> tuple[MapSite, ...]:
        mlp = block.mlp
        return (
            MapSite("mlp_gate", mlp.gate_proj, "mlp.gate_proj", "mlp_in"),
            MapSite("mlp_up", mlp.up_proj, "mlp.up_proj", "mlp_in"),
            MapSite("mlp_down", mlp.down_proj, "mlp.down_proj", "mlp_hidden"),
        )


class MistralAdapter(LlamaAdapter):
    """Mistral: a sliding attention window where the config asks for one."""

    family = "mistral"


class Qwen2Adapter(LlamaAdapter):
    """Qwen2 and Qwen2.5: q, k and v have biases; the maps are their matrices. The first blocks may attend to
    everything, the others through a window.
    """

    family = "qwen2"

    def settings_of(self, kept: Sequence[int]) -> dict[str, Any]:
        return windows_from(self.config, kept)

    def settle(self) -> None:
        self.body.has_sliding_layers = "sliding_attention" in self.config.layer_types


class Qwen3Adapter(Qwen2Adapter):
    """Qwen3: each head of q and k is RMS-normed after its map; windows as in Qwen2."""

    family = "qwen3"


def windows_from(config: Any, kept: Sequence[int]) -> dict[str, int]:
    """`max_window_layers`, where a Qwen config has it: how many blocks come before its rule changes."""
    before = getattr(config, "max_window_layers", None)
    return {} if before is None else {"max_window_layers": sum(t < before for t in kept)}
