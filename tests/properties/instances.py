"""Values of a statement's binders with what every part of the statement comes to there, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pybridge.codegen.load import load
from pybridge.codegen.names import python_name
from pybridge.ir.nodes import Lit, Map, Matrix, Nat, Real, Rel, Seq, Statement, Vec
from pybridge.runtime.claims import Claim
from pybridge.runtime.exact import ExactBackend, ExactMap, ExactVec, compare
from pybridge.runtime.exact.reals import Real as ExactReal
from pybridge.runtime.exact.reals import divide
from pybridge.runtime.exact.witness import from_json, to_json
from tests.properties.mutation import sizes_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """Values by Python name, in spaces of one kind."""

    statement: Statement
    space: str
    values: Mapping[str, Any]

    @cached_property
    def ops(self) -> ExactBackend:
        return ExactBackend(self.space, sizes_of(self.statement, self.values))

    @cached_property
    def conclusion(self) -> Claim:
        return _check(self.statement).conclusion(self.ops, **self.values)

    def meets_hypotheses(self) -> bool:
        hypotheses = _check(self.statement).hypotheses(self.ops, **self.values)
        return all(thunk().all_true() for _, thunk in hypotheses)

    def holds(self) -> bool:
        return self.meets_hypotheses() and self.conclusion.all_true()

    def is_full(self, least: int) -> bool:
        """No denominator is 0, no space is empty, no length or matrix size is below `least`."""
        guards = _check(self.statement).guards(self.ops, **self.values)
        sizes = [self.values[python_name(b.name)] for b in self.statement.binders if isinstance(b.sort, Nat)]
        dimensions = [
            size
            for b in self.statement.binders
            if isinstance(b.sort, Vec | Map | Matrix | Seq)
            for size in _dimensions(self.values[python_name(b.name)])
        ]
        large = all(size >= least for size in [*sizes, *self.ops.sizes.values()])
        return large and all(dimensions) and all(thunk().all_true() for _, thunk in guards)

    def to_json(self) -> Json:
        """As `necessity.json` holds it."""
        names = {binder.name: python_name(binder.name) for binder in self.statement.binders}
        return {
            "space": self.space,
            "values": {lean: text_of(self.values[python]) for lean, python in names.items()},
            "conclusion": [
                {"left": text_of(c.left), "op": c.op, "right": text_of(c.right), "holds": c.all_true()}
                for c in relations(self.conclusion)
            ],
            "exact": to_json({python: self.values[python] for python in names.values()}),
        }


def read(statement: Statement, entry: Json) -> Instance:
    """What `to_json` wrote."""
    return Instance(statement, entry["space"], from_json(entry["exact"]))


def relations(claim: Claim) -> Iterator[Claim]:
    """The relations that a claim is made of."""
    if claim.is_relation:
        yield claim
    for part in claim.parts:
        yield from relations(part)


def is_attained(found: Instance) -> bool:
    """Whether an inequality of the conclusion is an equality; one of zeros only where the statement has a
    literal 0 on the left."""
    return any(
        c.op == "≤" and compare(c.left, c.right) == 0 and (is_sign(found.statement) or not is_zero(c.left))
        for c in relations(found.conclusion)
    )


def is_sign(statement: Statement) -> bool:
    """Whether the conclusion compares the number 0 with something."""
    return isinstance(statement.conclusion, Rel) and statement.conclusion.left == Lit(0, Real())


def ratio(found: Instance) -> ExactReal | None:
    """Left over right of an inequality whose sides are not negative and whose right side is positive."""
    for claim in relations(found.conclusion):
        zero = claim.left - claim.left
        if claim.op in "≤<" and compare(claim.left, zero) >= 0 < compare(claim.right, zero):
            return divide(claim.left, claim.right)
    return None


def is_zero(value: Any) -> bool:
    match value:
        case ExactVec():
            return value.is_zero
        case ExactMap(rows):
            return not any(entry for row in rows for entry in row)
        case int():
            return value == 0
        case _:
            return compare(value, value - value) == 0


def text_of(value: Any) -> str:
    """A value to be read: a sequence as `i ↦ 1, 2, …`."""
    return f"i ↦ {value}" if hasattr(value, "entries") and not isinstance(value, ExactVec) else str(value)


@lru_cache(maxsize=256)
def _check(statement: Statement) -> Any:
    return load(statement)


def _dimensions(value: Any) -> tuple[int, ...]:
    match value:
        case ExactVec():
            return (len(value.entries),)
        case ExactMap(rows, columns):
            return (len(rows), columns)
        case _:
            return (
                tuple(size for entry in value.entries for size in _dimensions(entry))
                if _has_entries(value)
                else ()
            )


def _has_entries(value: Any) -> bool:
    return hasattr(value, "entries")
