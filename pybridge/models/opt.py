"""OPT: an MLP that runs on flattened tokens and, in one size (350m), norms after the sums."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import Tensor, nn

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import Watch, on_flat_input, on_output
from pybridge.models.linear_maps import MapSite
from pybridge.models.residual import ResidualShape


class OPTAdapter(Adapter):
    """`model.decoder.layers[t]`: self_attn_layer_norm, self_attn, final_layer_norm, fc1, fc2.

    With `do_layer_norm_before` off in the config (350m) each norm stands after its sum, and h_t is a normed
    state. The MLP receives (batch · tokens, d_model). Where the embedding is narrower than d_model,
    `project_in` widens it before h_0.
    """

    family = "opt"
    block_path = "model.decoder.layers"
    norm_names = ("self_attn_layer_norm", "final_layer_norm")

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        before = bool(self.config.do_layer_norm_before)
        self.residual_shape = ResidualShape.SEQUENTIAL if before else ResidualShape.NORMED_SUM

    def between_sublayers(self, block: Any) -> Watch:
        if self.residual_shape is ResidualShape.NORMED_SUM:
            return partial(on_output, block.self_attn_layer_norm)
        return partial(on_flat_input, block, block.final_layer_norm)

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        attention, heads = block.self_attn, int(self.config.num_attention_heads)
        flat = partial(partial, on_flat_input, block)
        return (
            MapSite("q", attention.q_proj, "self_attn.q_proj", "attn_in", heads=heads),
            MapSite("k", attention.k_proj, "self_attn.k_proj", "attn_in", heads=heads),
            MapSite("v", attention.v_proj, "self_attn.v_proj", "attn_in", heads=heads),
            MapSite("attn_out", attention.out_proj, "self_attn.out_proj", "attn_mixed"),
            MapSite("mlp_up", block.fc1, "fc1", "mlp_in", watch=flat(block.fc1)),
            MapSite("mlp_down", block.fc2, "fc2", "mlp_hidden", watch=flat(block.fc2)),
        )

    def why_uncovered(self, parameter: str) -> str | None:
        if parameter.startswith("model.decoder.project_"):
            return "outside the blocks (between the embedding's width and d_model)"
        return None

    def stand_in(self, state: Tensor) -> Tensor:
        return state.new_zeros(*state.shape[:-1], int(self.config.word_embed_proj_dim))
