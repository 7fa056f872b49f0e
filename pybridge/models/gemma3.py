"""Gemma 3, the text model: the Llama shape with a second norm around each sublayer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pybridge.models.hooks import Watch, on_input
from pybridge.models.llama import LlamaAdapter
from pybridge.models.residual import ResidualShape


class Gemma3Adapter(LlamaAdapter):
    """h + post_attention_layernorm(attention(input_layernorm h)), then the same around the MLP.

    The update of a sublayer is the *normed* output: the post-norm's gain sets its size, not attn_out or
    mlp_down, whose scale the norm removes. `h_0` is the embedding times √d_model. Local and global attention
    alternate; the model itself gives each block its own mask and rotary angles.
    """

    family = "gemma3_text"
    residual_shape = ResidualShape.POST_NORM
    norm_names = (
        "input_layernorm",
        "post_attention_layernorm",
        "pre_feedforward_layernorm",
        "post_feedforward_layernorm",
    )
    norm_gain_offset = 1.0  # the weight is the gain - 1

    def between_sublayers(self, block: Any) -> Watch:
        return partial(on_input, block.pre_feedforward_layernorm)

    def settings_of(self, kept: Sequence[int]) -> dict[str, Any]:
        # The rule "every sixth block is global", which older configs carry: what stays need not follow it.
        return {"sliding_window_pattern": None} if hasattr(self.config, "sliding_window_pattern") else {}
