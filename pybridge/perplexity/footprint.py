"""What a model weighs as it is stored: bytes, and the zeros among them, which save none of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pybridge.models.offload import stored_tensors
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
    places = stored_tensors(opened.model).values()
    tensors = [getattr(owner, name) for owner, name in places]
    weights = [t for t in tensors if isinstance(t, torch.nn.Parameter)]
    views = opened.adapter.linear_maps()
    entries, zeros = 0, 0
    for view in views:
        matrix = view.read()  # of an offloaded weight, a read from the disk
        entries += matrix.numel()
        zeros += matrix.numel() - int(torch.count_nonzero(matrix))
    return Footprint(sum(w.numel() * w.element_size() for w in weights), entries, zeros)
