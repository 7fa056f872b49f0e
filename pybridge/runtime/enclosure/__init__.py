"""Intervals around what a model's numbers really are: float64, every rounding bounded a priori, numpy
only."""

from pybridge.runtime.enclosure.backend import EnclosureBackend
from pybridge.runtime.enclosure.comparison import EQUALITY_WIDTH
from pybridge.runtime.enclosure.functions import MeasuredFunction
from pybridge.runtime.enclosure.maps import EnclosedMap
from pybridge.runtime.enclosure.reals import EnclosedReal
from pybridge.runtime.enclosure.source import MemoryNormCache, NormCache, NormSource
from pybridge.runtime.enclosure.vectors import EnclosedVec

__all__ = [
    "EQUALITY_WIDTH",
    "EnclosedMap",
    "EnclosedReal",
    "EnclosedVec",
    "EnclosureBackend",
    "MeasuredFunction",
    "MemoryNormCache",
    "NormCache",
    "NormSource",
]
