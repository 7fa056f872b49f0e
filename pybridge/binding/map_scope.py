"""Instances of the scope `map`: one linear map with its splits, real inputs, and the costs of caching it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, assert_never

import numpy as np
import torch
from jaxtyping import Float

from pybridge.binding.instances import Instances
from pybridge.measure.cache import digest_of_arrays
from pybridge.measure.inputs import ALL_THE_SAME, EqualInputs, InputSample, Sample
from pybridge.models.fingerprint import tensor_digest
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, NormSource

HIT_COST = 0.0
"""Multiply-adds of a cache hit: the cached product is reused."""


@dataclass(frozen=True, eq=False)
class Weights:
    """The stored weights of one map, exact, and the digest that names their content.

    Attributes:
        array: (out, in) float32 (float64 where the model is float64); every narrower dtype is exact in it.
        digest: of dtype, shape and values (`models.fingerprint`).
    """

    array: Float[np.ndarray, "out in"]
    digest: str

    @classmethod
    def of(cls, view: LinearMapView) -> Weights:
        stored = view.read().detach().to("cpu")
        wide = stored if stored.dtype in (torch.float32, torch.float64) else stored.float()
        return cls(np.ascontiguousarray(wide.numpy()), tensor_digest(stored))


@dataclass(frozen=True, eq=False)
class Split:
    """W = W_sparse + W_residual and W_sparse = W_approx + W_R, as `compress` decided it.

    Attributes:
        sparse: (out, in), W where kept and 0 elsewhere, the dtype of W.
        left, right: the factors of W_approx.
    """

    sparse: Float[np.ndarray, "out in"]
    left: Float[np.ndarray, "out rank"]
    right: Float[np.ndarray, "rank in"]


def map_instances(name: str, weights: Weights, split: Split, sample: Sample) -> Instances:
    """Values for every meaning of the scope `map`; the batch runs over the sample's positions.

    Norms are remembered by the content of the matrices, never by how they were made: factors of the same
    weights and settings differ with the LAPACK and the number of threads, and a bound must not be that of
    other factors. What equal inputs cannot have (a pair, radii, hits) is absent.
    """
    given = {
        "weight": EnclosedMap.exact(weights.array, key=weights.digest),
        "sparse weight": EnclosedMap.exact(split.sparse, key=_sparse_key(weights, split)),
        "low-rank weight": EnclosedMap.factored(split.left, split.right, key=_low_rank_key(split)),
        "activation": EnclosedVec.exact(sample.x),
        "full cost": _full_cost(weights),
        "hit cost": HIT_COST,
        "lookup cost": _lookup_cost(weights, sample),
    }
    where = f"map {name}"
    match sample:
        case InputSample():
            return Instances("map", where, sample.labels, given | _of_the_cache(sample))
        case EqualInputs():
            return Instances("map", where, sample.labels, given, dict.fromkeys(_NEEDS_A_CACHE, ALL_THE_SAME))
    assert_never(sample)


_NEEDS_A_CACHE = ("cached activation", "near radius", "far radius", "hit rate")


def _of_the_cache(sample: InputSample) -> dict[str, Any]:
    return {
        "cached activation": EnclosedVec.exact(sample.cached),
        "near radius": sample.near_radius,
        "far radius": sample.far_radius,
        "hit rate": sample.hit_rate,
    }


def _sparse_key(weights: Weights, split: Split) -> str:
    """W and the mask say all of W_sparse."""
    return f"sparse:{weights.digest}:{digest_of_arrays({'mask': np.packbits(split.sparse != 0)})}"


def _low_rank_key(split: Split) -> str:
    factors = {"left": split.left, "right": split.right}
    return "product:" + digest_of_arrays({name: np.ascontiguousarray(f) for name, f in factors.items()})


def _full_cost(weights: Weights) -> float:
    """out · in multiply-adds."""
    return float(weights.array.size)


def _lookup_cost(weights: Weights, sample: Sample) -> float:
    """in multiply-adds for each earlier input that is searched."""
    return weights.array.shape[1] * sample.mean_searched


def norm_records(instances: Instances, norms: NormSource) -> dict[str, dict[str, Any]]:
    """Certified operator norms of W and of the parts it is split into, each with its label."""
    f, sparse, approx = (instances.given[m] for m in ("weight", "sparse weight", "low-rank weight"))
    maps = {
        "weight": f,
        "sparse_residual": f - sparse,
        "low_rank": approx,
        "low_rank_remainder": sparse - approx,
    }
    return {name: asdict(norms.enclose(linear_map)) for name, linear_map in maps.items()}


def map_record(view: LinearMapView, weights: Weights, split: Split, sample: Sample) -> dict[str, Any]:
    """One linear map for the record: what it is, and what its cache would find and cost; null where there is
    none, and `unsupported` says why.
    """
    cache = sample if isinstance(sample, InputSample) else None
    return {
        "name": view.name,
        "block": view.block,
        "component": view.component,
        "shape": list(view.shape),
        "weight_digest": weights.digest,
        "kept": int(np.count_nonzero(split.sparse)),
        "rank": split.left.shape[1],
        "positions": sample.positions.tolist(),
        "cached_positions": cache.cached_positions.tolist() if cache else [],
        "near_radius": cache.near_radius if cache else None,
        "far_radius": cache.far_radius if cache else None,
        "hit_rate": cache.hit_rate if cache else None,
        "unsupported": None if cache else ALL_THE_SAME,
        "full_cost": _full_cost(weights),
        "lookup_cost": _lookup_cost(weights, sample),
    }
