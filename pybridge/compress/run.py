"""The one verb: compress maps of a model in place, block by block, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.compress.calibration import require_ids
from pybridge.compress.collect import InputSums
from pybridge.compress.gradients import LossGradients, output_grams, require_outputs
from pybridge.compress.method import Compressed, Method, as_tensor
from pybridge.compress.selection import chosen_maps
from pybridge.compress.settings import Settings
from pybridge.compress.states import States
from pybridge.compress.statistics import OUTPUT_GRAM, Statistics
from pybridge.compress.undo import Undo
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView

OnMap = Callable[[LinearMapView, Tensor, Compressed, Statistics | None], None]
"""Called for every map before Ŵ is written: the view, W (the model's own storage: clone what is kept), Ŵ, and
what calibration told of the map."""


def compress_model(
    adapter: Adapter,
    method: Method,
    settings: Settings,
    calibration: Int[Tensor, "batches tokens"] | None = None,
    *,
    maps: str | None = None,
    per_head: bool = False,
    one_pass: bool = False,
    on_map: OnMap | None = None,
) -> Undo:
    """Overwrite W by Ŵ in every chosen map.

    A method that needs data is calibrated block by block: a block is run on the calibration states to learn
    the inputs of its maps, its maps are compressed, and it is run again to make the next block's states. Each
    block thus sees the activations of the already compressed prefix, and the trunk is run twice in all. With
    `one_pass` the states are those of the dense model and the trunk is run once. Embeddings and head are
    never touched, and blocks after the last chosen map are not run.

    Memory beyond the weights: the calibration states, one row's activations of one block, its statistics, and
    a float64 copy of one matrix or of a few of its rows. What is overwritten is kept on disk.

    Args:
        calibration: token ids; each row is a text of its own. Not looked at by methods without data.
        maps: regular expression searched in the names of the maps; all of them by default.
        per_head: q, k and v are compressed head by head.
    Returns: the way back; `restore()` gives every map its own bits again.
    Raises: SettingError for settings that do not fit, a filter that matches nothing, or calibration that is
        missing, all before anything is changed; NonFiniteError for activations that are not finite. If
        anything is raised the weights are restored first.
    """
    views = chosen_maps(adapter, maps, per_head=per_head)
    method.require(settings)
    for view in views:
        method.require_fits(settings, view.shape, view.name)
    ids = require_ids(calibration, method.name) if method.needs else None
    if OUTPUT_GRAM in method.needs:
        require_outputs(adapter, views)
    undo = Undo()
    try:
        source = None
        if ids is not None:
            source = Calibrator(adapter, method, ids, one_pass=one_pass, first=views[0].block)
        for block, group in groupby(views, key=lambda view: view.block):
            in_block = tuple(group)
            statistics = source.statistics(block, in_block) if source else {}
            for view in in_block:
                _overwrite(view, method, settings, statistics.pop(view.name, None), on_map, undo)
    except BaseException:
        undo.restore()
        raise
    return undo


def _overwrite(
    view: LinearMapView,
    method: Method,
    settings: Settings,
    statistics: Statistics | None,
    on_map: OnMap | None,
    undo: Undo,
) -> None:
    compressed = method.compress(view.read(), settings, statistics)
    if on_map is not None:
        on_map(view, view.read(), compressed, statistics)
    undo.remember(view)
    with torch.no_grad():
        view.write(as_tensor(compressed.weight))


class Calibrator:
    """Walks the calibration states through the blocks and tells what enters the maps of each.

    Args:
        first: no block before it is asked for.
    """

    def __init__(
        self,
        adapter: Adapter,
        method: Method,
        calibration: Int[Tensor, "batches tokens"],
        *,
        one_pass: bool,
        first: int = 0,
    ) -> None:
        self.needs = method.needs
        self.one_pass = one_pass
        self.gradients = None
        if OUTPUT_GRAM in method.needs:
            self.gradients = LossGradients(adapter, calibration, first=first)
        self.states = States(adapter, calibration)

    def statistics(self, block: int, views: Sequence[LinearMapView]) -> dict[str, Statistics]:
        """Map name → statistics, for maps of one block; blocks are asked for in increasing order.

        Raises: SettingError if no token reaches a map; NonFiniteError naming the map.
        """
        while self.states.block < block:
            self.states.advance()
        outputs = self._output_grams(block, views)
        sums = {view.input_key: InputSums(self.needs) for view in views}
        run = self.states.advance if self.one_pass else self.states.look
        run([view.name for view in views], lambda key, inputs: sums[key].add(inputs))
        found = {view.name: _of(sums[view.input_key], outputs.get(view.name)) for view in views}
        for name, statistics in found.items():
            statistics.require_usable(name)
        return found

    def _output_grams(self, block: int, views: Sequence[LinearMapView]) -> dict[str, Tensor]:
        if self.gradients is None:
            return {}
        return output_grams(self.states.adapter, block, views, self.states.rows, self.gradients)


def _of(sums: InputSums, output_gram: Tensor | None) -> Statistics:
    return Statistics(sums.tokens, sums.energy, sums.gram, output_gram)
