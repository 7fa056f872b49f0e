"""Exact numbers that a reader can take in."""

from __future__ import annotations

import pytest

from pybridge.pages.instances import at, conclusion_at
from pybridge.pages.necessity import Instance, Relation
from pybridge.pages.numerals import quotient, readable, sequence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1/2", "-1/2"),
        ("12345678/90123457", "12345678/90123457"),
        ("1/1099511627776", "1/2^40"),
        ("-1/1099511627776", "-1/2^40"),
        ("109951162777601/1099511627776", "100 + 1/2^40"),
        ("-2199023255553/1099511627776", "-2 - 1/2^40"),
        ("(1/1099511627776, 0)", "(1/2^40, 0)"),
        ("1/12·√673", "1/12·√673"),
        ("9999999999999999998/9999999999999999999", "≈ 1 - 1e-19"),
        ("123456789012345678901/370370367037037036704", "≈ 0.333333333"),
        ("12345678901234567890123", "≈ 1.23456789e+22"),
    ],
)
def test_long_numbers_are_shortened_and_short_ones_are_not(text: str, expected: str) -> None:
    assert readable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, 0, 0, 0, …", "1, 0, …"),
        ("0, 0, …", "0, …"),
        ("0, 1, …", "0, 1, …"),
        ("(1, 0), (0, 0), (0, 0), …", "(1, 0), (0, 0), …"),
        ("1, 1", "1, 1"),
    ],
)
def test_a_sequence_ends_where_it_goes_on(text: str, expected: str) -> None:
    assert sequence(text) == expected


def test_a_quotient_is_of_rational_numbers() -> None:
    assert quotient("1", "4") == "1/4"
    assert quotient("√2", "2") == quotient("1", "0") == ""


def test_an_instance_is_written_with_its_norm_and_every_relation() -> None:
    relations = (Relation("0", "<", "1", True), Relation("1/1099511627776", "<", "0", False))
    values = {"V": "i ↦ 1, 0, 0, …", "ρ": "9999999999999999998/9999999999999999999", "f": "(0) ↦ (1)"}
    found = Instance("linf", values, relations)
    assert at(found) == "in ℓ∞ at `V = 1, 0, …`, `ρ ≈ 1 - 1e-19`, `f = (0) ↦ (1)`"
    assert conclusion_at(found) == "`0 < 1` (true), `1/2^40 < 0` (false)"
    assert at(Instance("real", {"a": "1"}, ())) == "at `a = 1`"
