"""GPT-NeoX (Pythia): attention and MLP side by side, and q, k, v fused head by head."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import Watch, on_input
from pybridge.models.linear_maps import MapSite
from pybridge.models.residual import ResidualShape


class GPTNeoXAdapter(Adapter):
    """`gpt_neox.layers[t]`: h + attention(input_layernorm h) + mlp(post_attention_layernorm h).

    The rows of `query_key_value` are [head, (q, k, v), head width]: those of one component lie apart, head by
    head. With `use_parallel_residual` off in the config, the MLP reads h + attention instead of h.
    """

    family = "gpt_neox"
    block_path = "gpt_neox.layers"
    norm_names = ("input_layernorm", "post_attention_layernorm")

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        parallel = bool(self.config.use_parallel_residual)
        self.residual_shape = ResidualShape.PARALLEL if parallel else ResidualShape.SEQUENTIAL

    def between_sublayers(self, block: Any) -> Watch | None:
        if self.residual_shape is ResidualShape.PARALLEL:
            return None
        return partial(on_input, block.post_attention_layernorm)

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        attention, mlp = block.attention, block.mlp
        heads = int(self.config.num_attention_heads)
        fused = [
            MapSite(
                component, attention.query_key_value, "attention.query_key_value", "attn_in",
                heads=heads, interleaved=(part, 3),
            )
            for part, component in enumerate(("q", "k", "v"))
        ]  # fmt: skip
        return (
            *fused,
            MapSite("attn_out", attention.dense, "attention.dense", "attn_mixed"),
            MapSite("mlp_up", mlp.dense_h_to_4h, "mlp.dense_h_to_4h", "mlp_in"),
            MapSite("mlp_down", mlp.dense_4h_to_h, "mlp.dense_4h_to_h", "mlp_hidden"),
        )
