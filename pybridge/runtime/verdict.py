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

from pybridge.errors import LivingInferenceError, UnsupportedError
from pybridge.runtime.backend import Backend, Value
from pybridge.runtime.claims import Claim, Truth
from pybridge.runtime.sides import Ends, reason, sides_of


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
    SOLVED: tuple[str, ...]

    def complete(self, ops: Backend, **measured: Value) -> dict[str, Value]: ...

    def hypotheses(self, ops: Backend, **values: Value) -> Iterable[tuple[str, Callable[[], Claim]]]: ...

    def guards(self, ops: Backend, **values: Value) -> Iterable[tuple[str, Callable[[], Claim]]]: ...

    def conclusion(self, ops: Backend, **values: Value) -> Claim: ...


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Verdicts of one theorem over a batch of B instances.

    Attributes:
        theorem: the check's NAME.
        verdicts: (B,) array of `Verdict`.
        reasons: B texts; empty for HOLDS of `≤` and `<`, the printed joint width for HOLDS of `=`.
        lhs_lo, lhs_hi, rhs_lo, rhs_hi: (B,) ends of both sides; None when the conclusion compares no reals.
        tightness: (B,) upper end of lhs over lower end of rhs (0/0 counts as 1, NaN when rhs < 0); None as
            above.
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
    Returns: one verdict per instance; a single UNSUPPORTED when the check has no runtime mode, a measured
        binder is absent, or the arithmetic lacks a verb it needs; a single ERROR (with the exception) when
        our own arithmetic or the generated code breaks.
    Raises: LivingInferenceError for what the user can mend, such as NaN in the data.
    """
    if "runtime" not in check.MODES:
        return _single(check.NAME, Verdict.UNSUPPORTED, "stated for property tests only (no runtime mode)")
    if missing := sorted(set(check.MEASURED) - set(given)):
        return _single(check.NAME, Verdict.UNSUPPORTED, f"nothing was measured for {', '.join(missing)}")
    try:
        return _evaluate(check, ops, given)
    except UnsupportedError as error:
        return _single(check.NAME, Verdict.UNSUPPORTED, str(error))
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
    # a solved hypothesis is how `complete` got its variable's value: there is nothing left to ask
    hypotheses = [pair for pair in check.hypotheses(ops, **values) if pair[0] not in check.SOLVED]
    conditions = [(name, thunk()) for name, thunk in hypotheses]
    conditions += [(f"{text} ≠ 0", thunk()) for text, thunk in check.guards(ops, **values)]
    conclusion = check.conclusion(ops, **values)

    sides = sides_of(ops, conclusion)
    shapes = [claim.truth.shape for _, claim in conditions] + [conclusion.truth.shape, (1,)]
    size = np.broadcast_shapes(*shapes, sides.shape if sides else ())[0]

    # element by element: NumPy would turn a StrEnum that fills or is spread over an array into a plain str
    verdicts = np.array([Verdict.INCONCLUSIVE] * size, dtype=object)
    reasons = [""] * size
    open_instances = _judge_conditions(conditions, verdicts, reasons)
    truth = np.broadcast_to(conclusion.truth, (size,))
    sides = sides.broadcast(size) if sides else None
    for i in np.flatnonzero(open_instances):
        verdicts[i] = _VERDICT_OF[Truth(truth[i])]
        reasons[i] = reason(conclusion, int(truth[i]), sides, int(i))
    if sides is None:
        return Evaluation(check.NAME, verdicts, reasons, values=values)
    return Evaluation(
        check.NAME,
        verdicts,
        reasons,
        lhs_lo=sides.lhs_lo,
        lhs_hi=sides.lhs_hi,
        rhs_lo=sides.rhs_lo,
        rhs_hi=sides.rhs_hi,
        tightness=sides.tightness(certain=(truth == Truth.TRUE) & (conclusion.op in ("≤", "<"))),
        relative_width=sides.relative_width(),
        values=values,
    )


_VERDICT_OF = {
    Truth.TRUE: Verdict.HOLDS,
    Truth.FALSE: Verdict.VIOLATED,
    Truth.UNDECIDED: Verdict.INCONCLUSIVE,
}


def _judge_conditions(
    conditions: list[tuple[str, Claim]], verdicts: NDArray[np.object_], reasons: list[str]
) -> NDArray[np.bool_]:
    """Fill in unmet and undecided conditions; the instances returned have every condition certainly true."""
    unmet = _names(conditions, Truth.FALSE, len(reasons))
    undecided = _names(conditions, Truth.UNDECIDED, len(reasons))
    for i, (false, unknown) in enumerate(zip(unmet, undecided, strict=True)):
        if false:
            verdicts[i], reasons[i] = Verdict.HYPOTHESIS_UNMET, f"not met: {', '.join(false)}"
        elif unknown:
            reasons[i] = f"undecided: {', '.join(unknown)}"
    return np.array([not (false or unknown) for false, unknown in zip(unmet, undecided, strict=True)])


def _names(conditions: list[tuple[str, Claim]], wanted: Truth, size: int) -> list[list[str]]:
    """Per instance, the conditions with the wanted truth, in source order."""
    names: list[list[str]] = [[] for _ in range(size)]
    for name, claim in conditions:
        for i in np.flatnonzero(np.broadcast_to(claim.truth == wanted, (size,))):
            names[i].append(name)
    return names


def _single(theorem: str, verdict: Verdict, reason: str, error: Exception | None = None) -> Evaluation:
    return Evaluation(theorem, np.array([verdict], dtype=object), [reason], error=error)
