"""One configuration of one map, from the matrices to its record."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import numpy as np
from jaxtyping import Float

from pybridge.binding.replaced import LOW_RANK, SPARSE, Matrix, Replaced, put_to, residual_norm_of
from pybridge.sweep.grid import Configuration
from pybridge.sweep.levels import Compressed


def record_of(
    configuration: Configuration, weight: Matrix, compressed: Compressed, x: Float[np.ndarray, "vectors in"]
) -> dict[str, Any]:
    """Everything that a configuration leaves behind: what was done, the certified norms, the verdicts.

    Pruning is Theorem 2 with W = Ŵ + W_residual; a truncation is Theorem 3 with W_sparse = W; `sparse_svd` is
    both, one after the other. `residual_norm` is that of W - Ŵ.
    """
    result = Matrix(compressed.weight, digest_of(compressed.weight))
    steps = _steps(weight, compressed.sparse, compressed.rank, result, x)
    whole = steps[0].residual_norm if len(steps) == 1 else residual_norm_of(weight, result)
    return {
        **{name: value for name, value in asdict(configuration).items() if value is not None},
        "shape": list(weight.array.shape),
        "zeros": compressed.zeros,
        "rank": compressed.rank,
        "weight_digest": weight.digest,
        "compressed_digest": result.digest,
        "residual_norm": asdict(whole),
        "vectors": len(x),
        "steps": [_step_record(step) for step in steps],
    }


def _steps(
    weight: Matrix, sparse: np.ndarray | None, rank: int | None, result: Matrix, x: np.ndarray
) -> tuple[Replaced, ...]:
    if rank is None:
        return (put_to(SPARSE, weight, result, x),)
    if sparse is None:
        return (put_to(LOW_RANK, weight, result, x),)
    between = Matrix(sparse, digest_of(sparse))
    return put_to(SPARSE, weight, between, x), put_to(LOW_RANK, between, result, x)


def _step_record(step: Replaced) -> dict[str, Any]:
    return {
        "theorem": step.theorem,
        "residual_norm": asdict(step.residual_norm),
        "verdicts": dict(step.verdicts),
        "tightness_max": float(np.max(step.tightness)),
        "tightness_median": float(np.median(step.tightness)),
        "reasons": {str(vector): reason for vector, reason in step.reasons.items()},
    }


def digest_of(matrix: Float[np.ndarray, "out in"]) -> str:
    """`sha256:…` over dtype, shape and values in row-major order."""
    digest = hashlib.sha256(f"{matrix.dtype} {matrix.shape}\n".encode())
    digest.update(np.ascontiguousarray(matrix).data)
    return "sha256:" + digest.hexdigest()
