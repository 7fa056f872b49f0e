"""GPT-2: Conv1D weights stored (in, out), and q, k, v fused into one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import Watch, on_input
from pybridge.models.linear_maps import MapSite
from pybridge.models.residual import ResidualShape


class GPT2Adapter(Adapter):
    """`transformer.h[t]`: ln_1, attn (c_attn, c_proj), ln_2, mlp (c_fc, c_proj)."""

    family = "gpt2"
    residual_shape = ResidualShape.SEQUENTIAL
    block_path = "transformer.h"
    norm_names = ("ln_1", "ln_2")

    def between_sublayers(self, block: Any) -> Watch:
        return partial(on_input, block.ln_2)

    def sites(self, block: Any) -> tuple[MapSite, ...]:
        width, heads = self.d_model, int(self.config.num_attention_heads)
        fused = [
            MapSite(
                component, block.attn.c_attn, "attn.c_attn", "attn_in", transposed=True,
                rows=range(part * width, (part + 1) * width), heads=heads,
            )
            for part, component in enumerate(("q", "k", "v"))
        ]  # fmt: skip
        return (
            *fused,
            MapSite("attn_out", block.attn.c_proj, "attn.c_proj", "attn_mixed", transposed=True),
            MapSite("mlp_up", block.mlp.c_fc, "mlp.c_fc", "mlp_in", transposed=True),
            MapSite("mlp_down", block.mlp.c_proj, "mlp.c_proj", "mlp_hidden", transposed=True),
        )

    def why_not_only(self, kept: Sequence[int]) -> str | None:
        if self.config.scale_attn_by_inverse_layer_idx and list(kept) != list(range(len(kept))):
            return (
                "this model divides the attention scores of block t by t + 1 "
                "(`scale_attn_by_inverse_layer_idx`), so a block that moves up computes something else. "
                "Remove blocks from the end only."
            )
        return None
