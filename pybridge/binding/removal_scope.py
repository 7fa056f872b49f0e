"""Instances of the scope `removal`, and a row for every removed block and position set.

The factors are Theorem 10b's constants for the error of this very removal: with them the product is a bound.
Factors measured on another error, such as a perturbed embedding, would only be a heuristic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from pybridge.binding.error_noise import noise_of
from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.sequences import Values, upper
from pybridge.binding.steps import CleanStep, ErrorStep, state_vector
from pybridge.measure.blocks import State, wide
from pybridge.measure.positions import PositionSet
from pybridge.measure.progress import SILENT, Progress
from pybridge.measure.removal import RemovalStep, run_removals
from pybridge.models.adapter import Adapter
from pybridge.runtime.backend import Backend
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec


@dataclass(frozen=True)
class RemovalRow:
    """One removed block and position set; every number the upper end of a narrow enclosure.

    Attributes:
        noise: why there are no numbers, or None.
        removal_error: V_{r+1} = ‖h_{r+1} - h_r‖² / ‖h_{r+1}‖², which Theorem E1 gives in closed form.
        downstream: ∏_{t>r} of the factors.
        bound: V_{r+1} times that, Theorem E3's.
        measured: V_n.
        energies: V_{r+1} … V_n.  lipschitz, factors: L_t and Theorem 10b's constant for t = r+1 … n-1, for
            this error.
    """

    block: int
    positions: str
    noise: str | None
    removal_error: float | None = None
    downstream: float | None = None
    bound: float | None = None
    measured: float | None = None
    energies: tuple[float | None, ...] = ()
    lipschitz: tuple[float | None, ...] = ()
    factors: tuple[float | None, ...] = ()

    @property
    def tightness(self) -> float | None:
        """measured / bound, 1 where both are 0."""
        if self.measured is None or self.bound is None:
            return None
        return self.measured / self.bound if self.bound else 1.0


@dataclass
class _Track:
    """What became of one removal's error over one position set, from block r + 1 on."""

    energies: list[EnclosedReal] = field(default_factory=list)
    lipschitz: list[EnclosedReal] = field(default_factory=list)
    factors: list[EnclosedReal] = field(default_factory=list)
    noise: str | None = None


class RemovalScope:
    """Follows every removal's error; afterwards `instances` gives what theorems are put to, and `rows` rows.

    Args:
        removals: blocks, rising.
        dtype: of the model, which sets the noise floor.
        ops: the enclosure arithmetic.
    """

    def __init__(
        self,
        removals: Sequence[int],
        positions: tuple[PositionSet, ...],
        n_blocks: int,
        dtype: torch.dtype,
        ops: Backend,
    ) -> None:
        self._positions, self._n, self._dtype, self._ops = positions, n_blocks, dtype, ops
        self._tracks = {(r, p.name): _Track() for p in positions for r in removals}
        self._last: dict[str, EnclosedVec] = {}

    def see(self, step: RemovalStep) -> None:
        """One block: where its own removal starts, and what it makes of the errors of earlier ones."""
        cleans = {p.name: self._clean(step, p) for p in self._positions}
        if step.removed:
            for name, clean in cleans.items():
                # ĥ_{t+1} = h_t, so the error's first step is from nothing to h_{t+1} - h_t
                self._follow(step.block, name, ErrorStep(clean, clean.h, clean.h), first=True)
        for r, states in step.rows.items():
            ends = [None if state is None else wide(state) for state in states]
            for positions in self._positions:
                clean = cleans[positions.name]
                self._follow(r, positions.name, ErrorStep(clean, *_vectors(clean, ends, positions)))

    def _clean(self, step: RemovalStep, positions: PositionSet) -> CleanStep:
        h = self._last.get(positions.name)
        next_h = self._last[positions.name] = state_vector(step.next_h, positions)
        return CleanStep(self._ops, state_vector(step.h, positions) if h is None else h, next_h)

    def _follow(self, removed: int, positions: str, step: ErrorStep, *, first: bool = False) -> None:
        track = self._tracks[removed, positions]
        track.noise = track.noise or noise_of(step, self._dtype)
        if track.noise is not None:
            return
        if not first:
            track.lipschitz.append(step.lipschitz)
            track.factors.append(step.factor)
        track.energies.append(step.next_energy)

    def instances(self) -> list[Instances]:
        """One for every removed block and position set."""
        return [self._instances(*key, track) for key, track in self._tracks.items()]

    def _instances(self, removed: int, positions: str, track: _Track) -> Instances:
        where = f"block {removed} removed, positions {positions}"
        if track.noise is not None:
            absent = dict.fromkeys(SCOPES["removal"], f"noise: {track.noise}")
            return Instances("removal", where, ("",), {}, absent)
        nothing = [self._ops.real(0)] * (
            removed + 1
        )  # h_0 … h_r carry no error, and no factor is asked there
        given = {
            "block count": self._n,
            "removed block": removed,
            "error energies": Values(nothing + track.energies),
            "step factors": Values(nothing + track.factors),
        }
        return Instances("removal", where, ("",), given)

    def rows(self) -> list[RemovalRow]:
        """By position set, then block."""
        return [self._row(*key, track) for key, track in self._tracks.items()]

    def _row(self, removed: int, positions: str, track: _Track) -> RemovalRow:
        if track.noise is not None:
            return RemovalRow(removed, positions, track.noise)
        first, last = track.energies[0], track.energies[-1]
        downstream = self._ops.product(0, len(track.factors), track.factors.__getitem__)
        return RemovalRow(
            block=removed,
            positions=positions,
            noise=None,
            removal_error=upper(first),
            downstream=upper(downstream),
            bound=upper(downstream * self._ops.upper_end(first)),
            measured=upper(last),
            energies=tuple(map(upper, track.energies)),
            lipschitz=tuple(map(upper, track.lipschitz)),
            factors=tuple(map(upper, track.factors)),
        )


def measure_removals(
    adapter: Adapter,
    h_0: State,
    removals: Sequence[int],
    positions: tuple[PositionSet, ...],
    ops: Backend,
    put: Callable[[Instances], None],
    progress: Progress = SILENT,
) -> list[RemovalRow]:
    """Remove each of the blocks on its own and put the scope `removal`.

    Args: as `run_removals`, `RemovalScope`.
    Raises: NonFiniteError when the clean run overflows.
    """
    if not removals:
        return []
    scope = RemovalScope(removals, positions, adapter.n_blocks, adapter.dtype, ops)
    progress.begin("removing blocks", adapter.n_blocks)

    def see(step: RemovalStep) -> None:
        scope.see(step)
        progress.advance()

    run_removals(adapter, h_0, removals, see)
    for instances in scope.instances():
        put(instances)
    return scope.rows()


def _vectors(
    clean: CleanStep, ends: Sequence[State | None], positions: PositionSet
) -> tuple[EnclosedVec, EnclosedVec]:
    """ĥ and ĥ', the clean vectors themselves where the states are equal."""
    before, after = ends
    return (
        clean.h if before is None else state_vector(before, positions),
        clean.next_h if after is None else state_vector(after, positions),
    )
