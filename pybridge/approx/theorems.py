"""Which theorem stands behind which stage, and what it is given: the extracted checks and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import pybridge_extracted
from jaxtyping import Bool, Float

from pybridge.approx.stages import Form, Plan
from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec


class Term(StrEnum):
    """Which part of the error a theorem bounds."""

    TOTAL = "total"
    CACHE = "cache"
    SPARSE = "sparse"
    LOW_RANK = "low rank"


TOTAL_OF: dict[Form, tuple[str, ...]] = {
    Form.DROPPED: ("composition_bound_dropped",),
    Form.PRINTED: ("composition_bound_tight", "composition_bound"),
    Form.CACHED: ("composition_bound_cached_sharp", "composition_bound_cached"),
}
"""The theorems about a whole composition, the sharpest first; the second is the one the paper prints."""

_RADIUS = "cache radius"


@dataclass(frozen=True)
class Asked:
    """One theorem that is put to every sampled input of a map.

    Attributes:
        check: the generated check module.
        term: which part of the error it bounds.
        hits_only: it speaks of reused products alone; an input that found none is no instance of it.
    """

    check: Any
    term: Term
    hits_only: bool = False

    @property
    def name(self) -> str:
        return str(self.check.NAME)


class PinnedRadius:
    """A check whose δ is given instead of solved: then `‖x - xc‖ ≤ δ` is a hypothesis that is really asked.

    Otherwise δ would be the upper end of the very distance it bounds, and the threshold of the cache would
    not appear in the theorem at all.
    """

    def __init__(self, check: Any) -> None:
        self._check = check
        self.NAME, self.NUMBER, self.MODES = check.NAME, check.NUMBER, check.MODES
        self.SOLVED = check.SOLVED
        self.MEASURED: Mapping[str, str] = {**check.MEASURED, "δ": _RADIUS}

    def complete(self, ops: Any, *, δ: Any, **measured: Any) -> dict[str, Any]:
        return {**self._check.complete(ops, **measured), "δ": δ}

    def hypotheses(self, ops: Any, **values: Any) -> Any:
        return self._check.hypotheses(ops, **values)

    def guards(self, ops: Any, **values: Any) -> Any:
        return self._check.guards(ops, **values)

    def conclusion(self, ops: Any, **values: Any) -> Any:
        return self._check.conclusion(ops, **values)


def asked_of(plan: Plan) -> tuple[Asked, ...]:
    """The theorems of a plan, those about the whole error first."""
    parts = (
        *([Asked(_pinned("retrieval_bound"), Term.CACHE, hits_only=True)] if plan.cache else []),
        *([Asked(_check("sparse_activation_bound"), Term.SPARSE)] if plan.keep is not None else []),
        *([Asked(_check("interpolation_bound"), Term.LOW_RANK)] if plan.rank is not None else []),
    )
    if plan.form is None:  # one stage on its own: its error is the whole error
        return tuple(Asked(part.check, Term.TOTAL, part.hits_only) for part in parts)
    only_reuse_errs = plan.rank is None and (plan.keep is None or plan.form is not Form.DROPPED)
    return (*(Asked(_pinned(name), Term.TOTAL, only_reuse_errs) for name in TOTAL_OF[plan.form]), *parts)


@dataclass(frozen=True, eq=False)
class Sampled:
    """Inputs of one map at sampled positions.

    Attributes:
        x: the inputs, exact.
        cached: x_c, exact; the very object `x` where there is no cache.
        hit: which of them reuse a remembered product.
        radius: δ of the cache where there was a hit, 0 where x_c = x.
    """

    x: EnclosedVec
    cached: EnclosedVec
    hit: Bool[np.ndarray, " vectors"]
    radius: Float[np.ndarray, " vectors"]

    @classmethod
    def without_cache(cls, x: EnclosedVec) -> Sampled:
        count = len(x.mid)
        return cls(x, x, np.zeros(count, dtype=bool), np.zeros(count))

    @classmethod
    def together(cls, some: Sequence[Sampled]) -> Sampled:
        """The inputs of several maps as one batch; all have a cache, or none has."""
        x = EnclosedVec.exact(np.concatenate([own.x.mid for own in some]))
        apart = any(own.cached is not own.x for own in some)
        cached = EnclosedVec.exact(np.concatenate([own.cached.mid for own in some])) if apart else x
        hit, radius = ([getattr(own, name) for own in some] for name in ("hit", "radius"))
        return cls(x, cached, np.concatenate(hit), np.concatenate(radius))

    def hits(self) -> Sampled:
        """Only those that hit."""
        x, cached = (EnclosedVec.exact(vector.mid[self.hit]) for vector in (self.x, self.cached))
        return Sampled(x, cached, self.hit[self.hit], self.radius[self.hit])


def concerned(
    asked: Asked, sampled: Sampled, positions: list[tuple[int, ...]]
) -> tuple[Sampled, list[tuple[int, ...]]]:
    """Those of the inputs that a theorem speaks of, and where they were."""
    if not asked.hits_only:
        return sampled, positions
    return sampled.hits(), [place for place, hit in zip(positions, sampled.hit, strict=True) if hit]


class Enclosed(Protocol):
    """f, fSparse and fApprox of the statements, of one map or of several."""

    @property
    def weight(self) -> EnclosedMap: ...

    @property
    def sparse_weight(self) -> EnclosedMap: ...

    @property
    def low_rank_weight(self) -> EnclosedMap: ...


def given(asked: Asked, plan: Plan, parts: Enclosed, sampled: Sampled) -> dict[str, Any]:
    """Binder → value for one theorem, by the meanings that its statement names."""
    weight = _cached_map(plan, parts) if asked.term is Term.CACHE else parts.weight
    values = {
        "weight": weight,
        "sparse weight": parts.sparse_weight,
        "low-rank weight": parts.low_rank_weight,
        "activation": sampled.x,
        "cached activation": sampled.cached,
        _RADIUS: EnclosedReal.exact(sampled.radius),
    }
    return {binder: values[meaning] for binder, meaning in asked.check.MEASURED.items()}


def _cached_map(plan: Plan, parts: Enclosed) -> EnclosedMap:
    """The map whose product a composition reuses: W_approx, with the residual where that is cached too."""
    if plan.form is Form.CACHED:
        return parts.low_rank_weight + (parts.weight - parts.sparse_weight)
    return parts.low_rank_weight


def _check(name: str) -> Any:
    return pybridge_extracted.load(name)


def _pinned(name: str) -> PinnedRadius:
    return PinnedRadius(_check(name))
