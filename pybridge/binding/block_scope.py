"""Instances of the scopes `block` and `profile`: states of every residual update, and what they add up to.

One batch is one update, ε and position set; what the clean run alone says is put once for all ε.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.sequences import Values
from pybridge.binding.steps import CleanStep, ErrorStep, state_vector
from pybridge.measure.positions import PositionSet
from pybridge.measure.profile import ProfileSpec, Transition
from pybridge.measure.rows import ProfileRow
from pybridge.runtime.backend import Backend
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec

OF_THE_ERROR = frozenset(
    {
        "perturbed state",
        "perturbed update",
        "next perturbed state",
        "lipschitz ratio",
        "amplitude ratio",
        "error growth",
    }
)
"""What a block has only under a perturbation."""


@dataclass
class _Profile:
    """One ε and position set, update by update; and why it has no numbers, if it has none."""

    injections: list[EnclosedReal] = field(default_factory=list)
    contractions: list[EnclosedReal] = field(default_factory=list)
    energies: list[EnclosedReal] = field(default_factory=list)
    factors: list[EnclosedReal] = field(default_factory=list)
    noise: str | None = None

    def add(self, step: ErrorStep) -> None:
        ops = step.ops
        self.injections.append(ops.div(step.arriving, ops.vec_norm(step.clean.next_h)))
        self.contractions.append(step.amplitude_ratio)
        self.energies += [step.next_energy] if self.energies else [step.energy, step.next_energy]
        self.factors.append(step.factor)


class BlockScope:
    """Turns transitions into instances, handing each on at once; afterwards `profiles` gives the profile
    scope's.

    Args:
        ops: the enclosure arithmetic.
        put: receives every batch of instances while the states are alive.
    """

    def __init__(self, spec: ProfileSpec, ops: Backend, put: Callable[[Instances], None]) -> None:
        self._spec, self._ops, self._put = spec, ops, put
        self._profiles = {(e, p.name): _Profile() for e in spec.eps for p in spec.positions}
        self._states: dict[tuple[int, str], EnclosedVec] = {}

    def see(self, transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        """Instances of one update for every ε and position set; `rows` says which are noise."""
        noise = {(row.eps, row.positions): row.noise for row in rows}
        for positions in self._spec.positions:
            place = f"block {transition.update}"
            clean = CleanStep(self._ops, *self._ends_of(transition, 0, positions))
            given = of_the_clean_run(clean)
            self._put(Instances("block", f"{place}, positions {positions.name}", ("",), given))
            for i, eps in enumerate(self._spec.eps):
                where = f"{place}, ε = {eps:g}, positions {positions.name}"
                step = ErrorStep(clean, *self._ends_of(transition, i + 1, positions))
                why, profile = noise[eps, positions.name], self._profiles[eps, positions.name]
                if why is not None:
                    profile.noise = profile.noise or f"{place}: {why}"
                    absent = dict.fromkeys(OF_THE_ERROR, f"noise: {why}")
                    self._put(Instances("block", where, ("",), given, absent, OF_THE_ERROR))
                    continue
                profile.add(step)
                both = given | of_the_error(step)
                self._put(Instances("block", where, ("",), both, new=OF_THE_ERROR))

    def _ends_of(
        self, transition: Transition, row: int, positions: PositionSet
    ) -> tuple[EnclosedVec, EnclosedVec]:
        """The states at the two ends; the one that left the last update enters this one."""
        key = (row, positions.name)
        before = self._states.get(key)
        if before is None:
            before = state_vector(transition.before[row], positions)
        self._states[key] = state_vector(transition.after[row], positions)
        return before, self._states[key]

    def profiles(self) -> Iterator[Instances]:
        """Instances of the scope `profile`, one for every ε and position set."""
        for (eps, positions), profile in self._profiles.items():
            where = f"profile, ε = {eps:g}, positions {positions}"
            if profile.noise is not None:
                absent = dict.fromkeys(SCOPES["profile"], f"noise: {profile.noise}")
                yield Instances("profile", where, ("",), {}, absent)
                continue
            count = len(profile.injections)
            injections, contractions = Values(profile.injections), Values(profile.contractions)
            given = {
                "block count": count,
                "middle block": count // 2,
                "relative injections": injections,
                "injection cap": self._ops.upper_end_over(0, count, injections),
                "contraction cap": self._ops.upper_end_over(0, count, contractions),
                "error energies": Values(profile.energies),
                "step factors": Values(profile.factors),
            }
            yield Instances("profile", where, ("",), given)


def of_the_clean_run(step: CleanStep) -> dict[str, Any]:
    """Meaning → value, of the clean run."""
    return {
        "state": step.h,
        "update": step.u,
        "next state": step.next_h,
        "gain": step.gain,
        "alignment": step.alignment,
        "state growth": step.state_growth,
    }


def of_the_error(step: ErrorStep) -> dict[str, Any]:
    """Meaning → value, of the perturbed run beside the clean one."""
    return {
        "perturbed state": step.hhat,
        "perturbed update": step.uhat,
        "next perturbed state": step.next_hhat,
        "lipschitz ratio": step.lipschitz,
        "amplitude ratio": step.amplitude_ratio,
        "error growth": step.ops.div(step.next_error, step.error),
    }
