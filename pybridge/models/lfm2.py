"""LFM2: blocks of grouped-query attention among blocks of a gated short convolution."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import Watch, on_input
from pybridge.models.linear_maps import MapSite
from pybridge.models.residual import ResidualShape


class LFM2Adapter(Adapter):
    """`model.layers[t]`: operator_norm, self_attn or conv, ffn_norm, feed_forward (w1 gate, w3 up, w2 down).

    A convolution block maps x to `out_proj(C ⊙ conv(B ⊙ z))` with `(B, C, z) = in_proj x`; the convolution
    between the two matrices filters each channel along the tokens.
    """

    family = "lfm2"
    residual_shape = ResidualShape.SEQUENTIAL
    block_path = "model.layers"
    norm_names = ("operator_norm", "ffn_norm")

    def between_sublayers(self, block: Any) -> Watch:
        return partial(on_input, block.ffn_norm)

    def sublayers(self, block: Any) -> tuple[str, str]:
        return ("attention" if block.is_attention_layer else "conv", "mlp")

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        mlp = block.feed_forward
        return (
            *(self._attention(block.self_attn) if block.is_attention_layer else _convolution(block.conv)),
            MapSite("mlp_gate", mlp.w1, "feed_forward.w1", "mlp_in"),
            MapSite("mlp_up", mlp.w3, "feed_forward.w3", "mlp_in"),
            MapSite("mlp_down", mlp.w2, "feed_forward.w2", "mlp_hidden"),
        )

    def why_uncovered(self, parameter: str) -> str | None:
        if parameter.endswith(".conv.conv.weight"):
            return "a depthwise convolution: it filters each channel along the tokens and mixes no features"
        return None

    def settings_of(self, kept: Sequence[int]) -> dict[str, Any]:
        if self.config.full_attn_idxs is None:
            return {}
        return {"full_attn_idxs": [new for new, t in enumerate(kept) if self._attends(t)]}

    def why_not_only(self, kept: Sequence[int]) -> str | None:
        if not any(self._attends(t) for t in kept):
            return (
                "no attention block would stay, and generation with a cache counts the tokens it has seen "
                "in one. Keep at least one attention block."
            )
        return None

    def _attends(self, t: int) -> bool:
        block: Any = self.blocks[t]
        return block.is_attention_layer

    def _attention(self, attention: Any) -> tuple[MapSite, ...]:
        heads, shared_heads = int(self.config.num_attention_heads), int(self.config.num_key_value_heads)
        return (
            MapSite("q", attention.q_proj, "self_attn.q_proj", "attn_in", heads=heads),
            MapSite("k", attention.k_proj, "self_attn.k_proj", "attn_in", heads=shared_heads),
            MapSite("v", attention.v_proj, "self_attn.v_proj", "attn_in", heads=shared_heads),
            MapSite("attn_out", attention.out_proj, "self_attn.out_proj", "attn_mixed"),
        )


def _convolution(conv: Any) -> tuple[MapSite, ...]:
    return (
        MapSite("conv_in", conv.in_proj, "conv.in_proj", "conv_in"),
        MapSite("conv_out", conv.out_proj, "conv.out_proj", "conv_mixed"),
    )
