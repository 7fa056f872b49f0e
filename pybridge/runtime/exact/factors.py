"""Reals within an interval, and factors of a product that has to stay on one side of a bound.

What has to be divided by may be 0: then the product is 0 whatever the drawn factor is, and it is free.
"""

from __future__ import annotations

from fractions import Fraction

from pybridge.runtime.exact.ends import as_real, rational_below
from pybridge.runtime.exact.reals import Real, divide, sign, square_root
from pybridge.runtime.exact.scalars import ZERO, ScalarDraw


class RejectedDraw(Exception):
    """No value meets what a plan asks for: the draw is thrown away."""


class FactorDraw(ScalarDraw):
    """The verbs that solve an inequality for one real."""

    # ---- in an interval ------------------------------------------------------------------------------------
    def within(self, bound: Real) -> Fraction:
        """In [-bound, bound], for bound ≥ 0; often an end."""
        return self.at_most(bound) * self._sign()

    def between(self, low: Real | int, high: Real | int) -> Real:
        """In [low, high], often an end, and rational unless an end is not.

        Raises: RejectedDraw when low > high: such a draw is no example at all.
        """
        low, high = as_real(low), as_real(high)
        width = self._room(low, high, 0)
        match self._choices.integer(0, 4):
            case 0 | 1:
                return low
            case 2 | 3:
                return high
            case _:
                return low + rational_below(width) * self.unit()

    def strictly_between(self, low: Real | int, high: Real | int) -> Real:
        """In (low, high). Raises: RejectedDraw when low ≥ high."""
        low, high = as_real(low), as_real(high)
        return low + self.inside(self._room(low, high, 1))

    def _room(self, low: Real, high: Real, least: int) -> Real:
        width = high - low
        if sign(width) < least:
            raise RejectedDraw(f"nothing lies between {low} and {high}")
        return width

    # ---- one factor of a product ---------------------------------------------------------------------------
    def coefficient(self, factor: Real) -> Fraction:
        """v with 0 ≤ v · factor, for factor ≥ 0: nonnegative, or any real where the factor is 0."""
        return self.nonneg() if sign(factor) else self.real()

    def factor(self, covered: Real, factor: Real) -> Real:
        """v with covered ≤ v · factor, for factor ≥ 0: covered/factor and a slack; any real where the factor
        is 0, and then covered must be at most 0."""
        return divide(as_real(covered), factor) + self.slack() if sign(factor) else self.real()

    def lifting(self, gap: Real, factor: Real) -> Real:
        """v with gap < v · factor; any real where the factor is 0, and then gap must be negative."""
        return divide(as_real(gap) + self.positive(), factor) if sign(factor) else self.real()

    def share_below(self, bound: Real, factor: Real) -> Fraction:
        """v ≥ 0 with v · factor < bound, for bound > 0 and factor ≥ 0."""
        return self.below(divide(as_real(bound), factor)) if sign(factor) else self.nonneg()

    def share_at_most(self, bound: Real, factor: Real) -> Fraction:
        """v ≥ 0 with v · factor ≤ bound, for bound, factor ≥ 0."""
        return self.at_most(divide(as_real(bound), factor)) if sign(factor) else self.nonneg()

    def level(self, bound: Real, factor: Real) -> Real:
        """bound/factor half the time, else less or more; any real where the factor is 0."""
        return divide(as_real(bound), factor) + self.slack() * self._sign() if sign(factor) else self.real()

    def square_within(self, bound: Real, free: Real = ZERO) -> Fraction:
        """w with w² < bound, for bound > 0; any real where `free` is not 0."""
        return self.real() if sign(free) else self.below(square_root(as_real(bound))) * self._sign()
