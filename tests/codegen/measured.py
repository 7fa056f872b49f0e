"""Data of the shapes a model gives, one value per meaning of the vocabulary.

Sequences obey the recursions that their theorems assume, with numbers that are exact in float64.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec

BLOCKS = 6
FACTOR, INJECTION = 0.5, 2.0**-6
REALS = {
    "near radius": 0.25,
    "far radius": 0.5,
    "full cost": 192.0,
    "hit cost": 0.0,
    "lookup cost": 64.0,
    "hit rate": 0.75,
    "injection cap": 0.125,
    "contraction cap": 0.875,
    "gain": 0.5,
    "alignment": 0.25,
    "lipschitz ratio": 0.125,
    "state growth": 1.5,
    "error growth": 1.25,
    "amplitude ratio": 1.0,
    "dense lipschitz ratio": 0.5,
    "injected error": 64.0,
    "amplitude": 1.0,
    "next amplitude": 0.5,
    "amplitude factor": 0.5,
    "relative injection": 0.25,
    "young weight": 0.5,
    "factor cap": FACTOR,
    "compression cap": INJECTION,
    "error budget": 1.0,
}
SEQUENCES: dict[str, Callable[[int], float]] = {
    "relative injections": lambda t: (t + 1) / 64,
    "error energies": lambda t: 0.25**t,
    "step factors": lambda t: FACTOR,
    "amplitude factors": lambda t: FACTOR,
    "compression injections": lambda t: INJECTION,
    "running bound": lambda t: 2 * INJECTION * (1 - FACTOR**t),
    "error amplitudes": lambda t: INJECTION * (1 - FACTOR**t),
    "absolute errors": lambda t: t / 32,
    "absolute injections": lambda t: 1 / 16,
}


def measured(batch: int) -> dict[str, object]:
    """Values by meaning, vectors in a batch."""
    rng = np.random.default_rng(0)
    h = rng.normal(size=(batch, 16))
    update = h / 4 + rng.normal(size=h.shape) / 8  # the state grows, and the error hardly does
    hhat, hhat_update = h + rng.normal(size=h.shape) / 64, update + rng.normal(size=h.shape) / 1024
    return {
        "block count": BLOCKS,
        "middle block": BLOCKS // 2,
        "removed block": 2,
        **_of_a_map(rng, batch),
        "state": EnclosedVec.exact(h),
        "update": EnclosedVec.exact(update),
        "perturbed state": EnclosedVec.exact(hhat),
        "perturbed update": EnclosedVec.exact(hhat_update),
        "next state": EnclosedVec.exact(h + update),
        "next perturbed state": EnclosedVec.exact(hhat + hhat_update),
        "compressed state": EnclosedVec.exact(hhat),
        "compressed update": EnclosedVec.exact(hhat_update),
        "dense update map": EnclosedMap.exact(rng.normal(size=(16, 16))),
        "compressed update map": EnclosedMap.exact(rng.normal(size=(16, 16))),
        **{meaning: _real(value) for meaning, value in REALS.items()},
        **{meaning: _sequence(entry) for meaning, entry in SEQUENCES.items()},
    }


def _of_a_map(rng: np.random.Generator, batch: int) -> dict[str, object]:
    weight: NDArray[np.float64] = rng.normal(size=(12, 16))
    sparse = weight * (np.abs(weight) > 1)
    u, s, v = np.linalg.svd(sparse)
    x = rng.normal(size=(batch, 16))
    return {
        "weight": EnclosedMap.exact(weight),
        "sparse weight": EnclosedMap.exact(sparse),
        "low-rank weight": EnclosedMap.factored(u[:, :4] * s[:4], v[:4]),
        "activation": EnclosedVec.exact(x),
        "cached activation": EnclosedVec.exact(x + rng.normal(size=x.shape) / 8),
    }


def _sequence(entry: Callable[[int], float]) -> Callable[[int], EnclosedReal]:
    return lambda t: _real(entry(t))


def _real(value: float) -> EnclosedReal:
    return EnclosedReal(np.float64(value), np.float64(value))
