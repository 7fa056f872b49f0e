"""The square root of a number that is not rational itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pybridge.runtime.exact import surds
from pybridge.runtime.exact.surds import Poly


@dataclass(frozen=True)
class Root:
    """√radicand for a positive polynomial that is not rational, without negative powers of its atoms."""

    radicand: Poly

    @property
    def square(self) -> Poly:
        return self.radicand

    def __str__(self) -> str:
        return f"√({surds.poly_text(self.radicand)})"

    def bracket(self, bits: int) -> tuple[Fraction, Fraction]:
        ends = surds.bracket(self.radicand, 2 * bits)  # the root of a number near 0 has half its digits
        low, high = ends if ends is not None else (Fraction(0), Fraction(1 << bits))
        below = surds.bracket(surds.root_of_rational(max(low, Fraction(0))), bits)
        above = surds.bracket(surds.root_of_rational(high), bits)
        assert below is not None  # roots of rationals have no atoms
        assert above is not None
        return below[0], above[1]
