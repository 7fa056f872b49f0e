"""Norms with two certain ends; float64, numpy and LAPACK only.

What each end rests on is a theorem of `LivingInference/MatrixNorm.lean`, named in the docstring of the
function that computes it. The theorems are about the real matrix; rounding is bounded here, by
`pybridge.runtime.rounding`.
"""

from pybridge.runtime.norms.factored import factored_norm_enclosure
from pybridge.runtime.norms.operator import (
    DEFAULT_REL,
    frobenius_norm,
    operator_norm_enclosure,
    operator_norm_estimate,
    operator_norm_upper,
)
from pybridge.runtime.norms.result import CERTIFIED_UPPER, ESTIMATE, EXACT_ENCLOSURE, NormEnclosure
from pybridge.runtime.norms.sums import euclidean_norm

__all__ = [
    "CERTIFIED_UPPER",
    "DEFAULT_REL",
    "ESTIMATE",
    "EXACT_ENCLOSURE",
    "NormEnclosure",
    "euclidean_norm",
    "factored_norm_enclosure",
    "frobenius_norm",
    "operator_norm_enclosure",
    "operator_norm_estimate",
    "operator_norm_upper",
]
