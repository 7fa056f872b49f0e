"""One row of a profile: a residual update under one perturbation, over one position set."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from pybridge.measure.energies import Energies, Sums
from pybridge.measure.noise import noise_reason
from pybridge.measure.positions import PositionSet

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class UpdateName:
    """Which residual update: a whole block, or its attention or MLP."""

    block: int
    sublayer: str | None = None

    @classmethod
    def parse(cls, name: str) -> UpdateName:
        """`"3"` or `"3.mlp"`."""
        block, _, sublayer = name.partition(".")
        return cls(int(block), sublayer or None)

    def __str__(self) -> str:
        return f"{self.block}.{self.sublayer}" if self.sublayer else str(self.block)


@dataclass(frozen=True)
class ErrorRatios:
    """What the arriving error did; absent (None in the row) where it is within the noise floor.

    Attributes:
        L: ‖û - u‖ / ‖e‖, the directional Lipschitz ratio: a diagnosis of this perturbation, not a
            certificate.
        rho: V(t+1) / V(t), on squared norms. `rho_amplitude` is √ρ.
        beta_sq: ‖e_{t+1}‖² / ‖e_t‖².
        cos_phi: ⟨e, û - u⟩ / (‖e‖ ‖û - u‖), 0 where û = u.
        condition_holds: (1 + L)² < 1 + 2 g cosθ + g², the hypothesis of Theorem 10.
        bound: (1 + L)² / (1 + 2 g cosθ + g²), the bound of Theorem 10 on ρ; None where the denominator is 0.
        identity: (1 + 2 L cosφ + L²) / (1 + 2 g cosθ + g²), which Theorem 10a says is ρ; None likewise.
        lost_to_alignment: bound - identity = 2 L (1 - cosφ) / (1 + 2 g cosθ + g²): what the step cosφ ≤ 1
            loses.
        relative_error_in, relative_error_out: ‖e‖ / ‖h‖ before and after the update.
    """

    L: float
    rho: float
    rho_amplitude: float
    beta_sq: float
    cos_phi: float
    condition_holds: bool
    bound: float | None
    identity: float | None
    lost_to_alignment: float | None
    relative_error_in: float
    relative_error_out: float

    @property
    def V(self) -> float:
        """V(t) = ‖e_t‖² / ‖h_t‖²; `next_V` is V(t+1)."""
        return self.relative_error_in**2

    @property
    def next_V(self) -> float:
        return self.relative_error_out**2


@dataclass(frozen=True)
class ProfileRow:
    """Theorem 10's quantities of one update, sequence norms (Frobenius over the position set × d_model).

    Attributes:
        g: ‖u‖ / ‖h‖.   cos_theta: ⟨h, u⟩ / (‖h‖ ‖u‖), 0 where u = 0.   alpha_sq: ‖h + u‖² / ‖h‖².
        growth: 1 + 2 g cosθ + g², which Theorem C0 says is alpha_sq.
        error: None within the noise floor, and then `noise` says why.
        token_quantiles: per quantity its QUANTILES over positions, each position with its own norm.
    """

    update: UpdateName
    eps: float
    positions: str
    g: float
    cos_theta: float
    alpha_sq: float
    growth: float
    error: ErrorRatios | None
    noise: str | None
    token_quantiles: dict[str, tuple[float, ...]]


def _ratio(numerator: float, denominator: float) -> float:
    """a / b with Lean's a / 0 = 0."""
    return numerator / denominator if denominator else 0.0


def profile_row(
    update: UpdateName, eps: float, positions: PositionSet, energies: Energies, dtype: torch.dtype
) -> ProfileRow:
    """The row of one update from its energies."""
    sums = energies.over(positions)
    g = math.sqrt(_ratio(sums.update, sums.state))
    cos_theta = _ratio(sums.state_update, math.sqrt(sums.state) * math.sqrt(sums.update))
    growth = 1 + 2 * g * cos_theta + g**2
    noise = noise_reason(sums.error, sums.state, dtype, "incoming") or noise_reason(
        sums.next_error, sums.next_state, dtype, "outgoing"
    )
    return ProfileRow(
        update=update,
        eps=eps,
        positions=positions.name,
        g=g,
        cos_theta=cos_theta,
        alpha_sq=_ratio(sums.next_state, sums.state),
        growth=growth,
        error=None if noise else _error_ratios(sums, growth),
        noise=noise,
        token_quantiles=_token_quantiles(energies, positions, with_error=noise is None),
    )


def _error_ratios(sums: Sums, growth: float) -> ErrorRatios:
    L = math.sqrt(sums.error_update / sums.error)
    cos_phi = _ratio(sums.error_dot, math.sqrt(sums.error) * math.sqrt(sums.error_update))
    before, after = sums.error / sums.state, sums.next_error / sums.next_state
    grows = growth > 0
    return ErrorRatios(
        L=L,
        rho=after / before,
        rho_amplitude=math.sqrt(after / before),
        beta_sq=sums.next_error / sums.error,
        cos_phi=cos_phi,
        condition_holds=growth > (1 + L) ** 2,
        bound=(1 + L) ** 2 / growth if grows else None,
        identity=(1 + 2 * L * cos_phi + L**2) / growth if grows else None,
        lost_to_alignment=2 * L * (1 - cos_phi) / growth if grows else None,
        relative_error_in=math.sqrt(before),
        relative_error_out=math.sqrt(after),
    )


def _token_quantiles(
    energies: Energies, positions: PositionSet, *, with_error: bool
) -> dict[str, tuple[float, ...]]:
    """Quantiles over positions; a position where a denominator is zero (causal error not yet arrived) is left
    out.
    """
    e = {name: getattr(energies, name)[positions.rows] for name in energies.__dataclass_fields__}
    found = {
        "g": (e["update"] / e["state"]).sqrt(),
        "cos_theta": e["state_update"] / (e["state"] * e["update"]).sqrt(),
    }
    if with_error:
        found["L"] = (e["error_update"] / e["error"]).sqrt()
        found["rho"] = (e["next_error"] / e["next_state"]) / (e["error"] / e["state"])
    together = torch.stack(tuple(found.values()))
    if bool(torch.isfinite(together).all()):  # one call for all of them
        levels = torch.quantile(together, torch.tensor(QUANTILES, dtype=together.dtype), dim=1)
        return dict(zip(found, map(tuple, levels.T.tolist()), strict=True))
    return {name: _quantiles(values) for name, values in found.items()}


def _quantiles(values: torch.Tensor) -> tuple[float, ...]:
    finite = values[torch.isfinite(values)]
    if len(finite) == 0:
        return ()
    return tuple(torch.quantile(finite, torch.tensor(QUANTILES, dtype=finite.dtype)).tolist())
