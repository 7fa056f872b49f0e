"""The 200 examples of each generated property test reach equality in its bound, and the edges of its spaces.

A property test that never comes near equality would pass on a claim that is wrong by a little; one that never
draws dimension 0, a zero vector or length 0 would miss Lean's total functions.
"""

from __future__ import annotations

import importlib
from collections import Counter
from functools import cache
from types import ModuleType

import pytest
from hypothesis import given, settings

from pybridge.codegen.names import python_name
from pybridge.ir import walk
from pybridge.ir.nodes import Lit, Nat, Real, Rel, Statement, Vec
from pybridge.runtime.exact import ExactVec, compare
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.strategies import EXAMPLES, PHASES, drawn
from tests.properties.mutation import statements

BOUNDS = sorted(
    name for name, s in statements().items() if isinstance(s.conclusion, Rel) and s.conclusion.op == "≤"
)


def module(theorem: str) -> ModuleType:
    return importlib.import_module(f"pybridge_extracted.properties.test_{theorem}")


@cache
def counted(theorem: str, space: str) -> Counter[str]:
    """What the 200 examples are like that a property test draws in one space."""
    test, statement, seen = module(theorem), statements()[theorem], Counter()

    def body(d: Draw) -> None:
        values = test.draw(d)
        claim = test.check.conclusion(d.ops, **values)
        seen["examples"] += 1
        if isinstance(statement.conclusion, Rel) and statement.conclusion.op == "≤":
            equal = compare(claim.left, claim.right) == 0
            seen["equality"] += equal
            seen["equality, not 0 = 0"] += equal and compare(claim.left, claim.left - claim.left) != 0
        for name in (binder.name for binder in statement.binders):
            value = values[python_name(name)]
            if isinstance(value, ExactVec):
                seen[f"{name} zero"] += value.is_zero
                seen[f"dimension {len(value.entries)}"] += 1
            if isinstance(statement.sort_of(name), Nat):
                seen[f"{name} = {value}"] += 1

    run = settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=PHASES)
    run(given(drawn(space))(body))()
    return seen


def needs_a_direction(statement: Statement) -> bool:
    """Whether some vector must not be 0, so that dimension 0 has no instance."""
    return any(
        isinstance(node, Rel) and node.op == "≠" and not isinstance(node.right, Nat)
        for h in statement.hypotheses
        for node in walk(h.prop)
    )


@pytest.mark.parametrize("theorem", BOUNDS)
def test_bounds_are_met_with_equality(theorem: str) -> None:
    """Rarest for `composition_bound`: its third term is superfluous (P7) and has to vanish for equality."""
    conclusion = statements()[theorem].conclusion
    assert isinstance(conclusion, Rel)
    kind = "equality" if conclusion.left == Lit(0, Real()) else "equality, not 0 = 0"
    for space in module(theorem).check.SPACES:
        seen = counted(theorem, space)
        assert seen["examples"] >= EXAMPLES
        assert seen[kind] >= 3, (space, seen)


@pytest.mark.parametrize("theorem", statements())
def test_the_edges_are_drawn(theorem: str) -> None:
    statement = statements()[theorem]
    for space in module(theorem).check.SPACES:
        seen = counted(theorem, space)
        for binder in statement.binders:
            if isinstance(binder.sort, Nat):
                assert seen[f"{binder.name} = 1"] >= 5
                assert seen[f"{binder.name} = 0"] >= (0 if theorem == "cap_le_geometric" else 5)
        if any(isinstance(binder.sort, Vec) for binder in statement.binders):
            fixed = (
                {"h", "u", "uhat"} if theorem == "preln_contraction" else {"h"}
            )  # its state grows, so u ≠ 0
            vectors = sum(isinstance(binder.sort, Vec) for binder in statement.binders)
            assert seen["dimension 1"] >= 20 * vectors
            assert seen["dimension 2"] + seen["dimension 3"] >= 20 * vectors
            assert seen["dimension 0"] >= (0 if needs_a_direction(statement) else 8 * vectors)
            free = [b.name for b in statement.binders if isinstance(b.sort, Vec) and b.name not in fixed]
            assert all(seen[f"{name} zero"] >= 2 for name in free), (space, seen)
