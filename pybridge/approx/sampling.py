"""Which input vectors of a forward pass are watched: few, the same for all maps, and the same every run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from pybridge.errors import SettingError


@dataclass(frozen=True)
class Sampling:
    """How much of a run is watched.

    Args:
        vectors: inputs a map in each watched forward pass, ≥ 1; more than there are means all.
        every: every so many forward passes is watched, ≥ 1; the first one is.
        seed: of the choice of positions, which is new in every pass.
    Raises: SettingError for values outside these ranges.
    """

    vectors: int = 1
    every: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("vectors", 1), ("every", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise SettingError(f"Sampling: {name} is {getattr(self, name)}; give {least} or more.")

    def watches(self, forward_pass: int) -> bool:
        """Whether this pass, counted from 0, is watched."""
        return forward_pass % self.every == 0

    def positions(self, forward_pass: int, available: int) -> Int[np.ndarray, " vectors"]:
        """Rising indices among the `available` inputs of one map."""
        if self.vectors >= available:
            return np.arange(available)
        draws = np.random.default_rng((self.seed, forward_pass))
        return np.sort(draws.choice(available, size=self.vectors, replace=False))
