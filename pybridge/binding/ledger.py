"""The theorem ledger: every verdict counted, the worst kept with its place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pybridge.binding.instances import Instances, RuntimeCheck, bind, reason_absent, require_known
from pybridge.runtime.backend import Backend
from pybridge.runtime.verdict import Evaluation, Verdict, evaluate

_EXAMPLES_KEPT = 3


@dataclass(frozen=True)
class Worst:
    """An extreme of a quantity over all instances, and where it was seen."""

    value: float
    where: str


@dataclass
class Tally:
    """One theorem's verdicts over a run.

    Attributes:
        verdicts: how often each verdict came.
        hypotheses_met: instances whose every hypothesis was certainly true.
        tightness: largest lhs/rhs among them.
        width: widest joint relative width among them.
        reasons: why instances were not decided or not applicable, by reason.
        examples: up to three places for each of VIOLATED, INCONCLUSIVE and ERROR.
    """

    check: RuntimeCheck
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    hypotheses_met: int = 0
    tightness: Worst | None = None
    width: Worst | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[Verdict, list[str]] = field(default_factory=dict)

    @property
    def instances(self) -> int:
        return sum(self.verdicts.values())

    def add(self, evaluation: Evaluation, instances: Instances) -> None:
        """Count one evaluation."""
        size = len(evaluation.verdicts)
        for i, verdict in enumerate(evaluation.verdicts):
            where, reason = instances.label(i, size), evaluation.reasons[i]
            self.verdicts[verdict] += 1
            self._note(verdict, where, reason)
            if not _hypotheses_met(verdict, reason):
                continue
            self.hypotheses_met += 1
            self.tightness = _worse(self.tightness, evaluation.tightness, i, where)
            self.width = _worse(self.width, evaluation.relative_width, i, where)

    def _note(self, verdict: Verdict, where: str, reason: str) -> None:
        if verdict in (Verdict.HYPOTHESIS_UNMET, Verdict.UNSUPPORTED) or reason.startswith("undecided:"):
            self.reasons[reason] += 1
        if verdict in (Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.ERROR):
            some = self.examples.setdefault(verdict, [])
            if len(some) < _EXAMPLES_KEPT:
                some.append(f"{where}: {reason}")


def _hypotheses_met(verdict: Verdict, reason: str) -> bool:
    decided = verdict in (Verdict.HOLDS, Verdict.VIOLATED)
    return decided or (verdict is Verdict.INCONCLUSIVE and not reason.startswith("undecided:"))


def _worse(worst: Worst | None, values: Any, index: int, where: str) -> Worst | None:
    if values is None or not math.isfinite(values[index]):
        return worst
    value = float(values[index])
    return Worst(value, where) if worst is None or value > worst.value else worst


OnViolation = Callable[[RuntimeCheck, Instances, int, Evaluation], None]


class Ledger:
    """Puts every runtime theorem of a scope to every batch of instances and keeps the tallies.

    Args:
        checks: generated check modules; those without a runtime mode are left out.
        ops: the arithmetic.
        on_violation: called for each violated instance, while its values are alive.
    Raises: PlanError for a check that asks for something no scope offers.
    """

    def __init__(self, checks: Iterable[Any], ops: Backend, on_violation: OnViolation) -> None:
        self._ops, self._on_violation = ops, on_violation
        self.tallies = [Tally(check) for check in checks if "runtime" in check.MODES]
        for tally in self.tallies:
            require_known(tally.check)

    def put(self, instances: Instances) -> None:
        """Evaluate every theorem that the instances concern on them."""
        for tally in self.tallies:
            if instances.concerns(tally.check):
                self._put_one(tally, instances)

    def _put_one(self, tally: Tally, instances: Instances) -> None:
        check = tally.check
        if (reason := reason_absent(check, instances)) is not None:
            tally.verdicts[Verdict.UNSUPPORTED] += 1  # once a batch: nothing was measured that makes more
            tally.reasons[reason] += 1
            return
        evaluation = evaluate(check, self._ops, bind(check, instances))
        tally.add(evaluation, instances)
        for i, verdict in enumerate(evaluation.verdicts):
            if verdict == Verdict.VIOLATED:
                self._on_violation(check, instances, i, evaluation)

    def count(self, verdict: Verdict) -> int:
        return sum(tally.verdicts[verdict] for tally in self.tallies)
