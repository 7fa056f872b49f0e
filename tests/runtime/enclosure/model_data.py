"""Data shaped like a model's, in the words of the statements: what `pybridge.measure` would hand over.

A network of residual blocks on float32 states, run clean, with a perturbed embedding, compressed beside the
clean run, and with one block removed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pybridge.runtime.enclosure import (
    EnclosedMap,
    EnclosedReal,
    EnclosedVec,
    EnclosureBackend,
    MeasuredFunction,
)

BATCH = 8
SHAPE = (64, 96)
"""(tokens, d_model)."""
OPS = EnclosureBackend()

Block = Callable[[np.ndarray], np.ndarray]
Data = dict[str, Any]


# ---- one linear map ----------------------------------------------------------------------------------------
def map_data(seed: int, shape: tuple[int, int] = (48, 32), keep: float = 0.1, rank: int = 4) -> Data:
    """A linear map, its magnitude-pruned part, the low-rank part of that, and float32 activations."""
    rng = np.random.default_rng(seed)
    weight = (rng.standard_normal(shape) * rng.gamma(1.0, size=shape)).astype(np.float32)
    sparse = weight * (np.abs(weight) >= np.quantile(np.abs(weight), 1 - keep))
    u, s, v = np.linalg.svd(sparse.astype(np.float64), full_matrices=False)
    cached = (1 + 20 * (np.arange(shape[1]) == 3)) * rng.standard_normal((BATCH, shape[1]))
    x = cached + 0.1 * rng.standard_normal(cached.shape) * rng.gamma(2.0, size=(BATCH, 1))
    x, cached = x.astype(np.float32), cached.astype(np.float32)
    near, far = np.quantile(np.linalg.norm((x - cached).astype(np.float64), axis=1), [0.25, 0.75])
    return {
        "weight": EnclosedMap.exact(weight),
        "sparse weight": EnclosedMap.exact(sparse),
        "low-rank weight": EnclosedMap.factored(u[:, :rank] * s[:rank], v[:rank]),
        "activation": EnclosedVec.exact(x),
        "cached activation": EnclosedVec.exact(cached),
        "near radius": float(near),
        "far radius": float(far),
        "full cost": float(shape[0] * shape[1]),
        "hit cost": 0.0,
        "lookup cost": float(shape[1] * 3),
        "hit rate": 0.75,
    }


# ---- blocks ------------------------------------------------------------------------------------------------
def shrinking(h: np.ndarray) -> np.ndarray:
    """Takes most of the state away, sink included."""
    return 0.1 * h + np.tanh(h[::-1])


def mixing(h: np.ndarray) -> np.ndarray:
    return h + np.tanh(h) @ (np.random.default_rng(9).standard_normal((96, 96)) / 30)


def saturated(h: np.ndarray) -> np.ndarray:
    """Adds a large update that a small error does not change: Theorem 10's condition holds."""
    return h + 4 * np.sign(h)


def gentle(h: np.ndarray) -> np.ndarray:
    """Hardly moves the state: its gain and its error gain are below 1."""
    return h + 0.1 * np.tanh(h)


def halving(h: np.ndarray) -> np.ndarray:
    """Nonexpansive: an error never grows."""
    return 0.5 * h


def compressed(block: Block) -> Block:
    """The same block with an update 2 % short."""
    return lambda h: h + 0.98 * (block(h) - h)


def initial(seed: int) -> np.ndarray:
    """A residual stream with a sink position; no entry near 0."""
    state = np.random.default_rng(seed).standard_normal(SHAPE)
    state += np.sign(state)
    state[0] *= 30
    return state.astype(np.float32)


def perturbed(state: np.ndarray, epsilon: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed + 100).standard_normal(state.shape)
    noise *= epsilon * np.linalg.norm(state) / np.linalg.norm(noise)
    return (state + noise).astype(np.float32)


def vector(state: np.ndarray) -> EnclosedVec:
    return EnclosedVec.exact(state.reshape(1, -1))


def relative(error: EnclosedVec, state: EnclosedVec) -> EnclosedReal:
    return OPS.div(error.norm(), state.norm())


def block_data(seed: int, epsilon: float, block: Block) -> Data:
    """One block on a state and on a perturbed state."""
    h, hhat = initial(seed), perturbed(initial(seed), epsilon, seed)
    state, state_hat = vector(h), vector(hhat)
    moved, moved_hat = after(block, state), after(block, state_hat)
    u, uhat, error, arrived = moved - state, moved_hat - state_hat, state - state_hat, moved - moved_hat
    return {
        "state": state,
        "perturbed state": state_hat,
        "next state": moved,
        "next perturbed state": moved_hat,
        "update": u,
        "perturbed update": uhat,
        "gain": relative(u, state),
        "alignment": OPS.div(state.inner(u), state.norm() * u.norm()),
        "lipschitz ratio": OPS.upper_end(relative(u - uhat, error)),
        "state growth": relative(moved, state),
        "error growth": relative(arrived, error),
        "amplitude ratio": OPS.div(relative(arrived, moved), relative(error, state)),
    }


# ---- sequences ---------------------------------------------------------------------------------------------
def run(blocks: Sequence[Block], start: EnclosedVec) -> list[EnclosedVec]:
    """States 0 … n, each stored as float32."""
    states = [start]
    for block in blocks:
        states.append(after(block, states[-1]))
    return states


def after(block: Block, state: EnclosedVec) -> EnclosedVec:
    return vector(block(state.mid.reshape(SHAPE)).astype(np.float32))


