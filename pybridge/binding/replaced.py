"""One theorem about one replaced matrix, put to real inputs: a certified norm and the verdicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pybridge_extracted
from jaxtyping import Float

from pybridge.binding.instances import Instances, bind
from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, EnclosureBackend, NormSource
from pybridge.runtime.norms import NormEnclosure, operator_norm_enclosure
from pybridge.runtime.verdict import Verdict, evaluate

SPARSE, LOW_RANK = "sparse_activation_bound", "interpolation_bound"
_WHOLE_AND_PART = {SPARSE: ("weight", "sparse weight"), LOW_RANK: ("sparse weight", "low-rank weight")}


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix of float32 or float64 numbers, exact, with a name for its content."""

    array: Float[np.ndarray, "out in"]
    digest: str


@dataclass(frozen=True, eq=False)
class Replaced:
    """‖whole x - part x‖ ≤ ‖whole - part‖ ‖x‖, evaluated at every x.

    Attributes:
        residual_norm: lo ≤ ‖whole - part‖₂ ≤ hi, certified, with its label.
        verdicts: verdict → how many of the vectors had it.
        tightness: (vectors,) upper end of the left side over lower end of the right.
        reasons: of every verdict other than HOLDS, by vector.
    """

    theorem: str
    residual_norm: NormEnclosure
    verdicts: Counter[str]
    tightness: Float[np.ndarray, " vectors"]
    reasons: dict[int, str]


def put_to(theorem: str, whole: Matrix, part: Matrix, x: Float[np.ndarray, "vectors in"]) -> Replaced:
    """Evaluate Theorem 2 (`sparse_activation_bound`) or 3 (`interpolation_bound`) by its extracted check.

    The residual is whole - part by definition, its rounding enclosed; its norm is certified within 1 %.

    Raises: whatever broke inside the check, instead of an ERROR verdict: a sweep must not count it.
    """
    check: Any = pybridge_extracted.load(theorem)
    meaning, other = _WHOLE_AND_PART[theorem]
    maps = {meaning: _enclosed(whole), other: _enclosed(part)}
    given = {**maps, "activation": EnclosedVec.exact(x)}
    norms = NormSource()
    found = evaluate(check, EnclosureBackend(norms), bind(check, Instances("map", "", (), given)))
    if found.error is not None:
        raise found.error
    assert found.tightness is not None  # both theorems compare two reals
    return Replaced(
        theorem=theorem,
        residual_norm=norms.enclose(maps[meaning] - maps[other]),
        verdicts=Counter(str(verdict) for verdict in found.verdicts),
        tightness=np.asarray(found.tightness),
        reasons={
            i: found.reasons[i] for i, verdict in enumerate(found.verdicts) if verdict is not Verdict.HOLDS
        },
    )


def norm_of(matrix: Matrix) -> NormEnclosure:
    """lo ≤ ‖W‖₂ ≤ hi, within 1 %."""
    return operator_norm_enclosure(matrix.array)


def residual_norm_of(whole: Matrix, part: Matrix) -> NormEnclosure:
    """lo ≤ ‖whole - part‖₂ ≤ hi, the rounding of the difference included."""
    return NormSource().enclose(_enclosed(whole) - _enclosed(part))


def statement_of(theorem: str) -> str:
    """Digest of the Lean statement that the extracted check came from."""
    check: Any = pybridge_extracted.load(theorem)
    return str(check.STATEMENT)


def _enclosed(matrix: Matrix) -> EnclosedMap:
    return EnclosedMap.exact(matrix.array, key=matrix.digest)
