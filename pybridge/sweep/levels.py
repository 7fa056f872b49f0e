"""All levels of all methods of one matrix: one sort a score, one eigendecomposition for all ranks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg
from jaxtyping import Float, Int

from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.sweep.grid import Configuration

Weight = Float[np.ndarray, "out in"]


@dataclass(frozen=True, eq=False)
class Compressed:
    """Ŵ as the model would store it, and what it passed on the way.

    Attributes:
        weight: Ŵ, rounded to the dtype of W.
        sparse: W_sparse for `sparse_svd`, which truncates it; else None.
        zeros: entries of Ŵ that are 0; for `sparse_svd`, of W_sparse.
        rank: of the truncation before Ŵ was rounded; None where nothing was truncated.
    """

    weight: Weight
    sparse: Weight | None
    zeros: int
    rank: int | None


class Levels:
    """One matrix with what its levels share, each computed when first asked for.

    Args:
        weight: W, float32 or float64.
        energy: Σ x_j² over calibration tokens, for wanda.
    """

    def __init__(self, weight: Weight, energy: Float[np.ndarray, " in"]) -> None:
        self._weight, self._energy = weight, energy
        self._places: dict[str, Int[np.ndarray, "out in"]] = {}
        self._spectra: dict[float, tuple[Weight, Spectrum]] = {}

    def at(self, configuration: Configuration) -> Compressed:
        """Ŵ of one configuration; its bits do not depend on which others were asked for."""
        if configuration.sparsity is not None:
            return self._pruned(configuration.method, configuration.sparsity)
        assert configuration.rank_frac is not None
        rank = max(1, round(configuration.rank_frac * min(self._weight.shape)))
        if configuration.keep is None:
            return Compressed(self._spectrum.truncated(rank, self._weight.dtype), None, 0, rank)
        sparse, spectrum = self._of_sparse(configuration.keep)
        zeros = sparse.size - int(np.count_nonzero(sparse))
        return Compressed(spectrum.truncated(rank, sparse.dtype), sparse, zeros, rank)

    def _pruned(self, method: str, sparsity: float) -> Compressed:
        """The round(sparsity · in) entries of each row with the smallest scores become 0."""
        columns = self._weight.shape[1]
        kept = columns - round(sparsity * columns)
        if method not in self._places:
            self._places[method] = places(SCORES[method](self._weight, self._energy))
        pruned = np.where(self._places[method] < kept, self._weight, self._weight.dtype.type(0))
        return Compressed(pruned, None, pruned.size - int(np.count_nonzero(pruned)), None)

    @cached_property
    def _spectrum(self) -> Spectrum:
        return Spectrum(self._weight)

    def _of_sparse(self, keep: float) -> tuple[Weight, Spectrum]:
        if keep not in self._spectra:
            mask = top_magnitude_mask(self._weight, keep)
            sparse = np.where(mask, self._weight, self._weight.dtype.type(0))
            self._spectra = {keep: (sparse, Spectrum(sparse))}  # the grid asks keep by keep: one is enough
        return self._spectra[keep]


def places(scores: Float[np.ndarray, "out in"]) -> Int[np.ndarray, "out in"]:
    """Place of each entry in its row, 0 for the highest score; of equal scores the smaller column is first.

    One sort serves every sparsity: the entries kept at one level are among those kept at a lower one.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    place = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(place, order, np.arange(order.shape[1], dtype=np.int32)[None, :], axis=1)
    return place


Score = Callable[[Weight, Float[np.ndarray, " in"]], Float[np.ndarray, "out in"]]

SCORES: dict[str, Score] = {
    "magnitude": lambda weight, energy: np.abs(weight),
    "colnorm": lambda weight, energy: np.abs(weight) * np.linalg.norm(weight.astype(np.float64), axis=0),
    "wanda": lambda weight, energy: np.abs(weight) * np.sqrt(energy),
}
"""Scores of pruning; arithmetic in float64 for the two that multiply."""


class Spectrum:
    """W = P Qᵀ with Q the eigenvectors of the Gram matrix of the smaller side; a truncation is P_r Q_rᵀ."""

    def __init__(self, weight: Weight) -> None:
        matrix = weight.astype(np.float64)
        self._wide = matrix.shape[0] < matrix.shape[1]
        tall = matrix.T if self._wide else matrix
        _, vectors = scipy.linalg.eigh(tall.T @ tall, driver="evd", overwrite_a=True, check_finite=False)
        self._basis = vectors[:, ::-1]
        self._projected = tall @ self._basis

    def truncated(self, rank: int, dtype: np.dtype) -> Weight:
        """The best approximation of this rank, multiplied out in float64 and rounded once to `dtype`."""
        product = self._projected[:, :rank] @ self._basis[:, :rank].T
        return np.ascontiguousarray((product.T if self._wide else product).astype(dtype))
