"""One linear map with its approximation: what is remembered of its inputs, what runs, what is checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.approx.cache import CacheStatistics, Found, InputCache
from pybridge.approx.parts import MapParts, split
from pybridge.approx.records import Observation, observations_of
from pybridge.approx.running import Place, Running
from pybridge.approx.stages import Stage, plan_for
from pybridge.approx.theorems import Asked, Sampled, asked_of, concerned, given
from pybridge.compress.split import ArrayStore
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.enclosure import EnclosedVec, EnclosureBackend
from pybridge.runtime.verdict import evaluate


@dataclass(frozen=True, eq=False)
class Prepared:
    """What was made of the weights as they were at one moment."""

    parts: MapParts
    running: Running | None
    version: int | None


class ApproxLinear:
    """f and f̂ of one map, side by side.

    Attributes:
        view: the map.
        plan: what the stage means for a matrix of its shape.
        asked: the theorems of the plan.
    Raises: SettingError naming the map if the stage does not fit its shape; ModelError if its output is to be
        replaced and cannot be.
    """

    def __init__(self, adapter: Adapter, view: LinearMapView, stage: Stage, *, replaces: bool) -> None:
        self.view = view
        self.plan = plan_for(stage, view.shape, view.name)
        self.place = Place.of(adapter, view) if replaces else None
        self.asked = asked_of(self.plan)
        self._cache = InputCache(self.plan.cache) if self.plan.cache else None
        self._products: Tensor | None = None  # of the remembered inputs, slot by slot
        self._prepared: Prepared | None = None

    @property
    def name(self) -> str:
        return self.view.name

    @property
    def has_cache(self) -> bool:
        return self._cache is not None

    @property
    def statistics(self) -> CacheStatistics | None:
        """What the map's semantic cache has done; None without one."""
        return self._cache.statistics if self._cache else None

    @property
    def parts(self) -> MapParts:
        """Raises: AssertionError before `prepare`."""
        assert self._prepared is not None
        return self._prepared.parts

    # ---- preparing -----------------------------------------------------------------------------------------
    def prepare(self, ops: EnclosureBackend, store: ArrayStore) -> None:
        """Split the weights and find the norms that the theorems need, unless this is done already.

        Each theorem is put to the input 0 once, so that no forward pass waits for a norm.
        """
        if self._prepared is not None and self.is_current():
            return
        self.forget()
        parts = split(self.view, self.plan, store)
        running = Running.of(self.plan, parts, self.view) if self.place else None
        self._prepared = Prepared(parts, running, self._version())
        origin = Sampled.without_cache(EnclosedVec.exact(np.zeros((1, self.view.shape[1]))))
        for asked in self.asked:
            evaluate(asked.check, ops, given(asked, self.plan, parts, origin))

    def is_current(self) -> bool:
        """Whether the weights are still those that were prepared."""
        return self._prepared is not None and self._prepared.version == self._version()

    def forget(self) -> None:
        """Forget the remembered inputs, their products and the statistics."""
        self._products = None
        if self._cache:
            self._cache.clear()

    def _version(self) -> int | None:
        weight = self.view.stored
        return None if weight.is_inference() else weight._version

    # ---- one forward pass ----------------------------------------------------------------------------------
    def lookup(self, inputs: Float[np.ndarray, "tokens in"]) -> Found | None:
        """What the cache answers to the inputs of a pass, in turn; None without a cache."""
        return self._cache.lookup(inputs) if self._cache else None

    def run(self, inputs: Float[Tensor, "tokens in"], found: Found | None) -> Float[Tensor, "tokens out"]:
        """f̂ of every input; products of remembered inputs are reused, not computed."""
        assert self._prepared is not None
        running = self._prepared.running
        assert running is not None
        output = running.reused(inputs) if found is None else self._reused(running, inputs, found)
        return output if running.fresh is None else output + running.fresh(inputs)

    def _reused(
        self, running: Running, inputs: Float[Tensor, "tokens in"], found: Found
    ) -> Float[Tensor, "tokens out"]:
        new = torch.from_numpy(np.flatnonzero(~found.hit)).to(inputs.device)
        origin = torch.from_numpy(found.origin).to(inputs.device)
        output = inputs.new_empty((len(inputs), self.view.shape[0]))
        output[new] = running.reused(inputs[new])
        output = output[origin.clamp(min=0)]
        old = origin < 0
        if self._products is not None:
            output[old] = self._products[-1 - origin[old]]
        else:
            assert self.plan.cache is not None
            self._products = inputs.new_zeros((self.plan.cache.capacity, self.view.shape[0]))
        slots, tokens = torch.from_numpy(found.written).to(inputs.device).unbind(dim=1)
        self._products[slots] = output[tokens]
        return output

    def observe(
        self, ops: EnclosureBackend, sampled: Sampled, positions: list[tuple[int, ...]]
    ) -> tuple[Observation, ...]:
        """Every theorem of the plan at every sampled input."""
        seen: list[Observation] = []
        for asked in self.asked:
            here, places = concerned(asked, sampled, positions)
            if places:
                seen += self.ask(asked, ops, here, places)
        return tuple(seen)

    def ask(
        self, asked: Asked, ops: EnclosureBackend, sampled: Sampled, positions: list[tuple[int, ...]]
    ) -> tuple[Observation, ...]:
        """One theorem at inputs that it speaks of."""
        found = evaluate(asked.check, ops, given(asked, self.plan, self.parts, sampled))
        return observations_of(self.name, asked, found, positions, sampled.hit)
