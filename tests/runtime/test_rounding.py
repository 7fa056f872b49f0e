"""The constants of the rounding model against rationals."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pybridge.runtime.rounding import UNIT, gamma, padded


@pytest.mark.parametrize("depth", [1, 2, 3, 10, 577, 4096, 294_912])
def test_gamma_covers_that_many_roundings_in_both_directions(depth: int) -> None:
    unit, bound = Fraction(UNIT), Fraction(gamma(depth))
    assert (1 + unit) ** min(depth, 600) - 1 <= bound  # beyond 600 the powers of fractions grow slow
    assert depth * unit / (1 - depth * unit) <= bound
    assert bound <= depth * unit * (1 + Fraction(1, 10**6))


def test_gamma_of_nothing_is_nothing() -> None:
    assert gamma(0) == 0.0


def test_gamma_refuses_to_promise_digits_that_are_gone() -> None:
    with pytest.raises(OverflowError):
        gamma(2**52)


def test_padding_outweighs_eight_thousand_roundings() -> None:
    assert (1 - 8000 * Fraction(UNIT)) * Fraction(padded(1.0)) >= 1  # Bernoulli: (1-u)^m ≥ 1 - m u
