"""Instances of the scopes `step` and `lockstep`: the compressed model beside the dense one, in enclosed
numbers.

One batch is one block and position set, then the whole model for one position set. Amplitudes, not energies:
squares of sums have a cross term, and one injection after another adds up only in amplitudes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from pybridge.binding.error_noise import noise_of
from pybridge.binding.injected import InjectedStep
from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.lockstep_rows import EndToEnd, LockstepRow, row_of
from pybridge.binding.lockstep_values import Run, of_the_dense, of_the_run, of_the_step
from pybridge.binding.steps import CleanStep, state_vector
from pybridge.measure.blocks import State
from pybridge.measure.lockstep import LockstepStep, run_lockstep
from pybridge.measure.positions import PositionSet
from pybridge.measure.progress import SILENT, Progress
from pybridge.measure.swap import Replacement
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.backend import Backend
from pybridge.runtime.enclosure import EnclosedVec

OF_THE_COMPRESSED = SCOPES["step"] - {"state", "update"}
"""What a step has only with a compressed run beside the dense one."""


NO_ERROR_YET = "no map is compressed up to this block: there is no error to bound"


@dataclass(frozen=True)
class Wording:
    """What instances and reasons call the run beside the dense one.

    Attributes:
        step: with `{}` where the block's number goes.
    """

    step: str
    whole: str
    no_error_yet: str


COMPRESSED = Wording("block {} compressed", "compressed model", NO_ERROR_YET)


class LockstepScope:
    """Turns lockstep steps into instances and rows; afterwards `runs` gives the scope `lockstep`.

    Args:
        dtype: of the model, which sets the noise floor.
        ops: the enclosure arithmetic.
        put: receives every batch of instances while the states are alive.
        wording: what the other run is, if no maps are compressed in it.
    """

    def __init__(
        self,
        positions: tuple[PositionSet, ...],
        dtype: torch.dtype,
        ops: Backend,
        put: Callable[[Instances], None],
        wording: Wording = COMPRESSED,
    ) -> None:
        self._positions, self._dtype, self._ops, self._put = positions, dtype, ops, put
        self._wording = wording
        self._runs = {p.name: Run() for p in positions}
        self._last: dict[str, tuple[EnclosedVec, EnclosedVec]] = {}

    def see(self, step: LockstepStep) -> None:
        """Instances of one block for every position set."""
        for positions in self._positions:
            run = self._runs[positions.name]
            where = f"{self._wording.step.format(step.block)}, positions {positions.name}"
            enclosed = self._enclosed(step, positions)
            noise = noise_of(enclosed, self._dtype)
            if noise is not None:
                run.reason = run.reason or f"block {step.block}: {noise}"
                run.rows.append(LockstepRow(step.block, positions.name, noise))
                self._put(_without_an_error(enclosed, where, f"noise: {noise}"))
                continue
            run.add(enclosed)
            run.rows.append(row_of(enclosed, step.block, positions.name))
            if enclosed.nothing_happens:
                self._put(_without_an_error(enclosed, where, self._wording.no_error_yet))
            else:
                self._put(Instances("step", where, ("",), of_the_step(enclosed)))

    def stop(self, reason: str) -> None:
        """The compressed run has ended early."""
        for run in self._runs.values():
            run.reason = run.reason or reason

    @property
    def rows(self) -> list[LockstepRow]:
        """By position set, then block."""
        return [row for run in self._runs.values() for row in run.rows]

    def end_to_end(self) -> list[EndToEnd]:
        """The last error beside its bounds, by position set."""
        return [run.end_to_end(self._ops, positions) for positions, run in self._runs.items()]

    def runs(self) -> Iterator[Instances]:
        """Instances of the scope `lockstep`, one for every position set."""
        for positions, run in self._runs.items():
            where = f"{self._wording.whole}, positions {positions}"
            if run.reason is not None:
                absent = dict.fromkeys(SCOPES["lockstep"], run.reason)
                yield Instances("lockstep", where, ("",), {}, absent)
            else:
                yield Instances("lockstep", where, ("",), of_the_run(self._ops, run))

    def _enclosed(self, step: LockstepStep, positions: PositionSet) -> InjectedStep:
        """The step over a position set; what left the last block enters this one, equal states are one."""
        known: dict[int, EnclosedVec] = {}

        def vector(state: torch.Tensor) -> EnclosedVec:
            if id(state) not in known:
                known[id(state)] = state_vector(state, positions)
            return known[id(state)]

        if positions.name in self._last:
            known |= dict(zip((id(step.h), id(step.hhat)), self._last[positions.name], strict=True))
        h, hhat, next_h, next_hhat = (vector(s) for s in (step.h, step.hhat, step.next_h, step.next_hhat))
        self._last[positions.name] = (next_h, next_hhat)
        return InjectedStep(CleanStep(self._ops, h, next_h), hhat, next_hhat, vector(step.dense_next))


@dataclass(frozen=True)
class Lockstep:
    """What a lockstep run found: rows by position set then block, and the last error beside its bounds."""

    rows: list[LockstepRow]
    ends: list[EndToEnd]


def measure_lockstep(
    adapter: Adapter,
    h_0: State,
    views: Sequence[LinearMapView],
    approximation: Replacement,
    positions: tuple[PositionSet, ...],
    ops: Backend,
    put: Callable[[Instances], None],
    progress: Progress = SILENT,
) -> Lockstep:
    """Run dense and compressed model in lockstep and put the scopes `step` and `lockstep`.

    Args: as `run_lockstep`, `LockstepScope`.
    Raises: NonFiniteError when the dense run overflows; the model has its own weights again in any case.
    """
    scope = LockstepScope(positions, adapter.dtype, ops, put)
    progress.begin("running the compressed model in lockstep", adapter.n_blocks)

    def see(step: LockstepStep) -> None:
        scope.see(step)
        progress.advance()

    stopped = run_lockstep(adapter, h_0, views, approximation, see)
    if stopped is not None:
        scope.stop(stopped)
    for instances in scope.runs():
        put(instances)
    return Lockstep(scope.rows, scope.end_to_end())


def _without_an_error(step: InjectedStep, where: str, reason: str) -> Instances:
    return Instances("step", where, ("",), of_the_dense(step), dict.fromkeys(OF_THE_COMPRESSED, reason))
