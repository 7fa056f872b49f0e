"""An error that a compressed block adds to, in enclosed numbers: the two ways in which it arises, apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pybridge.binding.steps import ErrorStep, deciding
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec


@dataclass(frozen=True, eq=False)
class InjectedStep(ErrorStep):
    """An error that meets a dense block and is added to by a compressed one.

    Attributes:
        dense_next: the dense block's output on ĥ; `next_hhat` is the compressed block's.
    """

    dense_next: EnclosedVec

    @property
    def starts_here(self) -> bool:
        """Whether there is certainly no error yet: ĥ = h."""
        return float(self.error.hi) == 0

    @property
    def nothing_happens(self) -> bool:
        """Whether there is no error before and none is added: both runs are the same one."""
        return self.starts_here and self.next_hhat is self.clean.next_h

    @cached_property
    def dense_update(self) -> EnclosedVec:
        """u(ĥ)"""
        return self.dense_next - self.hhat

    @cached_property
    def lipschitz(self) -> EnclosedReal:
        """Least certain L with ‖u(h) - u(ĥ)‖ ≤ L ‖e‖; 0 where there is no error."""
        if self.starts_here:
            return self.ops.real(0)
        return self.ops.smallest_factor(self.ops.vec_norm(self.clean.u - self.dense_update), self.error)

    @cached_property
    def injected(self) -> EnclosedReal:
        """Upper end of ε = ‖u(ĥ) - û(ĥ)‖, exactly 0 where the block is not compressed.

        Where the error starts both sides of Theorem 10c are ε / ‖h'‖, each rounded its own way, so there the
        upper end is the least that also decides them.
        """
        ops = self.ops
        if self.next_hhat is self.dense_next:
            return ops.real(0)
        ways = [
            ops.vec_norm(self.dense_next - self.next_hhat),
            ops.vec_norm(self.dense_update - self.uhat),
        ]
        if self.starts_here:
            clean = self.clean
            next_h = clean.h + clean.u
            difference = ops.vec_norm(next_h - (self.hhat + self.uhat))
            inverse = ops.div(ops.real(1), ops.vec_norm(next_h))
            ways.append(ops.smallest_factor(ops.div(difference, ops.vec_norm(next_h)), inverse))
        return ops.upper_end_over(0, len(ways), ways.__getitem__)

    @cached_property
    def relative_injection(self) -> EnclosedReal:
        """Upper end of ε / ‖h'‖."""
        return self.ops.upper_end(self.ops.div(self.injected, self.ops.vec_norm(self.clean.next_h)))

    @cached_property
    def factor(self) -> EnclosedReal:
        """Upper end of Theorem 10c's (1 + L) / α, in amplitudes."""
        constant = self.ops.div(self.ops.real(1) + self.lipschitz, self.clean.state_growth)
        return deciding(
            self.ops,
            self.ops.upper_end(constant),
            self.amplitude,
            self.next_amplitude,
            self.relative_injection,
        )

    @cached_property
    def young_weight(self) -> EnclosedReal:
        """η = d / (r s), where the bound of Theorem D6 is least; 1 where that is 0 or undefined."""
        part = float((self.factor * self.amplitude).hi)
        weight = float(self.relative_injection.hi) / part if part > 0 else 0.0
        return EnclosedReal.exact(weight if 0 < weight < float("inf") else 1.0)
