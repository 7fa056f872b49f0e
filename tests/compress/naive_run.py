"""The naive reference of calibration: forward passes of the whole model, nothing shared, nothing clever."""

from __future__ import annotations

import torch
from torch import Tensor

from pybridge.models.adapter import Adapter


def inputs_of(adapter: Adapter, names: list[str], calibration: Tensor) -> dict[str, Tensor]:
    """input_key → the inputs of the named maps when the whole model runs as it is: (tokens, in), float64."""
    seen: dict[str, list[Tensor]] = {}

    def see(key: str, x: Tensor) -> None:
        seen.setdefault(key, []).append(x.double().reshape(-1, x.shape[-1]))

    with adapter.observe_inputs(names, see):
        for row in calibration:
            adapter.trunk(row[None])
    return {key: torch.cat(inputs) for key, inputs in seen.items()}


def pruned_rows(weight: Tensor, norms: Tensor, sparsity: float) -> Tensor:
    """Wanda as its authors write it: sort each row's scores, zero the smallest."""
    scores = weight.double().abs() * norms
    order = scores.sort(dim=1, stable=True).indices
    pruned = weight.clone()
    pruned.scatter_(1, order[:, : round(sparsity * weight.shape[1])], 0.0)
    return pruned


def sequential_wanda(adapter: Adapter, calibration: Tensor, sparsity: float, *, one_pass: bool) -> None:
    """Prune in place, running the whole model from its tokens for every block."""
    views = adapter.linear_maps()
    dense = inputs_of(adapter, [v.name for v in views], calibration)
    for block in range(adapter.n_blocks):
        group = [view for view in views if view.block == block]
        found = dense if one_pass else inputs_of(adapter, [v.name for v in group], calibration)
        for view in group:
            norms = found[view.input_key].square().sum(0).sqrt()
            view.write(pruned_rows(view.read(), norms, sparsity))
