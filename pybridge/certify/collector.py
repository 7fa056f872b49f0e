"""The certificates of the maps, made one by one while the model is compressed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.certify.certificate import MapBound
from pybridge.certify.maps import certify_map
from pybridge.certify.residual import as_float64
from pybridge.compress.method import Compressed
from pybridge.compress.statistics import Statistics
from pybridge.measure.progress import Progress
from pybridge.models.fingerprint import tensor_digest
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.enclosure import EnclosedMap, NormSource
from pybridge.runtime.norms import NormEnclosure

Weight = Float[Tensor, "out in"] | Float[np.ndarray, "out in"]


@dataclass(eq=False)
class Collector:
    """`see` is handed to `compress_model`.

    Attributes:
        norms: where ‖W‖₂ of the base model's matrices comes from; its cache is keyed by their digests.
        bounds: of the maps seen so far.
        seconds: spent on norms and digests.
    """

    norms: NormSource
    progress: Progress
    bounds: list[MapBound] = field(default_factory=list)
    seconds: float = 0.0

    def see(
        self, view: LinearMapView, before: Weight, compressed: Compressed, _statistics: Statistics | None
    ) -> None:
        """Certify one map. Raises: NonFiniteError for NaN or infinity in its weights."""
        start = time.perf_counter()
        bound = certify_map(
            view,
            _tensor(before),
            _tensor(compressed.weight),
            rank=compressed.rank,
            sparse_zeros=compressed.sparse_zeros,
            norm_of=self._norm_of,
        )
        self.bounds.append(bound)
        self.seconds += time.perf_counter() - start
        self.progress.advance()

    def _norm_of(self, weight: Tensor, digest: str) -> NormEnclosure:
        return self.norms.enclose(EnclosedMap.exact(as_float64(weight), key=digest))

    def in_order(self, views: tuple[LinearMapView, ...]) -> tuple[MapBound, ...]:
        """The certificates in the model's order, having seen that the model holds what was certified."""
        by_name = {bound.name: bound for bound in self.bounds}
        assert by_name.keys() == {view.name for view in views}, "every chosen map is seen once"
        for view in views:
            stored = tensor_digest(view.read())
            assert stored == by_name[view.name].compressed_digest, (
                f"{view.name} was written to after it was seen"
            )
        return tuple(by_name[view.name] for view in views)


def _tensor(matrix: Weight) -> Tensor:
    return matrix if isinstance(matrix, Tensor) else torch.from_numpy(matrix)
