"""From the energies of a profile to enclosed norms and inner products: every rounding bounded a priori.

With u = 2^-53 and γ_k = k u / (1 - k u) (`pybridge.runtime.rounding`): an energy is a sum over T tokens of
inner products of length d_model = d, in any order, so it errs by at most γ_{T + d + 2} of the sum of the
products' absolute values. States are exact. Computed differences of states are off by at most u times
themselves, entry by entry; d = fl(e' - e) also carries what its two operands are off by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass

import numpy as np
from torch import Tensor

from pybridge.measure.energies import Sums
from pybridge.profile import combinations as of
from pybridge.profile.combinations import Measured
from pybridge.runtime.enclosure import EnclosedReal
from pybridge.runtime.norms.sums import euclidean_norm
from pybridge.runtime.rounding import TINY, UNIT, above, below, bound_product, gamma, padded

Ends = tuple[float, float]
Vectors = Callable[[str], Tensor]

SAFE_LOW, SAFE_HIGH = 2.0**-800, 2.0**1000
"""Energies in this range have lost nothing that counts to underflow, and have not overflowed."""

SQUARES = ("state", "update", "next_state", "error", "error_update", "next_error")


@dataclass(frozen=True)
class Enclosed:
    """One instance: (lo, hi) of each norm, and of ⟨h, u⟩ and ⟨e, d⟩."""

    state: Ends
    update: Ends
    next_state: Ends
    error: Ends
    error_update: Ends
    next_error: Ends
    state_update: Ends
    error_dot: Ends


def enclose(sums: Sums, tokens: int, d_model: int, vectors: Vectors, *, idle: bool = False) -> Enclosed:
    """Enclosures of one update over one position set.

    Args:
        sums: over that set.
        tokens: how many positions it has.
        vectors: the computed vector of a name in SQUARES, for the few whose energy is 0 or out of range.
        idle: whether both runs leave as they came, bit for bit; then d = 0 without rounding.
    """
    relative = gamma(tokens + d_model + 2)
    computed = {name: _root(getattr(sums, name), relative, name, vectors) for name in SQUARES}
    upper = {name: ends[1] for name, ends in computed.items()}
    rounded = {name: float(bound_product(UNIT, upper[name])) for name in SQUARES}
    off_error, off_next = rounded["error"], rounded["next_error"]
    off = {
        "state": 0.0,
        "next_state": 0.0,
        "update": rounded["update"],
        "error": off_error,
        "next_error": off_next,
        "error_update": 0.0 if idle else float(padded(rounded["error_update"] + off_error + off_next)),
    }
    norms = {name: _widened(computed[name], off[name]) for name in SQUARES}
    lost = tokens * d_model * TINY
    return Enclosed(
        **norms,
        state_update=_inner(sums.state_update, "state", "update", upper, off, relative, lost),
        error_dot=_inner(sums.error_dot, "error", "error_update", upper, off, relative, lost),
    )


def _root(square: float, relative: float, name: str, vectors: Vectors) -> Ends:
    """‖x‖ from the computed sum of squares s: s (1 - γ) ≤ ‖x‖² ≤ s / (1 - γ)."""
    if not SAFE_LOW <= square <= SAFE_HIGH:
        lo, hi = euclidean_norm(vectors(name).reshape(-1).numpy())
        return float(lo), float(hi)
    lo = below(np.sqrt(below(square * below(1.0 - relative))))
    hi = above(np.sqrt(above(square / below(1.0 - relative))))
    return float(lo), float(hi)


def _widened(ends: Ends, radius: float) -> Ends:
    """The norm of a vector within `radius` of the one measured; a norm of 0 with radius 0 stays 0."""
    if radius == 0:
        return ends
    return max(float(below(ends[0] - radius)), 0.0), float(above(ends[1] + radius))


def _inner(
    middle: float,
    left: str,
    right: str,
    upper: dict[str, float],
    off: dict[str, float],
    relative: float,
    lost: float,
) -> Ends:
    """⟨x, y⟩ for x, y within rx, ry of the vectors measured: γ ‖x‖ ‖y‖ (Cauchy–Schwarz), underflow, and
    ‖x‖ ry + rx ‖y‖ + rx ry.
    """
    if 0 in (upper[left] + off[left], upper[right] + off[right]):  # one of the two vectors is 0 itself
        return 0.0, 0.0
    with np.errstate(over="ignore"):
        spread = bound_product(upper[left], off[right]) + bound_product(off[left], upper[right] + off[right])
        # the rounding last: relative · ‖x‖ alone may underflow, however large ‖y‖ is
        rounding = relative * bound_product(upper[left], upper[right]) + lost
    radius = float(padded(rounding + spread))
    if not np.isfinite(middle) or not np.isfinite(radius):
        return -np.inf, np.inf
    return float(below(middle - radius)), float(above(middle + radius))


def measured(instances: list[Enclosed]) -> Measured:
    """The table of a batch."""
    ends = np.array([astuple(one) for one in instances], dtype=np.float64)  # (B, 8, 2)
    names = list(Enclosed.__dataclass_fields__)

    def real(name: str) -> EnclosedReal:
        column = ends[:, names.index(name)]
        return EnclosedReal(column[:, 0], column[:, 1])

    return Measured(
        {
            of.STATE: real("state"),
            of.UPDATE: real("update"),
            of.NEXT_STATE: real("next_state"),
            of.ERROR: real("error"),
            of.ERROR_UPDATE: real("error_update"),
            of.NEXT_ERROR: real("next_error"),
        },
        {(of.STATE, of.UPDATE): real("state_update"), (of.ERROR, of.ERROR_UPDATE): real("error_dot")},
    )
