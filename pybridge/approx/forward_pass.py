"""One forward pass through the approximated maps, from its inputs to its record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.approx.cache import Found
from pybridge.approx.linear import ApproxLinear
from pybridge.approx.parts import as_array
from pybridge.approx.records import PassRecord
from pybridge.approx.sampling import Sampling
from pybridge.approx.theorems import Sampled
from pybridge.approx.together import Watched, observe_together
from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import EnclosedVec, EnclosureBackend


@dataclass(eq=False)
class _Input:
    """What is kept of one input tensor until the pass ends.

    Attributes:
        leading: its shape without the features: (batch, tokens) as a rule.
        chosen: the sampled indices, over `leading` flattened.
        x: the inputs there.
        found: map name → what its cache answered to all inputs.
    """

    leading: tuple[int, ...]
    chosen: np.ndarray
    x: EnclosedVec | None
    found: dict[str, Found] = field(default_factory=dict)

    def positions(self) -> list[tuple[int, ...]]:
        return [tuple(int(i) for i in np.unravel_index(t, self.leading)) for t in self.chosen]


class ForwardPass:
    """Gathers sampled inputs while the model runs; the theorems are put to them when it has ended, so that a
    pass that breaks off leaves no half record.
    """

    def __init__(self, number: int, sampling: Sampling, linears: Iterable[ApproxLinear]) -> None:
        self._number, self._sampling = number, sampling
        self.is_watched = sampling.watches(number)
        self._linears: dict[str, list[ApproxLinear]] = {}
        for linear in linears:
            self._linears.setdefault(linear.view.input_key, []).append(linear)
        self._inputs: dict[str, _Input] = {}
        self._drawn: dict[int, np.ndarray] = {}

    def see(self, input_key: str, inputs: Tensor) -> None:
        """An input tensor (…, in) on its way into the maps that share it.

        Raises: NonFiniteError naming the input, as far as it is looked at.
        """
        flat = inputs.detach().reshape(-1, inputs.shape[-1])
        if len(flat) == 0:  # an expert that no token was sent to
            return
        chosen = self._chosen(len(flat))
        x = _finite(flat[torch.from_numpy(chosen).to(flat.device)], input_key) if len(chosen) else None
        kept = _Input(tuple(inputs.shape[:-1]), chosen, None if x is None else EnclosedVec.exact(x))
        cached = [linear for linear in self._linears[input_key] if linear.has_cache]
        if cached:
            everything = _finite(flat, input_key)
            for linear in cached:
                found = linear.lookup(everything)
                assert found is not None  # it has a cache
                kept.found[linear.name] = found
        self._inputs[input_key] = kept

    def _chosen(self, available: int) -> np.ndarray:
        """Where this pass looks, among so many inputs of a map."""
        if not self.is_watched:
            return np.arange(0)
        if available not in self._drawn:
            self._drawn[available] = self._sampling.positions(self._number, available)
        return self._drawn[available]

    def replace(self, linear: ApproxLinear, inputs: Tensor, output: Tensor) -> Tensor:
        """The output of the module with f̂ in the place of f."""
        assert linear.place is not None  # only such maps have a hook that calls this
        flat = inputs.detach().reshape(-1, inputs.shape[-1])
        if len(flat) == 0:
            return output
        values = linear.run(flat, self._inputs[linear.view.input_key].found.get(linear.name))
        return linear.place.replace(output, values)

    def record(self, ops: EnclosureBackend) -> PassRecord:
        """Every theorem of every map at the sampled inputs."""
        watched: list[Watched] = []
        for input_key, linears in self._linears.items():
            kept = self._inputs.get(input_key)
            if kept is None or kept.x is None:
                continue
            positions = kept.positions()
            watched += [Watched(linear, _sampled(linear, kept.x, kept), positions) for linear in linears]
        return PassRecord(self._number, observe_together(ops, watched))


def _sampled(linear: ApproxLinear, x: EnclosedVec, kept: _Input) -> Sampled:
    found = kept.found.get(linear.name)
    if found is None:
        return Sampled.without_cache(x)
    assert linear.plan.cache is not None  # it has found something
    hit = found.hit[kept.chosen]
    return Sampled(
        x=x,
        cached=EnclosedVec.exact(found.cached[kept.chosen]),
        hit=hit,
        radius=np.where(hit, linear.plan.cache.delta, 0.0),
    )


def _finite(inputs: Tensor, input_key: str) -> Float[np.ndarray, "tokens in"]:
    array = as_array(inputs)
    if not np.isfinite(array).all():
        raise NonFiniteError(
            f"Activations contain NaN or infinity: input {input_key}. The weights are damaged, the dtype is "
            "too narrow (try float32), or the approximations upstream are too coarse."
        )
    return array
