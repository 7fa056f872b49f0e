"""What a compressed block and a compressed model are given to theorems as: meaning → enclosed value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pybridge.binding.injected import InjectedStep
from pybridge.binding.lockstep_rows import EndToEnd, LockstepRow, end_to_end
from pybridge.binding.sequences import Values
from pybridge.runtime.backend import Backend
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec, MeasuredFunction


@dataclass
class Run:
    """One position set, block by block; and why it has no numbers, if it has none."""

    rows: list[LockstepRow] = field(default_factory=list)
    amplitudes: list[EnclosedReal] = field(default_factory=list)
    errors: list[EnclosedReal] = field(default_factory=list)
    factors: list[EnclosedReal] = field(default_factory=list)
    injections: list[EnclosedReal] = field(default_factory=list)
    injected: list[EnclosedReal] = field(default_factory=list)
    reason: str | None = None

    def add(self, step: InjectedStep) -> None:
        if not self.amplitudes:
            self.amplitudes.append(step.amplitude)
            self.errors.append(step.error)
        self.amplitudes.append(step.next_amplitude)
        self.errors.append(step.next_error)
        self.factors.append(step.factor)
        self.injections.append(step.relative_injection)
        self.injected.append(step.injected)

    def end_to_end(self, ops: Backend, positions: str) -> EndToEnd:
        """The last error beside its bounds."""
        if self.reason is not None:
            return EndToEnd(positions, self.reason)
        sequences = (self.amplitudes, self.factors, self.injections, self.errors, self.injected)
        return end_to_end(ops, positions, *(Values(some) for some in sequences))


def of_the_dense(step: InjectedStep) -> dict[str, Any]:
    return {"state": step.clean.h, "update": step.clean.u}


def of_the_step(step: InjectedStep) -> dict[str, Any]:
    """Meaning → value. The update maps are known at h and ĥ alone, by values that are data: the differences
    of states as float64 has them.
    """
    h, hhat = step.clean.h, step.hhat
    u, dense, compressed = (
        EnclosedVec.exact(update.mid) for update in (step.clean.u, step.dense_update, step.uhat)
    )
    if step.dense_next is step.clean.next_h and step.starts_here:
        dense = u
    if step.next_hhat is step.dense_next:
        compressed = dense
    return of_the_dense(step) | {
        "compressed state": hhat,
        "compressed update": step.uhat,
        "dense update map": MeasuredFunction([(h, u), (hhat, dense)]),
        "compressed update map": MeasuredFunction([(hhat, compressed)]),
        "dense lipschitz ratio": step.lipschitz,
        "injected error": step.injected,
        "amplitude": step.amplitude,
        "next amplitude": step.next_amplitude,
        "amplitude factor": step.factor,
        "relative injection": step.relative_injection,
        "young weight": step.young_weight,
    }


def of_the_run(ops: Backend, run: Run) -> dict[str, Any]:
    """Meaning → value of one whole compressed run."""
    count = len(run.factors)
    factors, injections = Values(run.factors), Values(run.injections)
    running = [run.amplitudes[0]]
    for factor, injection in zip(run.factors, run.injections, strict=True):
        running.append(factor * running[-1] + injection)
    return {
        "block count": count,
        "error amplitudes": Values(run.amplitudes),
        "amplitude factors": factors,
        "compression injections": injections,
        "factor cap": ops.upper_end_over(0, count, factors),
        "compression cap": ops.upper_end_over(0, count, injections),
        "running bound": Values(running),
        "error budget": error_budget(ops, factors, injections, count),
        "absolute errors": Values(run.errors),
        "absolute injections": Values(run.injected),
    }


def error_budget(ops: Backend, factors: Values, injections: Values, count: int) -> EnclosedReal:
    """τ = n max_t (∏_{i>t} ρ_i) c_t, the least certain one: what every block may spend a share τ / n of."""
    arriving = ops.upper_end_over(0, count, lambda t: ops.product(t + 1, count, factors) * injections(t))
    return ops.smallest_factor(arriving, ops.div(ops.real(1), ops.cast(count)))
