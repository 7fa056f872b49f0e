"""The theorems about residual updates, put to a whole forward pass at once.

Equal to `binding.BlockScope` instance by instance, but from the energies the profile has taken anyway: one
evaluation of a theorem serves every block, ε and position set, where the states of one block at a time
would need thousands. A violation found here is written by `BlockScope`, from the states of a second pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pybridge.binding.block_scope import OF_THE_ERROR, of_the_clean_run, of_the_error
from pybridge.binding.instances import SCOPES, Instances
from pybridge.binding.sequences import Values
from pybridge.binding.steps import CleanStep, ErrorStep
from pybridge.measure.positions import PositionSet
from pybridge.measure.profile import ProfileSpec, Transition
from pybridge.measure.rows import ProfileRow
from pybridge.profile import combinations as of
from pybridge.profile.combinations import Combination, CombinationBackend, Measured
from pybridge.profile.enclosed import Enclosed, enclose, measured
from pybridge.runtime.enclosure import EnclosedReal

Setting = tuple[float, str]
"""ε and position set."""


@dataclass(frozen=True, eq=False)
class Batch(Instances):
    """Instances of which each label is a whole place of its own."""

    def label(self, index: int, size: int) -> str:
        return self.labels[index] if size == len(self.labels) else self.where


@dataclass
class _Collected:
    """Instances of one kind, in the order of the updates."""

    labels: list[str] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)

    def add(self, label: str, enclosed: Enclosed, setting: Setting) -> None:
        self.labels.append(label)
        self.enclosed.append(enclosed)
        self.settings.append(setting)


class PassTheorems:
    """Watches one pass of `measure_profile` (`see`), then hands on every instance it makes (`put_all`).

    Args:
        place: what the pass is, put before every label: empty, or `sequence 2, seed 1, `.
        with_clean: whether what the clean run alone says is put too; once a sequence is enough.
    """

    def __init__(
        self,
        spec: ProfileSpec,
        put: Callable[[Instances], None],
        ops: CombinationBackend,
        *,
        place: str = "",
        with_clean: bool = True,
    ) -> None:
        self._spec, self._put, self._ops = spec, put, ops
        self._place, self._with_clean = place, with_clean
        self._clean, self._error = _Collected(), _Collected()
        self._silent: list[tuple[str, str]] = []
        self._noise: dict[Setting, str] = {}

    def see(self, transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        """Take the enclosures of one update while its states are alive."""
        noise = {(row.eps, row.positions): row.noise for row in rows}
        place = f"{self._place}block {transition.update}"
        for positions in self._spec.positions:
            for row, eps in enumerate(self._spec.eps):
                enclosed = enclosed_update(transition, row, positions)
                setting = (eps, positions.name)
                if row == 0:
                    self._clean.add(f"{place}, positions {positions.name}", enclosed, setting)
                label = f"{place}, ε = {eps:g}, positions {positions.name}"
                why = noise[setting]
                if why is None:
                    self._error.add(label, enclosed, setting)
                    continue
                self._noise.setdefault(setting, f"{place}: {why}")
                self._silent.append((label, why))

    def put_all(self) -> None:
        """Every theorem on every instance of the pass."""
        if self._with_clean:
            given = of_the_clean_run(self._step(self._clean).clean)
            self._put(Batch("block", f"{self._place}clean run", tuple(self._clean.labels), given))
        for label, why in self._silent:
            absent = dict.fromkeys(OF_THE_ERROR, f"noise: {why}")
            nothing = dict.fromkeys(SCOPES["block"] - OF_THE_ERROR)
            self._put(Instances("block", label, ("",), nothing, absent, OF_THE_ERROR))
        if self._error.labels:
            self._put_errors()
        for (eps, positions), why in self._noise.items():
            absent = dict.fromkeys(SCOPES["profile"], f"noise: {why}")
            where = f"{self._place}profile, ε = {eps:g}, positions {positions}"
            self._put(Instances("profile", where, ("",), {}, absent))

    def _put_errors(self) -> None:
        step = self._step(self._error)
        given = of_the_clean_run(step.clean) | of_the_error(step)
        labels = tuple(self._error.labels)
        self._put(Batch("block", f"{self._place}perturbed runs", labels, given, new=OF_THE_ERROR))
        for batch in self._profiles(step):
            self._put(batch)

    def _step(self, collected: _Collected) -> ErrorStep:
        return step_of(self._ops, measured(collected.enclosed))

    def _profiles(self, step: ErrorStep) -> Iterator[Instances]:
        """The scope `profile`: every ε and position set without noise is one instance."""
        settings = [s for s in dict.fromkeys(self._error.settings) if s not in self._noise]
        if not settings:
            return
        at = np.array([[i for i, s in enumerate(self._error.settings) if s == one] for one in settings])
        ops, count = self._ops, at.shape[1]
        injections = _by_update(ops.div(step.arriving, ops.vec_norm(step.clean.next_h)), at)
        contractions = _by_update(step.amplitude_ratio, at)
        energies = [_by_update(step.energy, at)[0], *_by_update(step.next_energy, at)]
        given: Mapping[str, Any] = {
            "block count": count,
            "middle block": count // 2,
            "relative injections": Values(injections),
            "injection cap": ops.upper_end_over(0, count, injections.__getitem__),
            "contraction cap": ops.upper_end_over(0, count, contractions.__getitem__),
            "error energies": Values(energies),
            "step factors": Values(_by_update(step.factor, at)),
        }
        labels = tuple(f"{self._place}profile, ε = {eps:g}, positions {p}" for eps, p in settings)
        yield Batch("profile", f"{self._place}profile", labels, given)


def step_of(ops: CombinationBackend, table: Measured) -> ErrorStep:
    """The update and the error on top of it, as combinations."""

    def vector(*coefficients: of.Coefficients) -> Any:
        total = tuple(sum(column) for column in zip(*coefficients, strict=True))
        return Combination(table, (total[0], total[1], total[2], total[3]))

    clean = CleanStep(ops, vector(of.STATE), vector(of.NEXT_STATE))
    return ErrorStep(clean, vector(of.STATE, of.ERROR), vector(of.NEXT_STATE, of.NEXT_ERROR))


def _by_update(values: EnclosedReal, at: np.ndarray) -> list[EnclosedReal]:
    """Per update, the values of all settings. `at`: (settings, updates), places in the batch."""
    return [EnclosedReal(values.lo[column], values.hi[column]) for column in at.T]


def enclosed_update(transition: Transition, row: int, positions: PositionSet) -> Enclosed:
    """What perturbed row `row` (0 … k-1) and the clean one are found to do in one update."""
    sums = transition.energies[row].over(positions)
    h, next_h = transition.before[0], transition.after[0]
    hhat, next_hhat = transition.before[row + 1], transition.after[row + 1]

    def vector(name: str) -> Tensor:
        made = {
            "state": lambda: h,
            "update": lambda: next_h - h,
            "next_state": lambda: next_h,
            "error": lambda: hhat - h,
            "error_update": lambda: (next_hhat - next_h) - (hhat - h),
            "next_error": lambda: next_hhat - next_h,
        }
        return made[name]()[positions.rows]

    def unmoved(before: Tensor, after: Tensor) -> bool:
        return torch.equal(before[positions.rows], after[positions.rows])

    tokens, d_model = h[positions.rows].shape
    idle = sums.update == sums.error_update == 0 and unmoved(h, next_h) and unmoved(hhat, next_hhat)
    return enclose(sums, tokens, d_model, vector, idle=idle)