def energies(clean: list[EnclosedVec], other: list[EnclosedVec]) -> list[EnclosedReal]:
    return [relative(h - hhat, h) ** 2 for h, hhat in zip(clean, other, strict=True)]


def step_factors(clean: list[EnclosedVec], other: list[EnclosedVec]) -> list[EnclosedReal]:
    """10b's constants for this error: upper ends of (1 + L)² / (1 + 2 g cosθ + g²)."""
    one, two, factors = OPS.real(1), OPS.real(2), []
    for t in range(len(clean) - 1):
        h, hhat = clean[t], other[t]
        u, uhat = clean[t + 1] - h, other[t + 1] - hhat
        lipschitz = OPS.smallest_factor((u - uhat).norm(), (h - hhat).norm())
        g, cosθ = relative(u, h), OPS.div(h.inner(u), h.norm() * u.norm())
        growth = one + two * g * cosθ + g**2
        factors.append(OPS.upper_end(OPS.div((one + lipschitz) ** 2, growth)))
    return factors


def profile_data(seed: int, blocks: Sequence[Block], contraction: float) -> Data:
    """A whole run from a perturbed embedding; injections and cap are made up."""
    injections = np.random.default_rng(seed).gamma(2.0, size=len(blocks)) / 100
    start = initial(seed)
    clean, other = run(blocks, vector(start)), run(blocks, vector(perturbed(start, 0.01, seed)))
    return {
        "block count": len(blocks),
        "middle block": len(blocks) // 2,
        "relative injections": lambda i: EnclosedReal.exact(injections[i]),
        "injection cap": float(max(injections, default=0.0)),
        "contraction cap": contraction,
        "error energies": energies(clean, other).__getitem__,
        "step factors": step_factors(clean, other).__getitem__,
    }


def removal_data(seed: int, blocks: Sequence[Block], removed: int) -> Data:
    """Block `removed` left out of an otherwise equal run."""
    clean = run(blocks, vector(initial(seed)))
    kept = clean[: removed + 1]  # one run up to the removed block
    other = [*kept, *run(blocks[removed + 1 :], kept[-1])]
    return {
        "block count": len(blocks),
        "removed block": removed,
        "error energies": energies(clean, other).__getitem__,
        "step factors": step_factors(clean, other).__getitem__,
    }


def lockstep_steps(seed: int, blocks: Sequence[Block]) -> list[Data]:
    """Every block of a dense run and of a compressed one beside it, in the words of the scope `step`."""
    start = vector(initial(seed))
    clean, other = run(blocks, start), run([compressed(block) for block in blocks], start)
    steps, one = [], OPS.real(1)
    for t, block in enumerate(blocks):
        h, hhat, arrived, arrived_hat = clean[t], other[t], clean[t + 1], other[t + 1]
        u, uhat = arrived - h, arrived_hat - hhat
        dense = after(block, hhat) - hhat if t else u  # both runs start from one state
        lipschitz = OPS.smallest_factor((u - dense).norm(), (h - hhat).norm())
        injected = OPS.upper_end((dense - uhat).norm())
        s, factor = relative(h - hhat, h), OPS.upper_end(OPS.div(one + lipschitz, relative(arrived, h)))
        injection = OPS.upper_end(OPS.div(injected, arrived.norm()))
        spread = factor * s
        young = OPS.div(injection, spread) if (spread.lo > 0).all() else one
        known = {name: EnclosedVec.exact(v.mid) for name, v in (("u", u), ("dense", dense), ("uhat", uhat))}
        steps.append(
            {
                "state": h,
                "update": u,
                "compressed state": hhat,
                "compressed update": uhat,
                "dense lipschitz ratio": lipschitz,
                "injected error": injected,
                "dense update map": MeasuredFunction([(h, known["u"]), (hhat, known["dense"])]),
                "compressed update map": MeasuredFunction([(hhat, known["uhat"])]),
                "amplitude": s,
                "next amplitude": relative(arrived - arrived_hat, arrived),
                "amplitude factor": factor,
                "relative injection": injection,
                "young weight": young,
                "absolute errors": ((h - hhat).norm(), (arrived - arrived_hat).norm()),
            }
        )
    return steps


def lockstep_data(steps: list[Data]) -> Data:
    """The recursion of a whole compressed run."""
    n = len(steps)
    factors, injections = (
        [step[name] for step in steps] for name in ("amplitude factor", "relative injection")
    )
    amplitudes = [steps[0]["amplitude"], *(step["next amplitude"] for step in steps)]
    errors = [steps[0]["absolute errors"][0], *(step["absolute errors"][1] for step in steps)]
    bound = [amplitudes[0]]
    for factor, injection in zip(factors, injections, strict=True):
        bound.append(factor * bound[-1] + injection)
    spent = OPS.upper_end_over(0, n, lambda t: OPS.product(t + 1, n, factors.__getitem__) * injections[t])
    return {
        "block count": n,
        "error amplitudes": amplitudes.__getitem__,
        "amplitude factors": factors.__getitem__,
        "compression injections": injections.__getitem__,
        "factor cap": OPS.upper_end_over(0, n, factors.__getitem__),
        "compression cap": OPS.upper_end_over(0, n, injections.__getitem__),
        "running bound": bound.__getitem__,
        "error budget": OPS.upper_end(OPS.cast(n) * spent * EnclosedReal.exact(1 + 2**-40)),
        "absolute errors": errors.__getitem__,
        "absolute injections": lambda t: steps[t]["injected error"],
    }
