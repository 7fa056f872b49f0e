"""The parts of one matrix under one plan: W = W_sparse + W_residual, W_sparse = W_approx + W_R, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.approx.matrices import TermwiseMap, product_map, streamed
from pybridge.approx.stages import Plan
from pybridge.compress.low_rank import Factors
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.compress.split import Arrays, ArrayStore, Splitter
from pybridge.errors import NonFiniteError
from pybridge.measure.cache import digest_of_arrays
from pybridge.models.fingerprint import tensor_digest
from pybridge.models.linear_maps import LinearMapView

Weight = Float[np.ndarray, "out in"]


@dataclass(frozen=True, eq=False)
class MapParts:
    """What a map is split into: matrices for the model to run, and the same ones enclosed for the theorems.

    Attributes:
        residual: W - W_sparse, W where dropped and 0 elsewhere, in the dtype of W; None without a sparse
            stage.
        factors: of W_approx, rounded to the model's dtype, since that is what runs; None without a low-rank
            stage.
        weight, sparse_weight, low_rank_weight: f, fSparse and fApprox of the statements.
    """

    residual: Weight | None
    factors: Factors | None
    weight: TermwiseMap
    sparse_weight: TermwiseMap
    low_rank_weight: TermwiseMap


class NoStore:
    """Remembers nothing."""

    def get_arrays(self, key: str) -> Arrays | None:
        return None

    def put_arrays(self, key: str, arrays: Arrays) -> None:
        return None


def split(view: LinearMapView, plan: Plan, store: ArrayStore) -> MapParts:
    """The parts of the weights as they are now; W itself is shared with the model where its dtype allows.

    Raises: NonFiniteError naming the map if its weights hold NaN or infinity.
    """
    stored = view.read().detach()
    weight = as_array(stored)
    if not np.isfinite(weight).all():
        raise NonFiniteError(f"{view.name}: the weights hold NaN or infinity; nothing can be approximated.")
    digest = tensor_digest(stored)
    whole = streamed(weight, digest)
    kept, factors = _decide(weight, digest, plan, store)
    residual, sparse = None, whole
    if kept is not None:
        residual = np.where(kept, weight.dtype.type(0), weight)
        mask = digest_of_arrays({"mask": np.packbits(kept)})
        sparse = whole - streamed(residual, f"residual:{digest}:{mask}")
    approx = sparse
    if factors is not None:
        factors = _rounded(factors, stored.dtype)
        approx = product_map(factors.left, factors.right, _product_key(factors))
    return MapParts(residual, factors, whole, sparse, approx)


def as_array(tensor: Tensor) -> np.ndarray:
    """The values in float32, or in float64 if that is their dtype: exact for every narrower one; no copy
    where none is needed.
    """
    wide = tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()
    return wide.to("cpu").numpy()


def _decide(
    weight: Weight, digest: str, plan: Plan, store: ArrayStore
) -> tuple[np.ndarray | None, Factors | None]:
    """Mask of the entries kept, factors of W_approx; None where there is no such stage."""
    if plan.rank is None:
        return (None if plan.keep is None else top_magnitude_mask(weight, plan.keep)), None
    splitter = Splitter(1.0 if plan.keep is None else plan.keep, plan.rank, store)
    if plan.keep is None:
        return None, splitter.factors(weight, digest)
    sparse, factors = splitter.parts(weight, digest)
    return (sparse != 0) | (weight == 0), factors


def _rounded(factors: Factors, dtype: torch.dtype) -> Factors:
    if dtype in (torch.float32, torch.float64):
        return factors
    left, right = (torch.from_numpy(f).to(dtype).float().numpy() for f in (factors.left, factors.right))
    return Factors(left, right)


def _product_key(factors: Factors) -> str:
    arrays = {"left": factors.left, "right": factors.right}
    return "product:" + digest_of_arrays({name: np.ascontiguousarray(f) for name, f in arrays.items()})
