"""The nearest earlier input that differs: what a semantic cache of one linear map would have found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

_ROWS_AT_ONCE = 128
_TINY = np.finfo(np.float32).tiny


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
    """Nearest earlier differing input of every position; the earliest of equally near ones.

    Squared distances ‖a‖² + ‖b‖² - 2⟨a, b⟩ from float32 Gram blocks of centred inputs only draw up a short
    list: all candidates that rounding could have made look farther than the best one. Among these the
    distances of the differences themselves decide, in float64. All of it is done with the inputs over a power
    of two, the largest entry in [1/2, 1): squares neither overflow nor vanish for being all large or small.
    """
    x = inputs.astype(np.float64)
    exponent = np.frexp(np.max(np.abs(x), initial=0.0))[1]
    x = np.ldexp(x, -exponent)
    centred = (x - x.mean(axis=0)).astype(np.float32)
    kinds = _kinds(x)
    index = np.full(len(x), -1, dtype=np.int64)
    distance = np.full(len(x), np.nan)
    for start in range(0, len(x), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(x))
        apart, slack = _apart(centred, start, stop)
        barred = np.arange(stop)[None, :] >= np.arange(start, stop)[:, None]
        barred |= kinds[start:stop, None] == kinds[None, :stop]
        _decide(x, start, _short_list(apart, slack, barred), index, distance)
    return Nearest(index, np.ldexp(distance, exponent))


def _apart(
    centred: Float[np.ndarray, "tokens d"], start: int, stop: int
) -> tuple[Float[np.ndarray, "rows earlier"], Float[np.ndarray, "rows earlier"]]:
    """Approximate squared distances of rows start … stop-1 to rows 0 … stop-1, and how wrong each may be.

    With s = ‖a‖² + ‖b‖² and float32's u: the two squares err by γ_d s together, twice the product by γ_d s
    too, the rounded entries of a and b by 4 u s, the last two sums by 4 u s. All of it is below 2 (d + 16)
    u s. Entries are at most 2, so what underflows costs at most 16 d TINY besides, TINY float32's smallest
    normal number.
    """
    squares = np.einsum("td,td->t", centred, centred)
    scale = squares[start:stop, None] + squares[None, :stop]
    apart = scale - 2 * (centred[start:stop] @ centred[:stop].T)
    unit = 2.0**-24
    width = centred.shape[1]
    return apart, np.float32(2 * (width + 16) * unit) * scale + np.float32(16 * width) * _TINY


def _short_list(
    apart: Float[np.ndarray, "rows earlier"],
    slack: Float[np.ndarray, "rows earlier"],
    barred: Bool[np.ndarray, "rows earlier"],
) -> Bool[np.ndarray, "rows earlier"]:
    """Candidates whose least possible distance does not exceed the least of the greatest possible ones."""
    greatest = np.where(barred, np.inf, apart + slack).min(axis=1, keepdims=True)
    return (apart - slack <= greatest) & ~barred


def _decide(
    x: Float[np.ndarray, "tokens d"],
    start: int,
    listed: Bool[np.ndarray, "rows earlier"],
    index: Int[np.ndarray, " tokens"],
    distance: Float[np.ndarray, " tokens"],
) -> None:
    """Fill in index and distance of the rows from `start` on by the true differences of the listed pairs."""
    rows, candidates = np.nonzero(listed)
    lengths = np.empty(len(rows))
    for first in range(0, len(rows), 4 * _ROWS_AT_ONCE):
        some = slice(first, first + 4 * _ROWS_AT_ONCE)
        lengths[some] = np.linalg.norm(x[start + rows[some]] - x[candidates[some]], axis=1)
    order = np.lexsort((candidates, lengths, rows))
    firsts = order[np.unique(rows[order], return_index=True)[1]]
    index[start + rows[firsts]] = candidates[firsts]
    distance[start + rows[firsts]] = lengths[firsts]


def _kinds(x: Float[np.ndarray, "tokens d"]) -> Int[np.ndarray, " tokens"]:
    """Equal numbers for equal rows (0.0 and -0.0 are equal) and for no others: repeated inputs, told apart
    from near ones.

    A multilinear hash of the bits finds the candidates, and comparing the rows confirms them. The hash alone
    does not do: two flipped signs cancel in it, and of widened bfloat16 only 19 of its bits are worth
    anything.
    """
    odd = np.random.default_rng(20603).integers(0, 2**63, size=x.shape[1], dtype=np.int64) * 2 + 1
    hashes = ((x + 0.0).view(np.int64) * odd).sum(axis=1)
    _, first, kinds = np.unique(hashes, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[kinds] != np.arange(len(x)))
    if np.array_equal(x[again], x[first[kinds[again]]]):
        return kinds
    known: dict[bytes, int] = {}
    return np.array([known.setdefault(row.tobytes(), len(known)) for row in x + 0.0], dtype=np.int64)
