"""One measured value as named float64 arrays and back: what a bundle stores of a binder.

kind              arrays
real              lo, hi                        ()
natural           value                         ()
vector            mid (d,), rad ()
map               weight (out, in), in the dtype it had: a matrix too
factored map      left (out, rank), right (rank, in)
sequence          lo, hi                        (entries,)
vector sequence   mid (entries, d), rad (entries,)
function          argument<i>_mid, argument<i>_rad, value<i>_mid, value<i>_rad: as vectors, i = 0, 1, …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec, MeasuredFunction
from pybridge.runtime.enclosure.leaves import DenseLeaf, FactoredLeaf

Arrays = dict[str, np.ndarray]


# ---- writing -----------------------------------------------------------------------------------------------
def recorded(value: Any, index: int, size: int, count: int | None) -> tuple[str, Arrays]:
    """Kind and arrays of one value, as instance `index` of a batch of `size` saw it.

    Args:
        count: block count: a sequence is kept from 0 up to and including this index, or as far as it was
            measured.
    """
    match value:
        case EnclosedMap():
            return _map(value)
        case EnclosedVec():
            return "vector", _vector(value, index, size)
        case EnclosedReal():
            return "real", {"lo": _one(value.lo, index, size), "hi": _one(value.hi, index, size)}
        case MeasuredFunction():
            return "function", _function(value, index, size)
        case bool():
            raise TypeError("a truth value is no measured value")
        case int():
            return "natural", {"value": np.asarray(value)}
        case float() | np.floating():
            return "real", {"lo": np.asarray(value, np.float64), "hi": np.asarray(value, np.float64)}
        case _ if callable(value):
            assert count is not None, "a sequence needs its length"
            return _sequence([recorded(entry, index, size, None) for entry in _entries(value, count)])
    raise TypeError(f"cannot record a {type(value).__name__}")


def _map(value: EnclosedMap) -> tuple[str, Arrays]:
    match value.terms:
        case ((1, DenseLeaf() as leaf),):
            return "map", {"weight": leaf.array}
        case ((1, FactoredLeaf() as leaf),):
            return "factored map", {"left": leaf.left.array, "right": leaf.right.array}
    raise TypeError("a measured map is one stored matrix or one product of two")


def _vector(value: EnclosedVec, index: int, size: int) -> Arrays:
    batched = value.mid.ndim == 2 and len(value.mid) == size
    mid = value.mid[index] if batched else value.mid.reshape(-1)
    return {"mid": mid, "rad": _one(value.rad, index, size)}


def _function(function: MeasuredFunction, index: int, size: int) -> Arrays:
    return {
        f"{role}{row}_{part}": array
        for row, pair in enumerate(function.table)
        for role, vector in zip(("argument", "value"), pair, strict=True)
        for part, array in _vector(vector, index, size).items()
    }


def _entries(sequence: Callable[[int], Any], count: int) -> list[Any]:
    """Entries 0 … count: a statement about n blocks looks at entry n of some sequences, and others end
    before."""
    entries = [sequence(i) for i in range(count)]
    try:
        return [*entries, sequence(count)]
    except (IndexError, KeyError):
        return entries


def _sequence(entries: list[tuple[str, Arrays]]) -> tuple[str, Arrays]:
    kinds = {kind for kind, _ in entries}
    if kinds == {"vector"}:
        return "vector sequence", {part: np.stack([e[part] for _, e in entries]) for part in ("mid", "rad")}
    if kinds <= {"real"}:
        return "sequence", {end: np.array([e[end] for _, e in entries], np.float64) for end in ("lo", "hi")}
    raise TypeError(f"cannot record a sequence of {' and '.join(sorted(kinds))} values")


def _one(array: np.ndarray, index: int, size: int) -> np.ndarray:
    array = np.asarray(array, np.float64)
    return array[index] if array.ndim == 1 and len(array) == size else array.reshape(-1)[0]


# ---- reading -----------------------------------------------------------------------------------------------
def restored(kind: str, arrays: Arrays) -> Any:
    """The value that `recorded` took apart. Raises KeyError or ValueError for arrays that do not fit."""
    return _READERS[kind](arrays)


def _restored_vector(arrays: Mapping[str, np.ndarray]) -> EnclosedVec:
    return EnclosedVec(arrays["mid"], arrays["rad"])


def _restored_sequence(arrays: Arrays) -> Callable[[int], EnclosedReal]:
    return lambda i: EnclosedReal(arrays["lo"][_natural(i)], arrays["hi"][_natural(i)])


def _restored_vectors(arrays: Arrays) -> Callable[[int], EnclosedVec]:
    vectors = [EnclosedVec(mid, rad) for mid, rad in zip(arrays["mid"], arrays["rad"], strict=True)]
    return lambda i: vectors[_natural(i)]


def _natural(index: int) -> int:
    if index < 0:
        raise IndexError(f"a sequence has no entry {index}")
    return index


def _restored_function(arrays: Arrays) -> MeasuredFunction:
    def vector(role: str, row: int) -> EnclosedVec:
        return _restored_vector({part: arrays[f"{role}{row}_{part}"] for part in ("mid", "rad")})

    rows = len(arrays) // 4
    return MeasuredFunction([(vector("argument", row), vector("value", row)) for row in range(rows)])


_READERS: dict[str, Callable[[Arrays], Any]] = {
    "map": lambda arrays: EnclosedMap.exact(arrays["weight"]),
    "factored map": lambda arrays: EnclosedMap.factored(arrays["left"], arrays["right"]),
    "vector": _restored_vector,
    "real": lambda arrays: EnclosedReal(arrays["lo"], arrays["hi"]),
    "natural": lambda arrays: int(arrays["value"]),
    "sequence": _restored_sequence,
    "vector sequence": _restored_vectors,
    "function": _restored_function,
}
