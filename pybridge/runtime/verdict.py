"""From claims to verdicts: what one theorem says about one batch of measured instances.

The order of the questions is part of the meaning (first answer wins, instance by instance):

1. a hypothesis or a guard (denominator ≠ 0) certainly false: HYPOTHESIS_UNMET, neither pass nor failure;
2. a hypothesis or a guard undecided: INCONCLUSIVE;
3. the conclusion certainly true: HOLDS; certainly false: VIOLATED; undecided: INCONCLUSIVE.

So VIOLATED needs every hypothesis certainly met, and HOLDS says nothing that rounding could take back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pybridge.errors import LivingInferenceError
from pybridge.runtime.backend import Backend, Value
from pybridge.runtime.claims import Claim, Truth


class Verdict(StrEnum):
    """The closed set of outcomes; only VIOLATED means that the theorem failed here."""

    HOLDS = "HOLDS"
    VIOLATED = "VIOLATED"
    INCONCLUSIVE = "INCONCLUSIVE"
    HYPOTHESIS_UNMET = "HYPOTHESIS_UNMET"
    UNSUPPORTED = "UNSUPPORTED"
    ERROR = "ERROR"


class Check(Protocol):
    """What `evaluate` needs of a generated check module."""

    NAME: str
    MODES: tuple[str, ...]
    MEASURED: Mapping[str, str]

    def complete(self, ops: Backend, **measured: Value) -> dict[str, Value]: ...

    def hypotheses(self, ops: Backend, **values: Value) -> Iterable[tuple[str, Callable[[], Claim]]]: ...

    def guards(self, ops: Backend, **values: Value) -> Iterable[tuple[str, Callable[[], Claim]]]: ...

    def conclusion(self, ops: Backend, **values: Value) -> Claim: ...


Ends = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Verdicts of one theorem over a batch of B instances.

    Attributes:
        theorem: the check's NAME.
        verdicts: (B,) array of `Verdict`.
        reasons: B texts; empty for HOLDS of `≤` and `<`, the printed joint width for HOLDS of `=`.
        lhs_lo, lhs_hi, rhs_lo, rhs_hi: (B,) ends of both sides; None when the conclusion compares no reals.
        tightness: (B,) upper end of lhs over lower end of rhs (0/0 counts as 1, NaN when rhs < 0); None as above.
        relative_width: (B,) width of the hull of both sides over its magnitude; None as above.
        values: every binder's value, measured and completed, by name.
        error: the exception behind ERROR verdicts.
    """

    theorem: str
    verdicts: NDArray[np.object_]
    reasons: list[str]
    lhs_lo: Ends | None = None
    lhs_hi: Ends | None = None
    rhs_lo: Ends | None = None
    rhs_hi: Ends | None = None
    tightness: Ends | None = None
    relative_width: Ends | None = None
    values: dict[str, Value] = field(default_factory=dict)
    error: Exception | None = None


def evaluate(check: Check | Any, ops: Backend, given: Mapping[str, Value]) -> Evaluation:
    """Evaluate a check on measured values.

    Args:
        check: a generated check module (or anything with its attributes).
        ops: the arithmetic.
        given: binder name → measured value, for the binders in `check.MEASURED`.
    Returns: one verdict per instance; a single UNSUPPORTED when the check has no runtime mode or a measured binder is
        absent, a single ERROR (with the exception) when our own arithmetic or the generated code breaks.
    Raises: LivingInferenceError for what the user can mend, such as NaN in the data.
    """
    if "runtime" not in check.MODES:
        return _single(check.NAME, Verdict.UNSUPPORTED, "stated for property tests only (no runtime mode)")
    if missing := sorted(set(check.MEASURED) - set(given)):
        return _single(check.NAME, Verdict.UNSUPPORTED, f"nothing was measured for {', '.join(missing)}")
    try:
        return _evaluate(check, ops, given)
    except LivingInferenceError:
        raise
    except (
        Exception
    ) as error:  # a broken check is one ERROR in the ledger, with its cause, not the end of the run
        reason = f"{type(error).__name__}: {error}"
        return _single(check.NAME, Verdict.ERROR, reason, error)


