"""Norms with two certain ends; float64, numpy and LAPACK only."""

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
