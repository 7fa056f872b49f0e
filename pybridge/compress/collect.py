"""Sums over tokens, added up batch by batch in float64."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.compress.statistics import ENERGY, GRAM, wide


@dataclass(eq=False)
class InputSums:
    """Σ x_j² and, where asked, Σ x xᵀ of the inputs of one map seen so far.

    Attributes:
        needs: which sums to keep; the energy is the diagonal of the Gram matrix where that is kept.
    """

    needs: Set[str]
    tokens: int = 0
    _energy: Tensor | None = None
    _gram: Tensor | None = None

    def add(self, inputs: Float[Tensor, "... in"]) -> None:
        rows = inputs.detach().reshape(-1, inputs.shape[-1])
        self.tokens += rows.shape[0]
        if GRAM in self.needs:
            self._gram = _plus(self._gram, gram(rows))
        elif ENERGY in self.needs:
            self._energy = _plus(self._energy, energy(rows))

    @property
    def energy(self) -> Tensor | None:
        return self._gram.diagonal() if self._gram is not None else self._energy

    @property
    def gram(self) -> Tensor | None:
        return self._gram


def energy(rows: Float[Tensor, "tokens in"]) -> Float[Tensor, " in"]:
    """Σ_t x_tj² in float64; the squares of narrower floats are exact there."""
    if rows.device.type != "cpu":
        return wide(rows).square().sum(0)
    # einsum widens a few kilobytes at a time: many times faster here than a float64 copy of the inputs
    array = (rows if rows.dtype in (torch.float32, torch.float64) else rows.float()).numpy()
    return torch.from_numpy(np.einsum("tj,tj->j", array, array, dtype=np.float64))


def gram(rows: Float[Tensor, "tokens features"]) -> Float[Tensor, "features features"]:
    """Σ_t x_t x_tᵀ in float64."""
    matrix = wide(rows)
    return matrix.T @ matrix


def _plus(total: Tensor | None, more: Tensor) -> Tensor:
    return more if total is None else total.add_(more)
