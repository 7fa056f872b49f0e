"""The maps of one block compressed for a moment, calibrated on the dense model."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jaxtyping import Int
from torch import Tensor

from pybridge.compress import Calibrator, Method, Settings, chosen_maps
from pybridge.compress.gradients import require_outputs
from pybridge.compress.method import as_tensor
from pybridge.compress.statistics import OUTPUT_GRAM
from pybridge.measure.swap import replaced
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView


class BlockCompressor:
    """Compresses the chosen maps of one block at a time, blocks in increasing order.

    A method that needs data is given statistics of the dense model's activations: nothing before the block
    is compressed when they are taken. The calibration text goes through the trunk once in all.

    Args:
        maps: regular expression searched in the names of the maps; all of them by default.
        calibration: token ids, each row a text of its own; None for a method without data.
    Attributes:
        blocks: those that have a chosen map.
        seconds: wall time spent on statistics and compressed weights so far, forward passes left out.
    Raises: SettingError for a filter that matches nothing, or settings that do not fit a map.
    """

    def __init__(
        self,
        adapter: Adapter,
        method: Method,
        settings: Settings,
        *,
        maps: str | None = None,
        calibration: Int[Tensor, "batches tokens"] | None = None,
    ) -> None:
        self._method, self._settings = method, settings
        self.views = chosen_maps(adapter, maps)
        for view in self.views:
            method.require_fits(settings, view.shape, view.name)
        if OUTPUT_GRAM in method.needs:
            require_outputs(adapter, self.views)
        self._adapter, self._calibration = adapter, calibration
        self._calibrator: Calibrator | None = None
        self.blocks: tuple[int, ...] = tuple(sorted({view.block for view in self.views}))
        self.seconds = 0.0

    @contextmanager
    def compressing(self, block: int) -> Iterator[None]:
        """While open the block is compressed; whatever happens, it has its own bits afterwards."""
        start = time.perf_counter()
        views = [view for view in self.views if view.block == block]
        statistics = self._statistics(block, views)

        def compressed(view: LinearMapView) -> Tensor:
            made = self._method.compress(view.read(), self._settings, statistics.get(view.name))
            return as_tensor(made.weight)

        with replaced(views, compressed):
            self.seconds += time.perf_counter() - start
            yield

    def _statistics(self, block: int, views: Sequence[LinearMapView]) -> dict:
        if self._calibration is None:
            return {}
        if self._calibrator is None:
            self._calibrator = Calibrator(self._adapter, self._method, self._calibration, one_pass=True)
        return self._calibrator.statistics(block, views)
