"""The two ends of a model: what its embedding and its head do without any block between them."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.models.adapter import Adapter
from pybridge.models.hooks import bypassing, replacing_input


def embedded(
    adapter: Adapter, input_ids: Int[Tensor, "batch tokens"]
) -> Float[Tensor, "batch tokens d_model"]:
    """h_0.

    Raises: SettingError if the tokens do not fit the context.
    """
    with bypassing(adapter.blocks, list(range(adapter.n_blocks))):
        return adapter.trunk(input_ids)


def logits_of(
    adapter: Adapter, last: Float[Tensor, "batch tokens d_model"]
) -> Float[Tensor, "batch tokens vocabulary"]:
    """What the model makes of h_n: it runs with every block bypassed and `last` in place of what they hand
    on, so that whatever a family does between its last block and its logits is done.
    """
    model: Any = adapter.model
    with (
        torch.no_grad(),
        bypassing(adapter.blocks, list(range(adapter.n_blocks))),
        replacing_input(adapter.blocks[-1], lambda _ignored: last),
    ):
        return model(inputs_embeds=adapter.stand_in(last), use_cache=False).logits
