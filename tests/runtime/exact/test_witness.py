"""A witness file gives back the very values that were written."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from pybridge.errors import BundleError
from pybridge.runtime.exact import ExactMap, ExactVec, Irrational, compare, divide, map_norm, square_root
from pybridge.runtime.exact.norms import NormKind
from pybridge.runtime.exact.scalars import ExactSeq
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


@pytest.mark.parametrize(
    "value", [square_root(HALF), 1 - square_root(Fraction(5)), divide(Fraction(1), square_root(HALF) + 3)]
)
def test_surds_come_back(value: Irrational) -> None:
    written = json.loads(json.dumps(to_json({"r": value})))
    assert compare(from_json(written)["r"], value) == 0


def test_what_cannot_be_written_says_so() -> None:
    golden = map_norm(NormKind.L2, ExactMap(((Fraction(1), Fraction(1)), (Fraction(1), Fraction(0))), 2))
    with pytest.raises(BundleError, match="`N` contains an operator norm known only by brackets"):
        to_json({"N": golden})
    with pytest.raises(BundleError, match="`x` is a str"):
        to_json({"x": "1"})
    with pytest.raises(BundleError, match="is no exact value"):
        from_json({"x": {"float": 0.5}})
