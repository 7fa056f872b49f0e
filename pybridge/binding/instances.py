"""What the harness measured, in the words of the statements, and how a check gets it.

A theorem says which of its binders is measured and by what meaning (`MEASURED` of its generated check, from
`@measure` in Lean); a scope offers values by meaning. Binding joins the two; nothing else connects a theorem
to a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pybridge.errors import PlanError


class RuntimeCheck(Protocol):
    """What binding and the ledger read of a generated check module."""

    NAME: str
    NUMBER: str
    SECTION: str
    STATEMENT: str
    SCOPE: str | None
    CERTIFICATE: bool | None
    MODES: tuple[str, ...]
    MEASURED: Mapping[str, str]


SCOPES: dict[str, frozenset[str]] = {
    "map": frozenset(
        {
            "weight",
            "sparse weight",
            "low-rank weight",
            "activation",
            "cached activation",
            "near radius",
            "far radius",
            "full cost",
            "hit cost",
            "lookup cost",
            "hit rate",
        }
    ),
    "profile": frozenset(
        {
            "block count",
            "middle block",
            "relative injections",
            "injection cap",
            "contraction cap",
            "error energies",
            "step factors",
        }
    ),
    "block": frozenset(
        {
            "state",
            "update",
            "next state",
            "perturbed state",
            "perturbed update",
            "next perturbed state",
            "gain",
            "alignment",
            "lipschitz ratio",
            "amplitude ratio",
            "state growth",
            "error growth",
        }
    ),
    "step": frozenset(
        {
            "state",
            "update",
            "compressed state",
            "compressed update",
            "dense update map",
            "compressed update map",
            "dense lipschitz ratio",
            "injected error",
            "amplitude",
            "next amplitude",
            "amplitude factor",
            "relative injection",
            "young weight",
        }
    ),
    "lockstep": frozenset(
        {
            "block count",
            "error amplitudes",
            "amplitude factors",
            "compression injections",
            "factor cap",
            "compression cap",
            "running bound",
            "error budget",
            "absolute errors",
            "absolute injections",
        }
    ),
    "removal": frozenset({"block count", "removed block", "error energies", "step factors"}),
}
"""Scope → the meanings it offers: one linear map, one profile, one residual update, one block of the dense
and the compressed model side by side, the whole of both, or one block removed.
"""


@dataclass(frozen=True, eq=False)
class Instances:
    """One batch of instances of a scope.

    Attributes:
        scope: a key of SCOPES.
        where: what the batch is about, for people and for bundles: `map 0.mlp_up`.
        labels: one a batch entry (`position 17 against 3`); a theorem that uses no batched value is one
            instance.
        given: meaning → value.
        absent: meaning → why it could not be measured here (the noise floor, equal inputs).
        new: the meanings that are new in this batch; a theorem that measures none of them has had its
            instance already. None means all.
    """

    scope: str
    where: str
    labels: tuple[str, ...]
    given: Mapping[str, Any]
    absent: Mapping[str, str] = field(default_factory=dict)
    new: frozenset[str] | None = None

    def concerns(self, check: RuntimeCheck) -> bool:
        """Whether the check is to be put to these instances: all that it measures is spoken of, and some of
        it for the first time.
        """
        measured = set(check.MEASURED.values())
        spoken_of = measured <= set(self.given) | set(self.absent)
        return (
            self.scope == check.SCOPE
            and spoken_of
            and (self.new is None or not self.new.isdisjoint(measured))
        )

    def label(self, index: int, size: int) -> str:
        """Name of instance `index` of a theorem that had `size` of them here."""
        if size != len(self.labels) or not self.labels[index]:
            return self.where
        return f"{self.where}, {self.labels[index]}"


def require_known(check: RuntimeCheck) -> None:
    """Refuse a check whose scope or meanings the harness does not know.

    Raises: PlanError naming the theorem and the meaning.
    """
    offered = SCOPES.get(check.SCOPE or "")
    if offered is None:
        raise PlanError(
            f"{check.NAME}: a runtime check needs a scope ({', '.join(SCOPES)}); it has {check.SCOPE!r}. "
            "Give its docstring an `@measure` line, or take `runtime` out of `@mode`."
        )
    for variable, meaning in check.MEASURED.items():
        if meaning not in offered:
            raise PlanError(
                f"{check.NAME}: `{variable}` is measured by {meaning!r}, which the scope {check.SCOPE} "
                f"does not offer. It offers: {', '.join(sorted(offered))}."
            )


def bind(check: RuntimeCheck, instances: Instances) -> dict[str, Any]:
    """Binder → measured value, for the binders of `check` that the instances have a value for."""
    return {v: instances.given[m] for v, m in check.MEASURED.items() if m in instances.given}


def reason_absent(check: RuntimeCheck, instances: Instances) -> str | None:
    """Why this check cannot be put to these instances, or None."""
    reasons = [instances.absent[m] for m in check.MEASURED.values() if m in instances.absent]
    return reasons[0] if reasons else None
