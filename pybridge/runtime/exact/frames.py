"""Rational directions: unit vectors and orthonormal frames whose entries are rational.

A map Σ sᵢ·pᵢ·qᵢᵀ over frames p, q has operator norm max|sᵢ|, a rational, and so has every sum of such maps
over the same frames. In ℓ1 and ℓ∞ the frames are signed permutations and the same holds.
"""

from __future__ import annotations

from fractions import Fraction

from pybridge.runtime.exact.norms import NormKind
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

Frame = tuple[ExactVec, ...]


def _frame(denominator: int, *columns: tuple[int, ...]) -> Frame:
    return tuple(ExactVec(tuple(Fraction(c, denominator) for c in column)) for column in columns)


SIGNED: dict[int, tuple[Frame, ...]] = {
    0: ((),),
    1: (_frame(1, (1,)), _frame(1, (-1,))),
    2: (_frame(1, (1, 0), (0, 1)), _frame(1, (0, 1), (1, 0)), _frame(1, (0, -1), (1, 0))),
    3: (
        _frame(1, (1, 0, 0), (0, 1, 0), (0, 0, 1)),
        _frame(1, (0, 0, 1), (1, 0, 0), (0, 1, 0)),
        _frame(1, (0, -1, 0), (0, 0, 1), (1, 0, 0)),
    ),
}
ROTATED: dict[int, tuple[Frame, ...]] = {
    0: SIGNED[0],
    1: SIGNED[1],
    2: (*SIGNED[2], _frame(5, (3, 4), (-4, 3)), _frame(13, (5, 12), (12, -5))),
    3: (
        *SIGNED[3],
        _frame(3, (1, 2, 2), (2, 1, -2), (2, -2, 1)),
        _frame(7, (2, 3, 6), (3, -6, 2), (6, 2, -3)),
    ),
}

_TILTED_L1 = {2: _frame(2, (1, 1), (1, -1)), 3: _frame(4, (2, 1, 1), (1, -2, 1), (-1, 1, 2))}
_TILTED_L2 = {2: _frame(5, (3, 4), (-3, 4)), 3: _frame(9, (1, 4, 8), (3, 6, 6), (-7, 4, 4))}
_TILTED_LINF = {2: _frame(2, (2, 2), (2, -1)), 3: _frame(2, (2, 2, 2), (1, -2, 2), (2, 1, 0))}
TILTED: dict[NormKind, dict[int, Frame]] = {
    NormKind.L1: _TILTED_L1,
    NormKind.L2: _TILTED_L2,
    NormKind.LINF: _TILTED_LINF,
}
"""Directions of norm 1 off the axes (no orthonormal frames)."""


def frames(kind: NormKind, dimension: int) -> tuple[Frame, ...]:
    """Frames of a space, the standard one first."""
    return (ROTATED if kind is NormKind.L2 else SIGNED)[dimension]


def unit_vectors(kind: NormKind, frame: Frame) -> tuple[ExactVec, ...]:
    """Vectors of norm exactly 1: the frame's, their opposites, then tilted ones. Empty in dimension 0."""
    return (*frame, *(-q for q in frame), *TILTED[kind].get(len(frame), ()))


def scaled(vector: ExactVec, factor: Fraction) -> ExactVec:
    return ExactVec(tuple(factor * a for a in vector.entries))


def diagonal_map(values: list[Fraction], codomain: Frame, domain: Frame) -> ExactMap:
    """Σ sᵢ·pᵢ·qᵢᵀ, the sum ending with the shorter of values and frames."""
    pairs = list(zip(values, codomain, domain, strict=False))
    return ExactMap(
        tuple(
            tuple(
                sum((s * p.entries[i] * q.entries[j] for s, p, q in pairs), Fraction(0))
                for j in range(len(domain))
            )
            for i in range(len(codomain))
        ),
        len(domain),
    )
