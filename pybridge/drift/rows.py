"""What each block's compression did to the end of the model, in numbers, over each position set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from pybridge.drift.walk import DriftStep
from pybridge.measure.blocks import State, wide
from pybridge.measure.energies import energies_of_update
from pybridge.measure.noise import noise_reason
from pybridge.measure.positions import PositionSet
from pybridge.measure.rows import ProfileRow, profile_row
from pybridge.measure.summary import downstream_products

NO_CHANGE = "compressing this block changes nothing it computes here"
NOT_CHOSEN = "no map of this block is chosen"
NOT_FINITE = "with this block compressed the model computes NaN or infinity"


@dataclass(frozen=True)
class DriftRow:
    """Block t compressed alone, over one position set; V = ‖ĥ - h‖² / ‖h‖², Frobenius over tokens × d_model.

    Attributes:
        injected: V_{t+1}, what the compression of the block puts in.
        drift: V_n, what is there after the last block, before the final norm.
        left_out: why `injected` and `drift` are None.
        rho: ρ_t of the perturbation of h_0; None within the noise floor.
        downstream: ∏_{s>t} ρ_s of that perturbation. It bounds no other error: a heuristic here. None where a
            later ρ is within the noise floor, or the product overflows.
    """

    block: int
    positions: str
    injected: float | None
    drift: float | None
    left_out: str | None
    rho: float | None
    downstream: float | None

    @property
    def amplification(self) -> float | None:
        """V_n / V_{t+1}: what the rest of the network made of this very error."""
        return None if self.drift is None or not self.injected else self.drift / self.injected


class DriftRows:
    """Collects a walk, block by block; states are read and forgotten.

    Args:
        eps: of the perturbation, for its profile rows.
        dtype: of the model, which sets the noise floor.
    """

    def __init__(self, positions: Sequence[PositionSet], eps: float, dtype: torch.dtype) -> None:
        self._positions, self._eps, self._dtype = tuple(positions), eps, dtype
        self._profile: list[tuple[ProfileRow, ...]] = []
        self._injected: dict[int, tuple[float | str, ...]] = {}
        self._last: State | None = None

    def see(self, step: DriftStep) -> None:
        transition = step.transition
        (energies,) = energies_of_update(transition.before, transition.after)
        self._profile.append(
            tuple(
                profile_row(transition.update, self._eps, positions, energies, self._dtype)
                for positions in self._positions
            )
        )
        if step.compressed is not None:
            self._injected[step.block] = self._energies(step.next_h, step.compressed, "injected")
        self._last = step.next_h

    def rows(self, ends: Mapping[int, State | None]) -> tuple[DriftRow, ...]:
        """By position set, then block.

        Args:
            ends: as `run_drift` returns them.
        """
        assert self._last is not None
        drifts = {
            block: self._energies(self._last, self._last if end is None else wide(end), "last")
            for block, end in ends.items()
        }
        return tuple(
            row for i, positions in enumerate(self._positions) for row in self._of(i, positions.name, drifts)
        )

    def _of(
        self, index: int, positions: str, drifts: Mapping[int, tuple[float | str, ...]]
    ) -> list[DriftRow]:
        profile = [of_block[index] for of_block in self._profile]
        rhos = [row.error.rho if row.error else None for row in profile]
        found = []
        for block, downstream in enumerate(downstream_products(rhos)):
            pair = _pair(self._injected.get(block), drifts.get(block), index)
            injected, drift = (None, None) if isinstance(pair, str) else pair
            left_out = pair if isinstance(pair, str) else None
            product = downstream if downstream is not None and math.isfinite(downstream) else None
            found.append(DriftRow(block, positions, injected, drift, left_out, rhos[block], product))
        return found

    def _energies(self, h: State, hhat: State, where: str) -> tuple[float | str, ...]:
        """V over each position set, or why it is not to be reported."""
        if not bool(torch.isfinite(hhat).all()):
            return (NOT_FINITE,) * len(self._positions)
        errors, states = (hhat - h).square().sum(-1), h.square().sum(-1)
        return tuple(
            self._energy(float(errors[some.rows].sum()), float(states[some.rows].sum()), where)
            for some in self._positions
        )

    def _energy(self, error_sq: float, state_sq: float, where: str) -> float | str:
        if error_sq == 0 and state_sq > 0:
            return 0.0
        return noise_reason(error_sq, state_sq, self._dtype, where) or error_sq / state_sq


def _pair(
    injected: tuple[float | str, ...] | None, drift: tuple[float | str, ...] | None, index: int
) -> tuple[float, float] | str:
    """V_{t+1} and V_n, or why this block is left out."""
    if injected is None or drift is None:
        return NOT_CHOSEN
    before, after = injected[index], drift[index]
    if isinstance(before, str):
        return before
    if before == 0:
        return NO_CHANGE
    return after if isinstance(after, str) else (before, after)
