"""What a certificate says, as values; `bounds` writes and reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pybridge.certify.residual import Interval
from pybridge.certify.theorem import Theorem
from pybridge.runtime.norms import NormEnclosure


@dataclass(frozen=True)
class Base:
    """The model that was compressed.

    Attributes:
        name, source: what was asked for, and where the weights came from, in words.
        weight_digest: of all its weights in the dtype of the run (`models.fingerprint`).
    """

    name: str
    source: str
    weight_digest: str


@dataclass(frozen=True)
class MapBound:
    """One compressed linear map.

    Attributes:
        name: `block.component[.head]`.
        parameter: the model's own name of the parameter that holds it.
        shape: (out_features, in_features).
        residual_norm: ‖W - Ŵ‖₂ between its ends.
        weight_norm: ‖W‖₂ between its ends.
        relative: ‖W - Ŵ‖₂ / ‖W‖₂ between its ends; None where W is zero.
        zeros: entries of Ŵ that are 0.
        rank: of the low-rank part, before its product was rounded to the model's dtype; None without one.
        sparse_zeros: zeros of the sparse part where a low-rank part was added to it; None without both.
        theorem: what makes `residual_norm` a bound on the error at every input.
        weight_digest, compressed_digest: SHA-256 of W and of Ŵ: dtype, shape and the bytes row by row.
    """

    name: str
    parameter: str
    shape: tuple[int, int]
    residual_norm: NormEnclosure
    weight_norm: NormEnclosure
    relative: Interval | None
    zeros: int
    rank: int | None
    sparse_zeros: int | None
    theorem: Theorem
    weight_digest: str
    compressed_digest: str


@dataclass(frozen=True)
class Certificate:
    """Everything that `bounds.json` says of a folder of compressed weights.

    Attributes:
        base: the model compressed.
        weight_digest: of all compressed weights.
        dtype: of the weights, a torch name without `torch.`.
        method, settings: how they were compressed; JSON-ready.
        calibration: the data that set the method's parameters, with digests; None where it took none.
        maps: the compressed maps, in the model's order.
        files: SHA-256 of every file of the folder that holds no weights.
        versions: of the software that wrote it.
    """

    base: Base
    weight_digest: str
    dtype: str
    method: str
    settings: dict[str, Any]
    calibration: dict[str, Any] | None
    maps: tuple[MapBound, ...]
    files: dict[str, str]
    versions: dict[str, str]
