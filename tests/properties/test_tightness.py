"""The draws of each generated property test reach equality in its bound, and the edges of its spaces.

Draws that never came near equality would let a claim pass that is wrong by a little; draws that never had
dimension 0, a zero vector or length 0 would miss Lean's total functions. They are counted on seeded choices,
so that the counts do not move with the way hypothesis explores.
"""

from __future__ import annotations

import importlib
from collections import Counter
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from pybridge.codegen.names import python_name
from pybridge.ir import free_variables, walk
from pybridge.ir.nodes import Lit, Matrix, Member, Nat, Real, Rel, Seq, Statement, Vec
from pybridge.runtime.exact import compare
from pybridge.runtime.exact.draw import Draw
from tests.properties.mutation import statements
from tests.properties.necessity import Seeded, recorded

SAMPLE = 600
BOUNDS = sorted(
    name for name, s in statements().items() if isinstance(s.conclusion, Rel) and s.conclusion.op == "≤"
)
RARE = {
    "energy_injection": "attained",  # needs d = η * r * s, a coincidence
    "one_add_pow_sub_one_le_gamma": "best ratio",  # equality only where both sides are 0
}
"""Bounds that the draws do not meet with equality, and what `necessity.json` shows of them."""


def module(theorem: str) -> ModuleType:
    return importlib.import_module(f"pybridge_extracted.properties.test_{theorem}")


@cache
def counted(theorem: str, space: str) -> Counter[str]:
    """What `SAMPLE` seeded draws of a property test are like in one space."""
    test, statement, seen = module(theorem), statements()[theorem], Counter()
    for seed in range(SAMPLE):
        d = Draw(Seeded(seed), space)
        values = test.draw(d)
        claim = test.check.conclusion(d.ops, **values)
        if isinstance(statement.conclusion, Rel) and statement.conclusion.op == "≤":
            equal = compare(claim.left, claim.right) == 0
            seen["equality"] += equal
            seen["equality, not 0 = 0"] += equal and compare(claim.left, claim.left - claim.left) != 0
        for name in (binder.name for binder in statement.binders):
            value: Any = values[python_name(name)]
            match statement.sort_of(name):
                case Nat():
                    seen[f"{name} = {value}"] += 1
                case Vec():
                    seen[f"{name} zero"] += value.is_zero
                    seen[f"dimension {len(value.entries)}"] += 1
                case Seq(Real()):
                    seen[f"{name} zero"] += compare(value(0), Fraction(0)) == 0
                case Matrix():
                    seen[f"{name} zero"] += not any(entry for row in value.rows for entry in row)
                    seen[f"{name} empty"] += not (value.rows and value.columns)
                    seen[f"{name} large"] += len(value.rows) > 1 and value.columns > 1
                case _:
                    pass

    return seen


def needs_a_direction(statement: Statement) -> bool:
    """Whether some vector must not be 0, so that dimension 0 has no instance."""
    return any(
        isinstance(node, Rel) and node.op == "≠" and not isinstance(node.right, Nat)
        for h in statement.hypotheses
        for node in walk(h.prop)
    )


def is_bounded(statement: Statement, name: str) -> bool:
    """Whether a hypothesis restricts a length itself, so that it may not be 0."""
    return any(isinstance(h.prop, Rel) and name in free_variables(h.prop) for h in statement.hypotheses)


def needs_an_element(statement: Statement) -> bool:
    """Whether a binder is an element of an index type, so that some type is not empty."""
    return any(isinstance(binder.sort, Member) for binder in statement.binders)


@pytest.mark.parametrize("theorem", BOUNDS)
def test_bounds_are_met_with_equality(theorem: str) -> None:
    """Rarest for `composition_bound`: its third term is superfluous (P7) and has to vanish for equality."""
    conclusion = statements()[theorem].conclusion
    assert isinstance(conclusion, Rel)
    if theorem in RARE:
        assert recorded()[theorem]["tightness"]["kind"] == RARE[theorem]
        return
    kind = "equality" if conclusion.left == Lit(0, Real()) else "equality, not 0 = 0"
    for space in module(theorem).check.SPACES:
        seen = counted(theorem, space)
        assert seen[kind] >= 3, (space, seen)


@pytest.mark.parametrize("theorem", statements())
def test_the_edges_are_drawn(theorem: str) -> None:
    statement = statements()[theorem]
    for space in module(theorem).check.SPACES:
        seen = counted(theorem, space)
        for binder in statement.binders:
            name = binder.name
            match binder.sort:
                case Nat():
                    assert seen[f"{name} = 1"] >= 1
                    assert seen[f"{name} = 0"] >= (0 if is_bounded(statement, name) else 5)
                case Seq(Real()):
                    assert seen[f"{name} zero"] >= 5, (space, seen)
                case Matrix():
                    assert seen[f"{name} zero"] >= 5, (space, seen)
                    assert seen[f"{name} empty"] >= (0 if needs_an_element(statement) else 5), (space, seen)
                    assert seen[f"{name} large"] >= 20, (space, seen)
                case _:
                    pass
        if any(isinstance(binder.sort, Vec) for binder in statement.binders):
            fixed = (
                {"h", "u", "uhat"} if theorem == "preln_contraction" else {"h"}
            )  # its state grows, so u ≠ 0
            vectors = sum(isinstance(binder.sort, Vec) for binder in statement.binders)
            assert seen["dimension 1"] >= 20 * vectors
            assert seen["dimension 2"] + seen["dimension 3"] >= 20 * vectors
            assert seen["dimension 0"] >= (0 if needs_a_direction(statement) else 3 * vectors)
            free = [b.name for b in statement.binders if isinstance(b.sort, Vec) and b.name not in fixed]
            assert all(seen[f"{name} zero"] >= 2 for name in free), (space, seen)
