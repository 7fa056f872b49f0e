"""Exact arithmetic: what property tests compute with.

Rationals are `fractions.Fraction`; everything else is a quotient of surd polynomials whose sign is decided
exactly or by refined brackets, never guessed.
"""

from pybridge.runtime.exact.backend import ExactBackend
from pybridge.runtime.exact.ends import largest, rational_below, smallest
from pybridge.runtime.exact.norms import NormKind, frobenius_norm, map_norm, vector_norm
from pybridge.runtime.exact.reals import Irrational, Real, compare, divide, sign, square_root
from pybridge.runtime.exact.spectral import at_least_norm, positive_semidefinite
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

__all__ = [
    "ExactBackend",
    "ExactMap",
    "ExactVec",
    "Irrational",
    "NormKind",
    "Real",
    "at_least_norm",
    "compare",
    "divide",
    "frobenius_norm",
    "largest",
    "map_norm",
    "positive_semidefinite",
    "rational_below",
    "sign",
    "smallest",
    "square_root",
    "vector_norm",
]
