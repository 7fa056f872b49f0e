"""All passes of a profile: every sequence, seed and group of ε, theorems and norms watched on the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from jaxtyping import Float, Int
from torch import Tensor

from pybridge.binding.block_scope import BlockScope
from pybridge.binding.instances import Instances
from pybridge.binding.ledger import Ledger
from pybridge.measure.positions import PositionSet
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.rows import ProfileRow
from pybridge.models.adapter import Adapter
from pybridge.profile.combinations import CombinationBackend
from pybridge.profile.memory import groups_of
from pybridge.profile.norms import NormWatch
from pybridge.profile.theorems import PassTheorems
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict


@dataclass(frozen=True)
class Run:
    """The rows of one sequence under one seed: by ε, then position set, then update."""

    sequence: int
    seed: int
    rows: tuple[ProfileRow, ...]


@dataclass(frozen=True)
class Plan:
    """What every sequence is put through."""

    eps: tuple[float, ...]
    seeds: tuple[int, ...]
    granularity: str
    positions: tuple[PositionSet, ...]
    rows_at_once: int

    @property
    def groups(self) -> tuple[tuple[float, ...], ...]:
        return groups_of(self.eps, self.rows_at_once)

    def pass_count(self, sequences: int) -> int:
        return sequences * len(self.seeds) * len(self.groups)


class Passes:
    """Runs a plan and keeps scalars only.

    Args:
        ledger: counts the verdicts of the theorems, with a `CombinationBackend`.
        bundles: a ledger with the plain enclosures, to which a pass with a violation is put again from its
            states, so that the bundle can be written; its own counts are of no interest.
        advance: called after every update of every pass.
    Attributes:
        h_0: of the first clean run, in the model's dtype.
        norms: what the norms of the clean runs were handed.
    """

    def __init__(
        self,
        adapter: Adapter,
        plan: Plan,
        ledger: Ledger,
        bundles: Ledger,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self._adapter, self._plan, self._advance = adapter, plan, advance
        self._ledger, self._bundles = ledger, bundles
        self._ops = CombinationBackend()
        self._several = len(plan.seeds) > 1
        self.norms = NormWatch()
        self.h_0: Float[Tensor, "1 tokens d_model"] | None = None

    def run(self, sequences: Int[Tensor, "sequences tokens"]) -> tuple[Run, ...]:
        """Every sequence under every seed.

        Raises: SettingError for an ε below the noise floor of the model's dtype, or updates that the family
            does not have; NonFiniteError for NaN or infinity.
        """
        self._several = self._several or len(sequences) > 1
        return tuple(
            self._one_run(ids[None], sequence, seed)
            for sequence, ids in enumerate(sequences)
            for seed in self._plan.seeds
        )

    def _one_run(self, ids: Int[Tensor, "1 tokens"], sequence: int, seed: int) -> Run:
        rows: list[ProfileRow] = []
        for group, eps in enumerate(self._plan.groups):
            first = seed == self._plan.seeds[0] and group == 0
            rows += self._one_pass(ids, sequence, ProfileSpec(eps, seed, *self._settings), first=first)
        return Run(sequence, seed, tuple(rows))

    @property
    def _settings(self) -> tuple[str, tuple[PositionSet, ...]]:
        return self._plan.granularity, self._plan.positions

    def _one_pass(
        self, ids: Int[Tensor, "1 tokens"], sequence: int, spec: ProfileSpec, *, first: bool
    ) -> tuple[ProfileRow, ...]:
        """Args: first: whether the clean row of this sequence is seen for the first time."""
        place = f"sequence {sequence}, seed {spec.seed}, " if self._several else ""
        theorems = PassTheorems(spec, self._ledger.put, self._ops, place=place, with_clean=first)

        def see(transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
            if self.h_0 is None:
                self.h_0 = transition.before[:1].to(self._adapter.device, self._adapter.dtype, copy=True)
            theorems.see(transition, rows)
            self._advance()

        violated = self._ledger.count(Verdict.VIOLATED)
        watch = self.norms.of_the_clean_row(self._adapter, ids.shape[1]) if first else nullcontext()
        with watch:
            rows = measure_profile(self._adapter, ids, spec, see)
        theorems.put_all()
        if self._ledger.count(Verdict.VIOLATED) > violated:
            self._write_bundles(ids, spec, place)
        return rows

    def _write_bundles(self, ids: Int[Tensor, "1 tokens"], spec: ProfileSpec, place: str) -> None:
        """The pass once more, every theorem from the states."""

        def put(instances: Instances) -> None:
            self._bundles.put(replace(instances, where=f"{place}{instances.where}"))

        scope = BlockScope(spec, EnclosureBackend(), put)
        measure_profile(self._adapter, ids, spec, scope.see)
        for instances in scope.profiles():
            put(instances)
