"""The nearest earlier input that differs: what a semantic cache of one linear map would have found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

_ROWS_AT_ONCE = 128


@dataclass(frozen=True)
class Nearest:
    """For every position t of a sequence of inputs, its nearest earlier input that differs from it.

    Attributes:
        index: (tokens,), -1 where every earlier input is equal, or there is none.
        distance: (tokens,) ‖x_t - x_index‖ in float64; NaN where index is -1.
    """

    index: Int[np.ndarray, " tokens"]
    distance: Float[np.ndarray, " tokens"]

    @property
    def found(self) -> Int[np.ndarray, " n"]:
        """Positions that have one, rising."""
        return np.flatnonzero(self.index >= 0)


def nearest_earlier(inputs: Float[np.ndarray, "tokens d"]) -> Nearest:
    """Nearest earlier differing input of every position, by squared Euclidean distance ‖a‖² + ‖b‖² - 2⟨a, b⟩.

    The search runs on float64 Gram blocks of centred inputs, so two candidates whose distances agree to
    rounding may be taken one for the other: either is an earlier input that differs, which is all the
    theorems ask. The distance returned is that of the difference itself.
    """
    x = inputs.astype(np.float64)
    centred = x - x.mean(axis=0)
    squares = np.einsum("td,td->t", centred, centred)
    kinds = _kinds(x)
    index = np.full(len(x), -1, dtype=np.int64)
    for start in range(0, len(x), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(x))
        apart = squares[start:stop, None] + squares[None, :stop] - 2 * centred[start:stop] @ centred[:stop].T
        later = np.arange(stop)[None, :] >= np.arange(start, stop)[:, None]
        apart[later | (kinds[start:stop, None] == kinds[None, :stop])] = np.inf
        best = apart.argmin(axis=1)
        usable = np.isfinite(apart[np.arange(stop - start), best])
        index[start:stop] = np.where(usable, best, -1)
    distance = np.linalg.norm(x - x[index], axis=1)
    distance[index < 0] = np.nan
    return Nearest(index, distance)


def _kinds(x: Float[np.ndarray, "tokens d"]) -> Int[np.ndarray, " tokens"]:
    """Equal numbers for equal rows (0.0 and -0.0 are equal): repeated inputs, told apart from near ones."""
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault((row + 0.0).tobytes(), len(seen)) for row in x], dtype=np.int64)
