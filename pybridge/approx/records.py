"""What was seen of approximated maps, forward pass by forward pass."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pybridge.approx.theorems import Asked
from pybridge.runtime.verdict import Evaluation, Verdict


@dataclass(frozen=True)
class Observation:
    """One theorem at one input of one map.

    Attributes:
        map: name of the map.
        theorem, number: the Lean theorem, and its number in the paper.
        term: which part of the error it bounds (`Term`): `total` for the whole of it.
        position: where the input was: (batch row, token) of the map's input.
        hit: whether a remembered product was reused.
        error: (lo, hi) around ‖f x - f̂ x‖, or around the term of it; computed in float64 from the exact
            weights and the exact input, never from two low-precision outputs.
        bound: (lo, hi) around the theorem's right side, from certified norms.
        tightness: error over bound, upper end; 1 where both are 0.
        verdict: VIOLATED only if every hypothesis was certainly met and the error certainly above the bound.
        reason: which hypothesis was not met, or why nothing was decided; empty when it holds.
    """

    map: str
    theorem: str
    number: str
    term: str
    position: tuple[int, ...]
    hit: bool
    error: tuple[float, float]
    bound: tuple[float, float]
    tightness: float
    verdict: Verdict
    reason: str

    @property
    def hypotheses_met(self) -> bool:
        """Whether every hypothesis was certainly true."""
        decided = self.verdict in (Verdict.HOLDS, Verdict.VIOLATED)
        return decided or (self.verdict is Verdict.INCONCLUSIVE and not self.reason.startswith("undecided:"))


@dataclass(frozen=True)
class PassRecord:
    """One watched forward pass: its number, from 0, and what was seen, map by map."""

    forward_pass: int
    observations: tuple[Observation, ...]


@dataclass(frozen=True)
class Summary:
    """One theorem on one map over all passes.

    Attributes:
        verdicts: how often each verdict came.
        hypotheses_met: observations whose every hypothesis was certainly true; the next three are over these.
        worst_error, worst_bound: the largest upper end of an error, and of a bound.
        tightest: the largest tightness; NaN where nothing was met.
    """

    map: str
    theorem: str
    number: str
    term: str
    verdicts: dict[Verdict, int]
    hypotheses_met: int
    worst_error: float
    worst_bound: float
    tightest: float


def observations_of(
    name: str,
    asked: Asked,
    evaluation: Evaluation,
    positions: Iterable[tuple[int, ...]],
    hits: Iterable[bool],
    part: slice = slice(None),
) -> tuple[Observation, ...]:
    """One observation an instance of an evaluated theorem, or of a part of them."""
    number, term = str(asked.check.NUMBER), str(asked.term)
    columns = zip(
        positions,
        hits,
        *(_column(evaluation, ends, part) for ends in ("lhs_lo", "lhs_hi", "rhs_lo", "rhs_hi", "tightness")),
        evaluation.verdicts[part],
        evaluation.reasons[part],
        strict=True,
    )
    return tuple(
        Observation(
            map=name,
            theorem=asked.name,
            number=number,
            term=term,
            position=position,
            hit=bool(hit),
            error=(error_lo, error_hi),
            bound=(bound_lo, bound_hi),
            tightness=tightness,
            verdict=verdict,
            reason=reason,
        )
        for position, hit, error_lo, error_hi, bound_lo, bound_hi, tightness, verdict, reason in columns
    )


def _column(evaluation: Evaluation, name: str, part: slice) -> list[float]:
    values = getattr(evaluation, name)
    return [math.nan] * len(evaluation.reasons[part]) if values is None else values[part].tolist()


def summarise(passes: Iterable[PassRecord]) -> tuple[Summary, ...]:
    """A line for each map and theorem, in the order in which they were first seen."""
    groups: dict[tuple[str, str, str, str], list[Observation]] = {}
    for record in passes:
        for seen in record.observations:
            groups.setdefault((seen.map, seen.theorem, seen.number, seen.term), []).append(seen)
    return tuple(_summary(key, seen) for key, seen in groups.items())


def _summary(key: tuple[str, str, str, str], seen: list[Observation]) -> Summary:
    met = [observation for observation in seen if observation.hypotheses_met]
    return Summary(
        *key,
        verdicts=dict(Counter(observation.verdict for observation in seen)),
        hypotheses_met=len(met),
        worst_error=max((observation.error[1] for observation in met), default=math.nan),
        worst_bound=max((observation.bound[1] for observation in met), default=math.nan),
        tightest=max((observation.tightness for observation in met), default=math.nan),
    )
