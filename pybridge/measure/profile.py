"""The propagation profile: every residual update of a model under k perturbations, in one batched forward
pass.

Scalars are kept, states are not: only the previous point's states are alive while the next block runs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.measure.energies import Energies, energies_of_update, require_finite
from pybridge.measure.noise import refuse_below_floor
from pybridge.measure.perturb import run_rows
from pybridge.measure.positions import PositionSet
from pybridge.measure.rows import ProfileRow, UpdateName, profile_row
from pybridge.models.adapter import Adapter


@dataclass(frozen=True)
class Transition:
    """One residual update as the rows [clean, ε_1 … ε_k] saw it, float64 on the CPU.

    Attributes:
        before, after: (rows, tokens, d_model), the states at the update's two ends.
    """

    update: UpdateName
    before: Float[Tensor, "rows tokens d_model"]
    after: Float[Tensor, "rows tokens d_model"]

    @cached_property
    def energies(self) -> tuple[Energies, ...]:
        """Of each perturbed row against the clean one, computed once for all who ask."""
        return energies_of_update(self.before, self.after)


@dataclass(frozen=True)
class ProfileSpec:
    """What is asked of a profile.

    Attributes:
        eps: relative sizes of the perturbations, each in its own row of one batch.
        seed: of the Gaussian direction, which all ε share.
        granularity: `block` or `sublayer`.
        positions: position sets, each with its own rows.
    """

    eps: tuple[float, ...]
    seed: int
    granularity: str
    positions: tuple[PositionSet, ...]


def watch_transitions(
    adapter: Adapter, granularity: str, see: Callable[[Transition], None]
) -> AbstractContextManager[None]:
    """While open, `see` is called after every residual update with the states at its two ends.

    Raises (from the forward pass): NonFiniteError naming the residual point.
    """
    updates = tuple(UpdateName.parse(name) for name in adapter.updates(granularity))
    points = adapter.points(granularity)
    previous: list[Tensor] = []

    def at_point(point: int, state: Tensor) -> None:
        wide = state.detach().to("cpu", torch.float64, copy=True)
        require_finite(wide, points[point])
        if previous:
            see(Transition(updates[point - 1], previous.pop(), wide))
        previous.append(wide)

    return adapter.observe_residual(granularity, at_point)


def measure_profile(
    adapter: Adapter,
    input_ids: Int[Tensor, "1 tokens"],
    spec: ProfileSpec,
    also: Callable[[Transition, tuple[ProfileRow, ...]], None] = lambda transition, rows: None,
) -> tuple[ProfileRow, ...]:
    """g, cosθ, L, ρ, α², β² and Theorem 10's condition, bound and identity, by ε, position set and update.

    Args:
        also: sees every transition too, with its rows (by ε, then position set), while its states are alive.
    Raises: SettingError for an ε below the noise floor of the model's dtype; NonFiniteError for NaN or
        infinity.
    Source: arXiv:2603.20991v1 §5.2; Lean `relative_error_ratio_identity`, `preln_contraction_bound`.
    """
    for eps in spec.eps:
        refuse_below_floor(eps, adapter.dtype)
    measured: list[tuple[ProfileRow, ...]] = []

    def measure(transition: Transition) -> None:
        rows = tuple(
            profile_row(transition.update, eps, positions, of_row, adapter.dtype)
            for eps, of_row in zip(spec.eps, transition.energies, strict=True)
            for positions in spec.positions
        )
        measured.append(rows)
        also(transition, rows)

    with watch_transitions(adapter, spec.granularity, measure):
        run_rows(adapter, input_ids, spec.eps, spec.seed)
    return tuple(row for of_one_setting in zip(*measured, strict=True) for row in of_one_setting)
