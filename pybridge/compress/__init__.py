"""Compression in place: methods by name, one verb, and the way back."""

from __future__ import annotations

from pybridge.compress.calibration import calibration_tokens, require_disjoint
from pybridge.compress.method import Compressed, Method
from pybridge.compress.methods import METHODS
from pybridge.compress.run import Calibrator, OnMap, compress_model
from pybridge.compress.selection import chosen_maps
from pybridge.compress.settings import NM, Settings
from pybridge.compress.statistics import ENERGY, GRAM, OUTPUT_GRAM, Statistics
from pybridge.compress.undo import Undo

__all__ = [
    "ENERGY",
    "GRAM",
    "METHODS",
    "NM",
    "OUTPUT_GRAM",
    "Calibrator",
    "Compressed",
    "Method",
    "OnMap",
    "Settings",
    "Statistics",
    "Undo",
    "calibration_tokens",
    "chosen_maps",
    "compress_model",
    "require_disjoint",
]
