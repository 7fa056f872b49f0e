"""The theorems about blocks and their removal, put to every block that is removed, and to all at once.

Each removed block on its own: the theorems of a block (E1, E2, E4, E5 and what else is asked of one residual
update), of its states in the clean run and under the perturbation that ranked it; and Theorem E3, of its own
error on its way through the rest. All together: the lockstep theorems (10c, D3, …) of the shorter model
beside the whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Int
from torch import Tensor

from pybridge.binding.block_scope import BlockScope
from pybridge.binding.instances import Instances
from pybridge.binding.ledger import Ledger, OnViolation
from pybridge.binding.lockstep_scope import Lockstep, LockstepScope, Wording
from pybridge.binding.removal_scope import RemovalRow, measure_removals
from pybridge.layers.joint import run_joint_removal
from pybridge.measure.lockstep import LockstepStep
from pybridge.measure.positions import PositionSet
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.progress import SILENT, Progress
from pybridge.measure.rows import ProfileRow
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.runtime.backend import Backend
from pybridge.runtime.verdict import Verdict

ONE_BLOCK = frozenset({"block", "removal"})
ALL_AT_ONCE = frozenset({"step", "lockstep"})


@dataclass(frozen=True, eq=False)
class Removed:
    """What the theorems said of one removal.

    Attributes:
        blocks: the one block, or all of them.
        ledger: verdicts, theorem by theorem.
        rows: E3's numbers by position set; empty for the joint removal.
        lockstep: the joint removal's numbers; None for one block.
    """

    blocks: tuple[int, ...]
    ledger: Ledger
    rows: tuple[RemovalRow, ...] = ()
    lockstep: Lockstep | None = None


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Every removed block on its own, in the order of removal, and all of them together."""

    single: tuple[Removed, ...]
    joint: Removed

    def count(self, verdict: Verdict) -> int:
        return sum(found.ledger.count(verdict) for found in (*self.single, self.joint))


def put_theorems(
    adapter: Adapter,
    input_ids: Int[Tensor, "1 tokens"],
    removed: Sequence[int],
    profile: ProfileSpec,
    checks: Iterable[Any],
    ops: Backend,
    on_violation: OnViolation,
    progress: Progress = SILENT,
) -> Verdicts:
    """Put every extracted theorem of the scopes block, removal, step and lockstep to a removal.

    Args:
        removed: blocks, in the order of removal.
        profile: granularity `block`, the perturbation that ranked them.
        checks: generated check modules.
    Raises: NonFiniteError when the whole model overflows.
    """
    checks = list(checks)

    def ledger_of(scopes: frozenset[str]) -> Ledger:
        return Ledger([check for check in checks if check.SCOPE in scopes], ops, on_violation)

    ledgers = {block: ledger_of(ONE_BLOCK) for block in removed}
    _blocks(adapter, input_ids, ledgers, profile, ops)
    h_0 = embedded(adapter, input_ids)[0]
    rows = _downstream(adapter, h_0, ledgers, profile.positions, ops, progress)
    joint = ledger_of(ALL_AT_ONCE)
    progress.begin("running without the removed blocks", adapter.n_blocks)
    lockstep = _together(adapter, h_0, removed, profile.positions, ops, joint.put, progress)
    singles = tuple(
        Removed((block,), ledger, tuple(row for row in rows if row.block == block))
        for block, ledger in ledgers.items()
    )
    return Verdicts(singles, Removed(tuple(sorted(removed)), joint, lockstep=lockstep))


def _blocks(
    adapter: Adapter,
    input_ids: Int[Tensor, "1 tokens"],
    ledgers: dict[int, Ledger],
    profile: ProfileSpec,
    ops: Backend,
) -> None:
    """The scope `block` of every removed block, a scope each: the states before it are not needed."""

    def see(transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        ledger = ledgers.get(transition.update.block)
        if ledger is not None:
            BlockScope(profile, ops, ledger.put).see(transition, rows)

    measure_profile(adapter, input_ids, profile, see)


def _downstream(
    adapter: Adapter,
    h_0: Tensor,
    ledgers: dict[int, Ledger],
    positions: tuple[PositionSet, ...],
    ops: Backend,
    progress: Progress,
) -> list[RemovalRow]:
    """The scope `removal`, all removals in one walk; rows and instances come in one order."""
    found: list[Instances] = []
    rows = measure_removals(adapter, h_0, sorted(ledgers), positions, ops, found.append, progress)
    for instances, row in zip(found, rows, strict=True):
        ledgers[row.block].put(instances)
    return rows


def _together(
    adapter: Adapter,
    h_0: Tensor,
    removed: Sequence[int],
    positions: tuple[PositionSet, ...],
    ops: Backend,
    put: Callable[[Instances], None],
    progress: Progress,
) -> Lockstep:
    blocks = ",".join(map(str, sorted(removed)))
    wording = Wording(
        step=f"block {{}}, {blocks} removed",
        whole=f"model without blocks {blocks}",
        no_error_yet="no block is removed up to this one: there is no error to bound",
    )
    scope = LockstepScope(positions, adapter.dtype, ops, put, wording)

    def see(step: LockstepStep) -> None:
        scope.see(step)
        progress.advance()

    stopped = run_joint_removal(adapter, h_0, frozenset(removed), see)
    if stopped is not None:
        scope.stop(stopped)
    for instances in scope.runs():
        put(instances)
    return Lockstep(scope.rows, scope.end_to_end())
