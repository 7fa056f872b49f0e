"""The norms of a block: what each divides by, and the gain it multiplies with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pybridge.models.offload import value_of


@dataclass(frozen=True)
class NormSite:
    """x ↦ gain ⊙ (x - m) / √(mean of (x - m)² + eps) + bias over d_model, for each position on its own.

    Attributes:
        name: of the module in its block.
        module: handed (batch, tokens, d_model), or the same flattened to (batch · tokens, d_model).
        centred: m is the mean of x (LayerNorm); otherwise m = 0 (RMSNorm).
        eps: added to the mean square, > 0 or 0.
        gain_offset: added to the stored weight; 1 where a family stores gain - 1.
    """

    name: str
    module: nn.Module
    centred: bool
    eps: float
    gain_offset: float

    @property
    def gain(self) -> Float[Tensor, " d_model"] | None:
        """float64 on the CPU; None where the norm has no gain."""
        if getattr(self.module, "weight", None) is None:
            return None
        return value_of(self.module, "weight").detach().to("cpu", torch.float64) + self.gain_offset


def norm_site(block: Any, name: str, gain_offset: float) -> NormSite:
    """The norm `name` of a block; an RMSNorm of transformers calls its eps `variance_epsilon` or `eps`."""
    module = getattr(block, name)
    eps = module.eps if hasattr(module, "eps") else module.variance_epsilon
    return NormSite(name, module, isinstance(module, nn.LayerNorm), float(eps), gain_offset)
