"""Compressed models whose every map carries a certified bound, and the proof of it by recomputation."""

from pybridge.certify.bounds import BOUNDS_FILE, read_bounds, to_json
from pybridge.certify.certificate import Base, Certificate, MapBound
from pybridge.certify.compression import Outcome, compress
from pybridge.certify.residual import certified_residual_norm, relative_error
from pybridge.certify.spec import CompressSpec
from pybridge.certify.verification import Finding, Verification, verify

__all__ = [
    "BOUNDS_FILE",
    "Base",
    "Certificate",
    "CompressSpec",
    "Finding",
    "MapBound",
    "Outcome",
    "Verification",
    "certified_residual_norm",
    "compress",
    "read_bounds",
    "relative_error",
    "to_json",
    "verify",
]
