"""One compressed map: its certificate made, and its certificate held against the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.certify.certificate import MapBound
from pybridge.certify.claims import Standing, examine, stated
from pybridge.certify.residual import as_float64, certified_residual_norm, relative_error
from pybridge.certify.theorem import theorem
from pybridge.models.fingerprint import tensor_digest
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.norms import NormEnclosure, operator_norm_enclosure

Weight = Float[Tensor, "out in"]
WeightNorm = Callable[[Weight, str], NormEnclosure]


def weight_norm(weight: Weight, _digest: str) -> NormEnclosure:
    """‖W‖₂, computed; a caller with a cache has another way."""
    return operator_norm_enclosure(as_float64(weight))


def certify_map(
    view: LinearMapView,
    weight: Weight,
    compressed: Weight,
    *,
    rank: int | None = None,
    sparse_zeros: int | None = None,
    norm_of: WeightNorm = weight_norm,
) -> MapBound:
    """The certificate of one map, from the values that were and those that will be stored.

    Raises: NonFiniteError for NaN or infinity in either.
    """
    digest = tensor_digest(weight)
    residual = stated(certified_residual_norm(weight, compressed))
    whole = stated(norm_of(weight, digest))
    return MapBound(
        name=view.name,
        parameter=view.parameter,
        shape=view.shape,
        residual_norm=residual,
        weight_norm=whole,
        relative=relative_error(residual, whole),
        zeros=zeros_of(compressed),
        rank=rank,
        sparse_zeros=sparse_zeros,
        theorem=theorem(),
        weight_digest=digest,
        compressed_digest=tensor_digest(compressed),
    )


def faults(bound: MapBound, weight: Weight, compressed: Weight) -> Iterator[str]:
    """What a map's certificate says that its weights do not bear out; nothing where all holds."""
    if tensor_digest(weight) != bound.weight_digest:
        yield f"the certified SHA-256 of W, {bound.weight_digest}, is not that of the base model's weights"
    found = tensor_digest(compressed)
    if found != bound.compressed_digest:
        yield f"the weights are not those certified: {bound.compressed_digest} there, {found} here"
    if zeros_of(compressed) != bound.zeros:
        yield f"{bound.zeros:,} zeros are certified, {zeros_of(compressed):,} are there"
    yield from _norm_faults(
        "‖W - Ŵ‖₂", bound.residual_norm, lambda rel: certified_residual_norm(weight, compressed, rel=rel)
    )
    exact = as_float64(weight)
    yield from _norm_faults("‖W‖₂", bound.weight_norm, lambda rel: operator_norm_enclosure(exact, rel=rel))
    if bound.relative != relative_error(bound.residual_norm, bound.weight_norm):
        yield "the relative error is not the quotient of the two norms certified beside it"


def _norm_faults(what: str, claim: NormEnclosure, compute: Callable[[float], NormEnclosure]) -> Iterator[str]:
    standing, found = examine(claim, compute)
    if standing is Standing.CONFIRMED:
        return
    between = f"{what} is certified between {claim.lo!r} and {claim.hi!r}"
    truth = f"it is between {found.lo!r} and {found.hi!r}"
    if standing is Standing.OPEN:
        yield f"{between}, which rounding leaves open: {truth}"
    elif claim.hi < found.lo:
        yield f"the bound does not hold: {between}, but {truth}"
    else:
        yield f"the certified lower end is wrong: {between}, but {truth}"


def zeros_of(matrix: Weight) -> int:
    """Entries that are 0."""
    return matrix.numel() - int(torch.count_nonzero(matrix))
