"""The calibration states: the residual stream of every calibration row, taken from block to block."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jaxtyping import Int
from torch import Tensor

from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded

See = Callable[[str, Tensor], None]


class States:
    """h_t of every calibration row, (1, tokens, d_model) each: one residual stream in memory, whatever t.

    Rows are run one at a time, so that the activations inside a block are those of one row.
    """

    def __init__(self, adapter: Adapter, calibration: Int[Tensor, "batches tokens"]) -> None:
        self.adapter = adapter
        self.block = 0
        self.rows: list[Tensor] = [embedded(adapter, row[None]) for row in calibration]

    def advance(self, maps: Iterable[str] = (), see: See | None = None) -> None:
        """Run the present block on every row and go on to its outputs; `see` gets the inputs of the maps."""
        for index, output in enumerate(self._outputs(maps, see)):
            self.rows[index] = output
        self.block += 1

    def look(self, maps: Iterable[str], see: See) -> None:
        """Run the present block on every row and stay."""
        for _output in self._outputs(maps, see):
            pass

    def _outputs(self, maps: Iterable[str], see: See | None) -> Iterable[Tensor]:
        names = tuple(maps) if see is not None else ()
        for row in self.rows:
            with self.adapter.observe_inputs(names, see or _ignore):
                output = self.adapter.run_from(self.block, row, stop=self.block + 1)
            yield output


def _ignore(_key: str, _inputs: Tensor) -> None:
    pass
