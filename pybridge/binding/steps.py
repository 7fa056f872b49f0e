"""One residual update in enclosed numbers: what it does to the clean state, and to an error on top of it.

States are exact data; what is made of them is enclosed. Vectors remember their norms and differences, so a
state that leaves one update should be the very object that enters the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from torch import Tensor

from pybridge.measure.positions import PositionSet
from pybridge.runtime.backend import Backend
from pybridge.runtime.claims import Truth
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec


def state_vector(state: Float[Tensor, "tokens d_model"], positions: PositionSet) -> EnclosedVec:
    """A state over a position set, flattened over tokens × d_model; float64 on the CPU."""
    return EnclosedVec.exact(state[positions.rows].reshape(-1).numpy())


@dataclass(frozen=True, eq=False)
class CleanStep:
    """h → h' = h + u of the clean run."""

    ops: Backend
    h: EnclosedVec
    next_h: EnclosedVec

    @cached_property
    def u(self) -> EnclosedVec:
        return self.next_h - self.h

    @cached_property
    def gain(self) -> EnclosedReal:
        """g = ‖u‖ / ‖h‖"""
        return self.ops.div(self.ops.vec_norm(self.u), self.ops.vec_norm(self.h))

    @cached_property
    def alignment(self) -> EnclosedReal:
        """cosθ = ⟨h, u⟩ / (‖h‖ ‖u‖)"""
        norms = self.ops.vec_norm(self.h) * self.ops.vec_norm(self.u)
        return self.ops.div(self.ops.inner(self.h, self.u), norms)

    @cached_property
    def state_growth(self) -> EnclosedReal:
        """α = ‖h'‖ / ‖h‖"""
        return self.ops.div(self.ops.vec_norm(self.next_h), self.ops.vec_norm(self.h))

    @cached_property
    def growth(self) -> EnclosedReal:
        """1 + 2 g cosθ + g², which is α²; written as Theorem 10b does."""
        one, two = self.ops.real(1), self.ops.real(2)
        return one + two * self.gain * self.alignment + self.gain**2

    def update_norm(self) -> EnclosedReal:
        return self.ops.vec_norm(self.u)


@dataclass(frozen=True, eq=False)
class ErrorStep:
    """What an error e = h - ĥ becomes in one update, ĥ → ĥ' = ĥ + û beside h → h' = h + u."""

    clean: CleanStep
    hhat: EnclosedVec
    next_hhat: EnclosedVec

    @property
    def ops(self) -> Backend:
        return self.clean.ops

    @cached_property
    def uhat(self) -> EnclosedVec:
        return self.next_hhat - self.hhat

    @cached_property
    def error(self) -> EnclosedReal:
        """‖e‖"""
        return self.ops.vec_norm(self.clean.h - self.hhat)

    @cached_property
    def next_error(self) -> EnclosedReal:
        """‖e'‖"""
        return self.ops.vec_norm(self.clean.next_h - self.next_hhat)

    @cached_property
    def arriving(self) -> EnclosedReal:
        """‖u - û‖; exactly 0 where both runs are the same data."""
        if self.hhat is self.clean.h and self.next_hhat is self.clean.next_h:
            return self.ops.real(0)
        return self.ops.vec_norm(self.clean.u - self.uhat)

    @cached_property
    def lipschitz(self) -> EnclosedReal:
        """Upper end of L = ‖u - û‖ / ‖e‖; 0 where there is no error."""
        return self.ops.upper_end(self.ops.div(self.arriving, self.error))

    @cached_property
    def amplitude(self) -> EnclosedReal:
        """‖e‖ / ‖h‖"""
        return self.ops.div(self.error, self.ops.vec_norm(self.clean.h))

    @cached_property
    def next_amplitude(self) -> EnclosedReal:
        """‖e'‖ / ‖h'‖"""
        return self.ops.div(self.next_error, self.ops.vec_norm(self.clean.next_h))

    @cached_property
    def amplitude_ratio(self) -> EnclosedReal:
        """√ρ = (‖e'‖ / ‖h'‖) / (‖e‖ / ‖h‖)"""
        return self.ops.div(self.next_amplitude, self.amplitude)

    @cached_property
    def energy(self) -> EnclosedReal:
        """V = ‖e‖² / ‖h‖²"""
        return self.ops.div(self.error**2, self.ops.vec_norm(self.clean.h) ** 2)

    @cached_property
    def next_energy(self) -> EnclosedReal:
        """V' = ‖e'‖² / ‖h'‖²"""
        return self.ops.div(self.next_error**2, self.ops.vec_norm(self.clean.next_h) ** 2)

    @cached_property
    def factor(self) -> EnclosedReal:
        """Upper end of Theorem 10b's (1 + L)² / (1 + 2 g cosθ + g²), which bounds V' / V."""
        constant = self.ops.div((self.ops.real(1) + self.lipschitz) ** 2, self.clean.growth)
        return deciding(self.ops, self.ops.upper_end(constant), self.energy, self.next_energy)


def deciding(
    ops: Backend,
    factor: EnclosedReal,
    before: EnclosedReal,
    after: EnclosedReal,
    injection: EnclosedReal | None = None,
) -> EnclosedReal:
    """`factor`, or where `after ≤ factor · before + injection` is open by rounding alone, the least larger
    one that closes it.

    A larger upper end is an upper end. Without this, an update that changes nothing, where both sides are
    equal, would leave a whole profile undecided; a step that certainly fails is left to fail.
    """
    injected = ops.real(0) if injection is None else injection
    undecided = ops.le(after, factor * before + injected).truth == Truth.UNDECIDED
    if not np.any(undecided):
        return factor
    needed = ops.smallest_factor(after - injected, before)
    closing = undecided & np.isfinite(needed.hi)
    if not np.any(closing):
        return factor
    ends = (np.where(closing, getattr(needed, end), getattr(factor, end)) for end in ("lo", "hi"))
    return ops.upper_end_over(0, 2, (factor, EnclosedReal(*ends)).__getitem__)
