"""Numbers solved from a hypothesis: the smallest float that certainly makes it true."""

from __future__ import annotations

import numpy as np

from pybridge.runtime.enclosure import directed
from pybridge.runtime.enclosure.reals import EnclosedReal
from pybridge.runtime.rounding import above


def upper_point(real: EnclosedReal) -> EnclosedReal:
    """The point v = hi, so `real ≤ v` is certain; [lo, ∞] where no finite float is large enough."""
    known = np.isfinite(real.hi)
    return EnclosedReal(np.where(known, real.hi, real.lo), real.hi)


def smallest_factor(covered: EnclosedReal, factor: EnclosedReal) -> EnclosedReal:
    """The least float v ≥ 0 for which `covered ≤ v * factor` is certain in this very arithmetic, factor ≥ 0.

    That is covered.hi / factor.lo rounded so that v · factor.lo, rounded down, still reaches covered.hi. 0
    where nothing is to be covered; unknown ([0, ∞]) where the factor may be 0 and something is.
    """
    wanted, unit = np.broadcast_arrays(np.maximum(covered.hi, 0.0), factor.lo)
    possible = (unit > 0) & np.isfinite(wanted)
    divisor = np.where(possible, unit, 1.0)
    value = directed.divide(np.where(possible, wanted, 0.0), divisor)[1]
    for _ in range(4):
        short = directed.multiply(value, divisor)[0] < np.where(possible, wanted, 0.0)
        value = np.where(short, above(value), value)
    reached = possible & np.isfinite(value) & (directed.multiply(value, divisor)[0] >= wanted)
    nothing = wanted == 0
    lo = np.where(reached, value, 0.0)
    return EnclosedReal(lo, np.where(nothing, 0.0, np.where(reached, value, np.inf)))
