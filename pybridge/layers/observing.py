"""What the criteria without a search are made of, all from one batch of two rows: clean and perturbed.

Scalars are kept; of the states only the last few clean ones, for the angles between the ends of a run.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import assert_never

import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.layers.criteria import RhoOver
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.rows import ProfileRow
from pybridge.models.adapter import Adapter


@dataclass(frozen=True)
class ObservingSpec:
    """What is measured.

    Attributes:
        eps, seed: of the perturbation of h_0.
        skip_tokens: ρ is measured over all positions, and again over those from here on.
        longest_run: angles of runs of 1 … so many blocks; 0: none.
        last_token: angles at the last token alone, as their paper takes them, not their mean over tokens.
    """

    eps: float = 0.01
    seed: int = 0
    skip_tokens: int = 4
    longest_run: int = 0
    last_token: bool = False


@dataclass(frozen=True)
class RhoOf:
    """ρ over one position set: a number for every block, or the reason why there is none."""

    positions: str
    rho: tuple[float | None, ...]
    noise: tuple[str | None, ...]


@dataclass(frozen=True)
class Observed:
    """Of every block t of n.

    Attributes:
        rho: by position set, all positions first.
        influence: BI_t = 1 - mean over tokens of cos(h_t, h_{t+1}).
        angular: k → the distances arccos(cos(h_t, h_{t+k})) / π for t = 0 … n - k.
    """

    rho: tuple[RhoOf, ...]
    influence: tuple[float, ...]
    angular: dict[int, tuple[float, ...]]

    @property
    def blocks(self) -> int:
        return len(self.influence)

    def rho_over(self, over: RhoOver) -> tuple[RhoOf, ...]:
        """The position sets that decide."""
        match over:
            case RhoOver.BOTH:
                return self.rho
            case RhoOver.ALL:
                return self.rho[:1]
            case RhoOver.SKIP:
                return self.rho[-1:]
            case _:
                assert_never(over)


class Angles:
    """BI of every block and angular distances of runs, from the clean states as they go by."""

    def __init__(self, longest_run: int, *, last_token: bool) -> None:
        self._last_token = last_token
        self._units: deque[Float[Tensor, "tokens d_model"]] = deque(maxlen=max(1, longest_run))
        self.influence: list[float] = []
        self.angular: dict[int, list[float]] = {k: [] for k in range(1, longest_run + 1)}

    def see(self, h: Float[Tensor, "tokens d_model"], next_h: Float[Tensor, "tokens d_model"]) -> None:
        """One block's two ends, float64."""
        if not self._units:
            self._units.append(unit_rows(h))
        following = unit_rows(next_h)
        cosines = (self._units[-1] * following).sum(dim=-1)
        self.influence.append(1 - float(cosines.mean()))
        for k, before in enumerate(reversed(self._units), start=1):
            if k in self.angular:
                self.angular[k].append(self._distance((before * following).sum(dim=-1)))
        self._units.append(following)

    def _distance(self, cosines: Float[Tensor, " tokens"]) -> float:
        some = cosines[-1:] if self._last_token else cosines
        return float((some.clamp(-1, 1).arccos() / math.pi).mean())


def unit_rows(state: Float[Tensor, "tokens d_model"]) -> Float[Tensor, "tokens d_model"]:
    """Every position's state divided by its norm; a state of zero stays zero, at a right angle to all."""
    norms = torch.linalg.vector_norm(state, dim=-1, keepdim=True)
    return torch.where(norms > 0, state / norms, torch.zeros_like(state))


def observe(adapter: Adapter, input_ids: Int[Tensor, "1 tokens"], spec: ObservingSpec) -> Observed:
    """ρ, block influence and angular distances in two trunk forwards: one batch [clean, perturbed].

    Raises: SettingError for an ε below the noise floor or tokens beyond the context; NonFiniteError.
    """
    sets = position_sets(spec.skip_tokens, input_ids.shape[1])
    angles = Angles(spec.longest_run, last_token=spec.last_token)

    def see(transition: Transition, _rows: tuple[ProfileRow, ...]) -> None:
        angles.see(transition.before[0], transition.after[0])

    rows = measure_profile(adapter, input_ids, ProfileSpec((spec.eps,), spec.seed, "block", sets), see)
    return Observed(
        rho=tuple(_rho_of(p.name, [row for row in rows if row.positions == p.name]) for p in sets),
        influence=tuple(angles.influence),
        angular={k: tuple(distances) for k, distances in angles.angular.items()},
    )


def _rho_of(positions: str, rows: list[ProfileRow]) -> RhoOf:
    rho = tuple(None if row.error is None else row.error.rho for row in rows)
    return RhoOf(positions, rho, tuple(row.noise for row in rows))
