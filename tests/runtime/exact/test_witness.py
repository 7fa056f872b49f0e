"""A witness file gives back the very values that were written."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from pybridge.errors import BundleError
from pybridge.runtime.exact import (
    ExactBackend,
    ExactMap,
    ExactVec,
    Irrational,
    compare,
    divide,
    map_norm,
    square_root,
)
from pybridge.runtime.exact.norms import NormKind
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.exact.tables import ExactFunction, MemoSeq
from pybridge.runtime.exact.witness import from_json, to_json

HALF = Fraction(1, 2)


def test_values_come_back() -> None:
    values = {
        "n": 3,
        "δ": HALF,
        "x": ExactVec((HALF, Fraction(0))),
        "nothing": ExactVec(()),
        "f": ExactMap(((HALF, Fraction(1)),), 2),
        "g": ExactMap((), 3),
        "ε": ExactSeq((HALF, Fraction(1))),
    }
    assert from_json(json.loads(json.dumps(to_json(values)))) == values


GOLDEN = map_norm(NormKind.L2, ExactMap(((Fraction(1), Fraction(1)), (Fraction(1), Fraction(0))), 2))
"""(1 + √5)/2, as an operator norm whose square is irrational."""


def test_index_types_come_back() -> None:
    values = {"W": ExactMap(((HALF, HALF),), 2, over=("m", "n")), "x": ExactVec((), over="k")}
    ops = ExactBackend("l2")
    ops.learn(from_json(json.loads(json.dumps(to_json(values)))))
    assert (ops.size("m"), ops.size("n"), ops.size("k")) == (1, 2, 0)


def test_sequences_and_functions_are_written_as_far_as_they_were_asked() -> None:
    square, zero, one = MemoSeq(lambda t: Fraction(t * t)), ExactVec((Fraction(0),)), ExactVec((HALF,))
    f = ExactFunction(1, lambda x: x + one, otherwise=zero)
    assert (square(2), f(zero), f(ExactVec(None))) == (4, one, one)
    read = from_json(json.loads(json.dumps(to_json({"s": square, "f": f}))))
    assert [read["s"](t) for t in range(3)] == [0, 1, 4]
    assert (read["f"](zero), read["f"](one)) == (one, zero)
    assert f(one) == ExactVec((Fraction(1),)), "the function itself stays free where it was not asked"


@pytest.mark.parametrize(
    "value",
    [
        square_root(HALF),
        1 - square_root(Fraction(5)),
        divide(Fraction(1), square_root(HALF) + 3),
        GOLDEN,
        divide(GOLDEN * square_root(HALF) + 1, GOLDEN + 3),
    ],
)
def test_surds_and_operator_norms_come_back(value: Irrational) -> None:
    written = json.loads(json.dumps(to_json({"r": value})))
    assert compare(from_json(written)["r"], value) == 0


def test_what_cannot_be_written_says_so() -> None:
    with pytest.raises(BundleError, match="`N` contains a root of an irrational number"):
        to_json({"N": square_root(1 + square_root(Fraction(2)))})
    with pytest.raises(BundleError, match="`x` is a str"):
        to_json({"x": "1"})
    with pytest.raises(BundleError, match="is no exact value"):
        from_json({"x": {"float": 0.5}})
