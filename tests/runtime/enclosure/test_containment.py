"""The enclosures contain the truth: every quantity that a generated statement compares, on the data of its
property test, computed exactly and enclosed.

The drawn data meet every hypothesis, so no claim may come out certainly false.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pybridge_extracted
import pytest
from hypothesis import given, settings

from pybridge.errors import UnsupportedError
from pybridge.runtime.claims import Claim
from pybridge.runtime.enclosure import (
    EnclosedMap,
    EnclosedReal,
    EnclosedVec,
    EnclosureBackend,
    MeasuredFunction,
)
from pybridge.runtime.exact import ExactMap, ExactVec, Irrational, compare, square_root
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.ends import float_ends
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.exact.tables import ExactFunction
from pybridge.runtime.strategies import drawn

ENTRYWISE = {
    "euclidean_norm_sq",
    "factored_gram_error",
    "frobenius_mul_sq_le",
    "l2_opNorm_le_frobenius",
    "l2_opNorm_le_sqrt_row_col",
    "l2_opNorm_sq_eq_gram",
    "l2_opNorm_sq_le_completed_gram",
    "l2_opNorm_sq_le_gram",
    "l2_opNorm_transpose",
    "linMap_apply",
}
"""Statements about entries, products or transposes: for property tests."""


class Unrepresentable(Exception):
    """A matrix that float64 does not hold: the enclosure arithmetic knows exact matrices only."""


Known = dict[tuple[Any, ...], EnclosedVec]


def enclosed(value: Any, known: Known) -> Any:
    """The exact value within its own enclosure.

    Equal vectors become one object (`known`): that is how a function knows an argument that is no data.
    """
    match value:
        case int():
            return value
        case Fraction() | Irrational():
            return EnclosedReal(*float_ends(value))
        case ExactVec():
            mid = np.array([float(entry) for entry in value.entries])
            off = sum(
                (abs(Fraction(m) - e) for m, e in zip(mid.tolist(), value.entries, strict=True)), Fraction(0)
            )
            return known.setdefault(tuple(value.entries), EnclosedVec(mid, float_ends(off)[1]))
        case ExactMap(rows, columns):
            array = np.array([[float(entry) for entry in row] for row in rows]).reshape(len(rows), columns)
            if any(Fraction(a) != e for a, e in zip(array.ravel().tolist(), sum(rows, ()), strict=True)):
                raise Unrepresentable
            return EnclosedMap.exact(array)
        case ExactSeq():
            entries = [enclosed(entry, known) for entry in (*value.entries, value.entries[-1])]
            return lambda i: entries[min(i, len(entries) - 1)]
        case ExactFunction():
            return MeasuredFunction([(enclosed(x, known), enclosed(y, known)) for x, y in value.table])
    raise AssertionError(f"{type(value).__name__} has no enclosure")


def assert_contains(found: Any, truth: Any, what: str) -> None:
    if isinstance(truth, ExactVec):
        if truth.coordinates is not None and isinstance(found, EnclosedVec):
            mid = ExactVec(tuple(map(Fraction, found.mid.reshape(-1).tolist())))
            gap = square_root(sum((e * e for e in (truth - mid).entries), Fraction(0)))
            assert compare(gap, Fraction(float(np.max(found.rad)))) <= 0, what
        return
    if isinstance(truth, ExactMap):
        return
    found = found if isinstance(found, EnclosedReal) else EnclosedReal(found, found)
    low, high = float(np.min(found.lo)), float(np.max(found.hi))
    truth = truth if isinstance(truth, Irrational) else Fraction(truth)
    assert low == -np.inf or compare(Fraction(low), truth) <= 0, f"{what}: {found} is above {truth}"
    assert high == np.inf or compare(truth, Fraction(high)) <= 0, f"{what}: {found} is below {truth}"


def assert_agrees(found: Claim, truth: Claim, what: str) -> int:
    """Leaf by leaf; how many leaves were compared."""
    assert truth.all_true(), what
    assert not found.any_false(), f"{what}: certainly false, though true"
    if truth.parts:
        pairs = zip(found.parts, truth.parts, strict=True)
        return sum(assert_agrees(a, b, what) for a, b in pairs) if truth.op != "↔" else 1
    if truth.op == "∀":
        return 1
    assert_contains(found.left, truth.left, f"{what}, left")
    assert_contains(found.right, truth.right, f"{what}, right")
    return 1


def compared(name: str, evaluate: Callable[[Any, Any, dict[str, Any], dict[str, Any]], int]) -> int:
    """Leaves compared over the draws of a theorem's property test."""
    check: Any = pybridge_extracted.load(name)
    draw = importlib.import_module(f"pybridge_extracted.properties.test_{name}").draw
    leaves = 0

    def body(d: Draw) -> None:
        nonlocal leaves
        bindings = draw(d)
        check.conclusion(d.ops, **bindings)  # what a function is asked is drawn now
        try:
            known: Known = {}
            values = {binder: enclosed(value, known) for binder, value in bindings.items()}
        except Unrepresentable:
            return
        leaves += evaluate(check, d, bindings, values)

    space = "l2" if "l2" in check.SPACES else "real"
    settings(max_examples=40, derandomize=True, database=None, deadline=None)(given(drawn(space))(body))()
    return leaves


def every_claim(check: Any, d: Draw, bindings: dict[str, Any], values: dict[str, Any]) -> int:
    ops = EnclosureBackend()
    pairs = zip(check.hypotheses(ops, **values), check.hypotheses(d.ops, **bindings), strict=True)
    leaves = sum(
        assert_agrees(ours(), theirs(), f"{check.NAME} {name}") for (name, ours), (_, theirs) in pairs
    )
    ours, theirs = check.conclusion(ops, **values), check.conclusion(d.ops, **bindings)
    return leaves + assert_agrees(ours, theirs, f"{check.NAME} conclusion")


@pytest.mark.parametrize("name", [name for name in pybridge_extracted.NAMES if name not in ENTRYWISE])
def test_every_compared_quantity_is_enclosed(name: str) -> None:
    assert compared(name, every_claim) >= 20


@pytest.mark.parametrize("name", sorted(ENTRYWISE))
def test_statements_about_entries_are_unsupported(name: str) -> None:
    """Said by the verb, not by an answer; with no element at all there may be nothing to ask."""
    refused = 0

    def refuse(check: Any, d: Draw, bindings: dict[str, Any], values: dict[str, Any]) -> int:
        nonlocal refused
        with pytest.raises(UnsupportedError, match="for property tests"):
            every_claim(check, d, bindings, values)
        refused += 1
        return 1

    compared(name, refuse)
    assert refused >= 10


def test_an_enclosure_that_misses_is_caught() -> None:
    """The comparison can fail."""
    for found, truth in (
        (EnclosedReal(0.0, 1.0), Fraction(3, 2)),
        (EnclosedReal(1.0, 1.0), square_root(Fraction(2))),
        (EnclosedVec(np.array([1.0, 0.0]), 0.5), ExactVec((Fraction(1), Fraction(1)))),
    ):
        with pytest.raises(AssertionError):
            assert_contains(found, truth, "a miss")
