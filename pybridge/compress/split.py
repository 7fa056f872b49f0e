"""W = W_sparse + W_residual and W_sparse = W_approx + W_R, decided once for each matrix and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float

from pybridge.compress.low_rank import Factors, truncate
from pybridge.compress.magnitude import Threshold, magnitude_threshold, mask_of_threshold

Arrays = dict[str, np.ndarray]
Weight = Float[np.ndarray, "out in"]


class ArrayStore(Protocol):
    """Remembers arrays by key; a miss is None."""

    def get_arrays(self, key: str) -> Arrays | None: ...

    def put_arrays(self, key: str, arrays: Arrays) -> None: ...


@dataclass(frozen=True)
class Splitter:
    """Splits matrices by `keep` and `rank`.

    The threshold and the factors are remembered by weight digest and settings, so that the singular vectors
    are computed once for all who ask; both are cheap to apply.
    """

    keep: float
    rank: int
    store: ArrayStore

    def parts(self, weight: Weight, digest: str) -> tuple[Weight, Factors]:
        """W_sparse, which is W where kept and 0 elsewhere, and the factors of W_approx."""
        threshold, factors = self._decided(weight, digest)
        return _masked(weight, threshold), factors

    def factors(self, weight: Weight, digest: str) -> Factors:
        """The factors of W_approx."""
        return self._decided(weight, digest)[1]

    def _decided(self, weight: Weight, digest: str) -> tuple[Threshold, Factors]:
        key = f"split {digest} keep={self.keep!r} rank={self.rank}"
        known = self.store.get_arrays(key)
        if known is None or set(known) != {"left", "right", "threshold", "ties"}:
            threshold = magnitude_threshold(weight, self.keep)
            factors = truncate(_masked(weight, threshold), self.rank)
            known = {
                "left": factors.left,
                "right": factors.right,
                "threshold": np.float64(threshold.value).reshape(1),
                "ties": np.int64(threshold.ties).reshape(1),
            }
            self.store.put_arrays(key, known)
        threshold = Threshold(float(known["threshold"][0]), int(known["ties"][0]))
        return threshold, Factors(known["left"], known["right"])


def _masked(weight: Weight, threshold: Threshold) -> Weight:
    return np.where(mask_of_threshold(weight, threshold), weight, weight.dtype.type(0))