def _evaluate(check: Check | Any, ops: Backend, given: Mapping[str, Value]) -> Evaluation:
    admitted = {name: ops.admit(name, given[name]) for name in check.MEASURED}
    values = check.complete(ops, **admitted)
    conditions = [(name, thunk()) for name, thunk in check.hypotheses(ops, **values)]
    conditions += [(f"{text} ≠ 0", thunk()) for text, thunk in check.guards(ops, **values)]
    conclusion = check.conclusion(ops, **values)

    sides = _ends(ops, conclusion)
    shapes = [claim.truth.shape for _, claim in conditions] + [conclusion.truth.shape, (1,)]
    shapes += [np.shape(end) for end in sides]
    size = np.broadcast_shapes(*shapes)[0]
    sides = tuple(np.broadcast_to(np.asarray(end, dtype=np.float64), (size,)) for end in sides)

    verdicts = np.full(size, Verdict.INCONCLUSIVE, dtype=object)
    reasons = [""] * size
    open_instances = _judge_conditions(conditions, verdicts, reasons)
    truth = np.broadcast_to(conclusion.truth, (size,))
    verdicts[open_instances & (truth == Truth.TRUE)] = Verdict.HOLDS
    verdicts[open_instances & (truth == Truth.FALSE)] = Verdict.VIOLATED
    for i in np.flatnonzero(open_instances):
        reasons[i] = _reason(conclusion, int(truth[i]), tuple(float(end[i]) for end in sides))
    if not sides:
        return Evaluation(check.NAME, verdicts, reasons, values=values)
    width, tightness = _relative_width(*sides), _tightness(sides[1], sides[2])
    return Evaluation(check.NAME, verdicts, reasons, *sides, tightness, width, values)


def _judge_conditions(
    conditions: list[tuple[str, Claim]], verdicts: NDArray[np.object_], reasons: list[str]
) -> NDArray[np.bool_]:
    """Fill in unmet and undecided conditions; returns the instances whose every condition is certainly true."""
    size = len(reasons)
    unmet, undecided = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    names: list[list[str]] = [[] for _ in range(size)]
    for wanted, mask in ((Truth.FALSE, unmet), (Truth.UNDECIDED, undecided)):
        for name, claim in conditions:
            hit = np.broadcast_to(claim.truth == wanted, (size,)) & ~(unmet if mask is undecided else False)
            mask |= hit
            for i in np.flatnonzero(hit):
                names[i].append(name)
    verdicts[unmet] = Verdict.HYPOTHESIS_UNMET
    for i in np.flatnonzero(unmet):
        reasons[i] = f"not met: {', '.join(names[i])}"
    for i in np.flatnonzero(undecided):
        reasons[i] = f"undecided: {', '.join(names[i])}"
    return ~(unmet | undecided)


def _ends(ops: Backend, conclusion: Claim) -> tuple[Any, ...]:
    """(lhs_lo, lhs_hi, rhs_lo, rhs_hi) of a comparison of reals, else ()."""
    if not conclusion.is_relation:
        return ()
    try:
        return (*ops.ends(conclusion.left), *ops.ends(conclusion.right))
    except TypeError:  # vectors, maps and naturals have no ends
        return ()


def _reason(claim: Claim, truth: int, ends: tuple[float, ...]) -> str:
    if not ends:
        return "" if truth == Truth.TRUE else _combination_reason(claim, truth)
    lhs_lo, lhs_hi, rhs_lo, rhs_hi = ends
    text = f"left in [{lhs_lo!r}, {lhs_hi!r}], right in [{rhs_lo!r}, {rhs_hi!r}]"
    width = float(_relative_width(*map(np.asarray, ends)))
    if truth == Truth.TRUE:
        return f"joint relative width {width:.3g}" if claim.op == "=" else ""
    if truth == Truth.FALSE:
        return f"certainly not left {claim.op} right: {text}"
    return f"left {claim.op} right undecided, joint relative width {width:.3g}: {text}"


def _combination_reason(claim: Claim, truth: int) -> str:
    if claim.op == "↔":
        return "one side true, the other false" if truth == Truth.FALSE else "a side of ↔ is undecided"
    return f"a part of {claim.op} is {'false' if truth == Truth.FALSE else 'undecided'}"


def _relative_width(lhs_lo: Ends, lhs_hi: Ends, rhs_lo: Ends, rhs_hi: Ends) -> Ends:
    """Width of the hull of both intervals over its largest magnitude; 0 when both are the point 0."""
    lo, hi = np.minimum(lhs_lo, rhs_lo), np.maximum(lhs_hi, rhs_hi)
    magnitude = np.maximum(np.abs(lo), np.abs(hi))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(magnitude == 0, 0.0, (hi - lo) / np.where(magnitude == 0, 1.0, magnitude))


def _tightness(lhs_hi: Ends, rhs_lo: Ends) -> Ends:
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        ratio = np.where((rhs_lo == 0) & (lhs_hi == 0), 1.0, lhs_hi / rhs_lo)
    return np.where(rhs_lo < 0, np.nan, ratio)


def _single(theorem: str, verdict: Verdict, reason: str, error: Exception | None = None) -> Evaluation:
    return Evaluation(theorem, np.array([verdict], dtype=object), [reason], error=error)
