"""How much a norm can stretch an error: the bound 1/σ on its Jacobian, position by position.

A norm maps x to γ ⊙ x̃ + β with x̃ = (x - m) / s, s = √(mean (x - m)² + eps); m is the mean (LayerNorm) or 0
(RMSNorm). Its Jacobian is diag(γ) P / s, where P = I - 11ᵀ/d - x̃x̃ᵀ/d (without 11ᵀ/d for RMSNorm) has its
eigenvalues in [0, 1], as ‖x̃‖² ≤ d and 1ᵀx̃ = 0 for LayerNorm. So ‖J‖ ≤ max|γ| / s, and without γ, where d ≥ 3,
‖J‖ = 1/s: it contracts at the positions where s ≥ 1, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.measure.positions import PositionSet
from pybridge.measure.rows import QUANTILES
from pybridge.models.adapter import Adapter
from pybridge.models.hooks import all_of, on_input
from pybridge.models.norms import NormSite


@dataclass(frozen=True)
class NormRow:
    """One norm of one block over a position set, all sequences together.

    Attributes:
        kind: `LayerNorm` or `RMSNorm`.
        largest_gain: max|γ|; 1 for a norm without a gain.
        inverse_sigma: QUANTILES over positions of 1/s, the norm's Lipschitz constant without its gain.
        largest_inverse_sigma: its maximum.
        contracting: share of positions with 1/s ≤ 1.
        bound: QUANTILES of max|γ| / s; largest_bound: its maximum.
        contracting_with_gain: share of positions with max|γ| / s ≤ 1.
    """

    block: int
    norm: str
    kind: str
    positions: str
    largest_gain: float
    inverse_sigma: tuple[float, ...]
    largest_inverse_sigma: float
    contracting: float
    bound: tuple[float, ...]
    largest_bound: float
    contracting_with_gain: float


def inverse_sigma(site: NormSite, x: Float[Tensor, "tokens d_model"]) -> Float[Tensor, " tokens"]:
    """1/s of each position, float64: the Lipschitz constant of the norm at x, its gain left out."""
    wide = x.detach().to("cpu", torch.float64)
    centred = wide - wide.mean(dim=-1, keepdim=True) if site.centred else wide
    return (torch.linalg.vecdot(centred, centred) / wide.shape[-1] + site.eps).rsqrt()


def largest_gain(site: NormSite) -> float:
    """max|γ|"""
    gain = site.gain
    return 1.0 if gain is None else float(gain.abs().max())


@dataclass
class NormWatch:
    """1/s by block and norm, one tensor a sequence."""

    seen: dict[tuple[int, str], list[Tensor]] = field(default_factory=dict)

    @contextmanager
    def of_the_clean_row(self, adapter: Adapter, tokens: int) -> Iterator[None]:
        """While open, a forward pass adds the norms' inputs of its first row."""

        def see(key: tuple[int, str], site: NormSite, x: Tensor) -> None:
            clean = x.reshape(-1, x.shape[-1])[:tokens]  # some families hand over (batch · tokens, d_model)
            self.seen.setdefault(key, []).append(inverse_sigma(site, clean))

        watches = [
            on_input(site.module, lambda x, key=(t, site.name), site=site: see(key, site, x))
            for t, block in enumerate(adapter.blocks)
            for site in adapter.norms(block)
        ]
        with all_of(watches):
            yield

    def rows(self, adapter: Adapter, positions: tuple[PositionSet, ...]) -> tuple[NormRow, ...]:
        """One row for every norm and position set."""
        sites = {(t, s.name): s for t, block in enumerate(adapter.blocks) for s in adapter.norms(block)}
        return tuple(
            _row(key, sites[key], torch.cat([values[chosen.rows] for values in several]), chosen.name)
            for key, several in self.seen.items()
            for chosen in positions
        )


def _row(key: tuple[int, str], site: NormSite, values: Tensor, positions: str) -> NormRow:
    gain = largest_gain(site)
    levels = torch.quantile(values, torch.tensor(QUANTILES, dtype=values.dtype))
    return NormRow(
        block=key[0],
        norm=key[1],
        kind="LayerNorm" if site.centred else "RMSNorm",
        positions=positions,
        largest_gain=gain,
        inverse_sigma=tuple(levels.tolist()),
        largest_inverse_sigma=float(values.max()),
        contracting=float((values <= 1).double().mean()),
        bound=tuple((gain * levels).tolist()),
        largest_bound=gain * float(values.max()),
        contracting_with_gain=float((gain * values <= 1).double().mean()),
    )
