"""Squared norms and inner products of one residual update, position by position, in float64.

Everything a profile says of a block is a ratio of sums of these numbers, so a block's states are read once,
for every position set and every ε together, and then forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.errors import NonFiniteError
from pybridge.measure.positions import PositionSet

PerToken = Float[Tensor, " tokens"]


@dataclass(frozen=True)
class Energies:
    """Of one update h → h + u and one perturbed run ĥ → ĥ + û; e = ĥ - h, d = û - u, all float64.

    The same fields hold per-position tensors, and their sums over a position set.
    """

    state: PerToken
    """‖h‖²"""
    update: PerToken
    """‖u‖²"""
    state_update: PerToken
    """⟨h, u⟩"""
    next_state: PerToken
    """‖h + u‖²"""
    error: PerToken
    """‖e‖²"""
    error_update: PerToken
    """‖d‖²"""
    error_dot: PerToken
    """⟨e, d⟩"""
    next_error: PerToken
    """‖e + d‖²"""

    def over(self, positions: PositionSet) -> Sums:
        """Sums over a position set: squared Frobenius norms over tokens × d_model."""
        return Sums(*(float(getattr(self, f.name)[positions.rows].sum()) for f in fields(self)))


@dataclass(frozen=True)
class Sums:
    """`Energies` summed over a position set."""

    state: float
    update: float
    state_update: float
    next_state: float
    error: float
    error_update: float
    error_dot: float
    next_error: float


def _dot(left: Tensor, right: Tensor) -> Tensor:
    return torch.linalg.vecdot(left, right, dim=-1)


def energies_of_update(
    before: Float[Tensor, "rows tokens d_model"], after: Float[Tensor, "rows tokens d_model"]
) -> tuple[Energies, ...]:
    """Energies of each perturbed row 1 … k against the clean row 0, from two successive points."""
    h, next_h = before[0], after[0]
    u = next_h - h
    clean = (_dot(h, h), _dot(u, u), _dot(h, u), _dot(next_h, next_h))
    return tuple(
        Energies(*clean, *_error_energies(h, next_h, b, a))
        for b, a in zip(before[1:], after[1:], strict=True)
    )


def _error_energies(h: Tensor, next_h: Tensor, hhat: Tensor, next_hhat: Tensor) -> tuple[Tensor, ...]:
    e, next_e = hhat - h, next_hhat - next_h
    d = next_e - e
    return _dot(e, e), _dot(d, d), _dot(e, d), _dot(next_e, next_e)


def require_finite(state: Float[Tensor, "rows tokens d_model"], point: str) -> None:
    """Raises: NonFiniteError naming the residual point, the run and the first position that is not finite."""
    if bool(torch.isfinite(state.sum())):
        return
    bad = (~torch.isfinite(state)).any(dim=-1).nonzero()
    if len(bad) == 0:  # the sum overflowed, the entries did not
        return
    row, token = (int(i) for i in bad[0])
    run = "clean run" if row == 0 else f"perturbed run {row}"
    if row == 0:
        advice = "The weights are damaged or the dtype is too narrow; try --dtype float32."
    else:
        advice = "The perturbation is too large for the dtype; give a smaller --eps or --dtype float32."
    raise NonFiniteError(
        f"Activations contain NaN or infinity: residual stream {point}, {run}, position {token} "
        f"is the first. {advice}"
    )
