"""What a model weighs as it is stored: bytes, and the zeros among them, which save none of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pybridge.models.opening import OpenModel


@dataclass(frozen=True)
class Footprint:
    """Size of the weights in memory, dense.

    Attributes:
        weight_bytes: of all parameters, tied ones once.
        map_weights, map_zeros: entries of the linear maps (embeddings and head are not among them), and how
            many of them are exactly 0.
    """

    weight_bytes: int
    map_weights: int
    map_zeros: int

    @property
    def sparsity(self) -> float:
        """Zeros over entries of the linear maps."""
        return self.map_zeros / self.map_weights if self.map_weights else 0.0


def footprint_of(opened: OpenModel) -> Footprint:
    """Counted, not derived from any setting."""
    tensors = {p.data_ptr(): p.numel() * p.element_size() for p in opened.model.parameters()}
    views = opened.adapter.linear_maps()
    entries = sum(view.read().numel() for view in views)
    zeros = sum(view.read().numel() - int(torch.count_nonzero(view.read())) for view in views)
    return Footprint(sum(tensors.values()), entries, zeros)
