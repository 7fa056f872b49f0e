"""Drift the naive way: compress a block, run the whole model, compare with the clean run."""

from __future__ import annotations

import torch

from pybridge.compress import METHODS, Settings, chosen_maps
from pybridge.compress.method import as_tensor
from pybridge.drift import BlockCompressor, DriftRow, measure_drift
from pybridge.measure.positions import position_sets
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.models.families import adapter_for
from tests.models.tiny import tiny_model

HALF = Settings(sparsity=0.5)
POSITIONS = position_sets(4, 17)


def tiny_adapter(name: str, dtype: torch.dtype = torch.float32) -> Adapter:
    return adapter_for(tiny_model(name, dtype))


def states(adapter: Adapter, ids: torch.Tensor) -> list[torch.Tensor]:
    """h_0 … h_n of one plain forward pass, float64."""
    seen: list[torch.Tensor] = []
    with adapter.observe_residual("block", lambda _point, h: seen.append(h[0].double())):
        adapter.trunk(ids)
    return seen


def naive(adapter: Adapter, ids: torch.Tensor, block: int) -> list[torch.Tensor]:
    """ĥ_0 … ĥ_n of the model with one block compressed by magnitude, by one plain forward pass."""
    views = [view for view in chosen_maps(adapter) if view.block == block]
    snapshots = [view.snapshot() for view in views]
    for view in views:
        view.write(as_tensor(METHODS["magnitude"].compress(view.read(), HALF).weight))
    compressed = states(adapter, ids)
    for snapshot in snapshots:
        snapshot.restore()
    return compressed


def energy(h: torch.Tensor, hhat: torch.Tensor, positions: str) -> float:
    """V over a position set."""
    start = {some.name: some.start for some in POSITIONS}[positions]
    return float(((hhat - h)[start:] ** 2).sum() / (h[start:] ** 2).sum())


def walked(adapter: Adapter, ids: torch.Tensor, *, eps: float = 0.01) -> tuple[DriftRow, ...]:
    """The same for all blocks, by the one walk."""
    compressor = BlockCompressor(adapter, METHODS["magnitude"], HALF)
    h_0 = embedded(adapter, ids)[0]
    blocks, compressing = compressor.blocks, compressor.compressing
    return measure_drift(adapter, h_0, blocks, compressing, POSITIONS, eps=eps, seed=0)
