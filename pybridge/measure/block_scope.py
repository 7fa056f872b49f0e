"""Instances of the scopes `block` and `profile`: states of every residual update, and what they add up to.

States are exact data; what is made of them is enclosed. One batch is one update, ε and position set; the
clean vectors are shared by all ε, so that their norms are computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from pybridge.measure.instances import SCOPES, Instances
from pybridge.measure.positions import PositionSet
from pybridge.measure.profile import ProfileSpec, Transition
from pybridge.measure.rows import ProfileRow
from pybridge.runtime.backend import Backend
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec

_OF_THE_ERROR: tuple[str, ...] = ("perturbed state", "perturbed update", "lipschitz ratio", "error growth")


@dataclass
class _Amplitudes:
    """Per update, for one ε and position set: ε_t and √ρ_t; and why a profile has none, if it has none."""

    injections: list[EnclosedReal] = field(default_factory=list)
    contractions: list[EnclosedReal] = field(default_factory=list)
    noise: str | None = None


class BlockScope:
    """Turns transitions into instances, handing each on at once; afterwards `profiles` gives the profile
    scope's.

    Args:
        ops: the enclosure arithmetic.
        put: receives every batch of instances while the states are alive.
    """

    def __init__(self, spec: ProfileSpec, ops: Backend, put: Callable[[Instances], None]) -> None:
        self._spec, self._ops, self._put = spec, ops, put
        self._amplitudes = {(e, p.name): _Amplitudes() for e in spec.eps for p in spec.positions}

    def see(self, transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        """Instances of one update for every ε and position set; `rows` says which are noise."""
        noise = {(row.eps, row.positions): row.noise for row in rows}
        for positions in self._spec.positions:
            clean = _Clean.of(transition, positions)
            for i, eps in enumerate(self._spec.eps):
                where = f"block {transition.update}, ε = {eps:g}, positions {positions.name}"
                why = noise[eps, positions.name]
                amplitudes = self._amplitudes[eps, positions.name]
                if why is not None:
                    amplitudes.noise = amplitudes.noise or f"block {transition.update}: {why}"
                    absent = dict.fromkeys(_OF_THE_ERROR, f"noise: {why}")
                    self._put(Instances("block", where, ("",), clean.given(self._ops), absent))
                    continue
                given = clean.given(self._ops) | self._of_the_error(
                    transition, i + 1, positions, clean, amplitudes
                )
                self._put(Instances("block", where, ("",), given))

    def _of_the_error(
        self, transition: Transition, row: int, positions: PositionSet, clean: _Clean, amplitudes: _Amplitudes
    ) -> dict[str, Any]:
        ops = self._ops
        hhat, next_hhat = (_vector(state, row, positions) for state in (transition.before, transition.after))
        uhat = next_hhat - hhat
        error, next_error = ops.vec_norm(clean.h - hhat), ops.vec_norm(clean.next_h - next_hhat)
        arriving = ops.vec_norm(clean.u - uhat)
        h_norm, next_norm = ops.vec_norm(clean.h), ops.vec_norm(clean.next_h)
        amplitudes.injections.append(ops.div(arriving, next_norm))
        amplitudes.contractions.append(ops.div(ops.div(next_error, next_norm), ops.div(error, h_norm)))
        return {
            "perturbed state": hhat,
            "perturbed update": uhat,
            "lipschitz ratio": ops.upper_end(ops.div(arriving, error)),
            "error growth": ops.div(next_error, error),
        }

    def profiles(self) -> Iterator[Instances]:
        """Instances of the scope `profile`, one for every ε and position set."""
        for (eps, positions), amplitudes in self._amplitudes.items():
            where = f"profile, ε = {eps:g}, positions {positions}"
            if amplitudes.noise is not None:
                absent = dict.fromkeys(SCOPES["profile"], f"noise: {amplitudes.noise}")
                yield Instances("profile", where, ("",), {}, absent)
                continue
            count = len(amplitudes.injections)
            injections, contractions = amplitudes.injections.__getitem__, amplitudes.contractions.__getitem__
            given = {
                "block count": count,
                "relative injections": injections,
                "injection cap": self._ops.upper_end_over(0, count, injections),
                "contraction cap": self._ops.upper_end_over(0, count, contractions),
            }
            yield Instances("profile", where, ("",), given)


@dataclass(frozen=True, eq=False)
class _Clean:
    """h, h' and u = h' - h of the clean run over a position set, flattened over tokens × d_model."""

    h: EnclosedVec
    next_h: EnclosedVec
    u: EnclosedVec

    @classmethod
    def of(cls, transition: Transition, positions: PositionSet) -> _Clean:
        h, next_h = (_vector(state, 0, positions) for state in (transition.before, transition.after))
        return cls(h, next_h, next_h - h)

    def given(self, ops: Backend) -> dict[str, Any]:
        h_norm, u_norm = ops.vec_norm(self.h), ops.vec_norm(self.u)
        return {
            "state": self.h,
            "update": self.u,
            "gain": ops.div(u_norm, h_norm),
            "alignment": ops.div(ops.inner(self.h, self.u), h_norm * u_norm),
            "state growth": ops.div(ops.vec_norm(self.next_h), h_norm),
        }


def _vector(states: torch.Tensor, row: int, positions: PositionSet) -> EnclosedVec:
    return EnclosedVec.exact(states[row, positions.rows].reshape(-1).numpy())
