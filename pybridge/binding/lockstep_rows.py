"""What the compressed model does beside the dense one, block by block and from end to end, as plain numbers.

Every number is the upper end of a narrow enclosure: what is called a bound is one.
"""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.binding.injected import InjectedStep
from pybridge.binding.sequences import Values, upper
from pybridge.runtime.backend import Backend


@dataclass(frozen=True)
class LockstepRow:
    """One block and position set; numbers are the upper ends of narrow enclosures, absent where noise.

    Attributes:
        amplitude, next_amplitude: ‖h_t - ĥ_t‖ / ‖h_t‖ and the same one block later.
        L: ‖u_t(h_t) - u_t(ĥ_t)‖ / ‖h_t - ĥ_t‖; None where there is no error yet.
        alpha: ‖h_{t+1}‖ / ‖h_t‖.
        injected: ε_t = ‖u_t(ĥ_t) - û_t(ĥ_t)‖.
        factor: (1 + L_t) / α_t, upper end.
        injection: ε_t / ‖h_{t+1}‖, upper end.
        error: ‖h_t - ĥ_t‖; next_error one block later.
    """

    block: int
    positions: str
    noise: str | None
    amplitude: float | None = None
    next_amplitude: float | None = None
    L: float | None = None
    alpha: float | None = None
    injected: float | None = None
    factor: float | None = None
    injection: float | None = None
    error: float | None = None
    next_error: float | None = None


def row_of(step: InjectedStep, block: int, positions: str) -> LockstepRow:
    return LockstepRow(
        block=block,
        positions=positions,
        noise=None,
        amplitude=upper(step.amplitude),
        next_amplitude=upper(step.next_amplitude),
        L=None if step.starts_here else upper(step.lipschitz),
        alpha=upper(step.clean.state_growth),
        injected=upper(step.injected),
        factor=upper(step.factor),
        injection=upper(step.relative_injection),
        error=upper(step.error),
        next_error=upper(step.next_error),
    )


@dataclass(frozen=True)
class EndToEnd:
    """The last error of the compressed model beside every bound on it, for one position set.

    All are relative amplitudes V_t = ‖h_t - ĥ_t‖ / ‖h_t‖, with factors ρ_t = (1 + L_t) / α_t and injections
    c_t = ε_t / ‖h_{t+1}‖; V_0 = 0.

    Attributes:
        noise: why there are no numbers, or None.
        blocks: n.
        measured: V_n.
        factor_cap, injection_cap: max ρ_t and max c_t.
        heterogeneous: Σ_t (∏_{i>t} ρ_i) c_t, Theorem D3's bound.
        geometric: c (1 - ρ^n) / (1 - ρ) with the caps, the bound of Theorems D2 and D5; None where ρ ≥ 1.
        geometric_limit: c / (1 - ρ); None likewise.
        linear_max, linear_sum: n · max c_t and Σ c_t, Theorem 7's line.
        expanding_blocks: how many have V_{t+1} > V_t + c_t. The linear line is a bound when none does.
        expanding_blocks_absolute: the same of absolute errors: the hypothesis of Theorem D8.
    """

    positions: str
    noise: str | None
    blocks: int | None = None
    measured: float | None = None
    factor_cap: float | None = None
    injection_cap: float | None = None
    heterogeneous: float | None = None
    geometric: float | None = None
    geometric_limit: float | None = None
    linear_max: float | None = None
    linear_sum: float | None = None
    expanding_blocks: int | None = None
    expanding_blocks_absolute: int | None = None


def end_to_end(
    ops: Backend,
    positions: str,
    amplitudes: Values,
    factors: Values,
    injections: Values,
    errors: Values,
    injected: Values,
) -> EndToEnd:
    """Every bound as its theorem writes it."""
    n = len(factors)
    cap, injection_cap = ops.upper_end_over(0, n, factors), ops.upper_end_over(0, n, injections)
    heterogeneous = ops.product(0, n, factors) * amplitudes(0) + ops.sum(
        0, n, lambda t: ops.product(t + 1, n, factors) * injections(t)
    )
    geometric = limit = None
    if ops.lt(cap, ops.real(1)).all_true():
        left = ops.real(1) - cap
        rest = ops.real(1) - ops.pow(cap, n)
        geometric = upper(ops.pow(cap, n) * amplitudes(0) + ops.div(injection_cap * rest, left))
        limit = upper(ops.pow(cap, n) * amplitudes(0) + ops.div(injection_cap, left))
    return EndToEnd(
        positions=positions,
        noise=None,
        blocks=n,
        measured=upper(amplitudes(n)),
        factor_cap=upper(cap),
        injection_cap=upper(injection_cap),
        heterogeneous=upper(heterogeneous),
        geometric=geometric,
        geometric_limit=limit,
        linear_max=upper(ops.cast(n) * injection_cap),
        linear_sum=upper(ops.sum(0, n, injections)),
        expanding_blocks=_expanding(ops, amplitudes, injections),
        expanding_blocks_absolute=_expanding(ops, errors, injected),
    )


def _expanding(ops: Backend, errors: Values, injections: Values) -> int:
    """How many steps certainly have e_{t+1} > e_t + ε_t."""
    steps = range(len(injections))
    return sum(ops.lt(errors(t) + injections(t), errors(t + 1)).all_true() for t in steps)
