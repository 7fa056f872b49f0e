"""One block run on given states: the step of every run that is not a plain forward pass."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.models.adapter import Adapter

State = Float[Tensor, "tokens d_model"]

ROWS_AT_ONCE = 8
"""States that share one call of a block: enough to fill the matrix products, few enough for the memory."""


def run_block(adapter: Adapter, block: int, states: Sequence[State]) -> list[State]:
    """h_{t+1} for each h_t, in the model's dtype and on its device.

    A block is a function of its state: a state equal to the first one is not run again but shares its very
    output. Rows of one batch may be rounded differently, and an error that is not there must stay exactly
    zero.
    """
    distinct = [i for i, state in enumerate(states) if i == 0 or not torch.equal(state, states[0])]
    outputs: dict[int, State] = {}
    with torch.no_grad():
        for start in range(0, len(distinct), ROWS_AT_ONCE):
            some = distinct[start : start + ROWS_AT_ONCE]
            batch = torch.stack([states[i] for i in some])
            outputs |= dict(zip(some, adapter.run_from(block, batch, stop=block + 1).unbind(), strict=True))
    return [outputs.get(i, outputs[0]) for i in range(len(states))]


def wide(state: State) -> State:
    """float64 on the CPU, exact for every dtype of a model."""
    return state.detach().to("cpu", torch.float64)


class Held:
    """A state as the model has it and, one object for all who ask, as the arithmetic has it."""

    def __init__(self, state: State) -> None:
        self.state: State = state
        self.wide: State = wide(state)

    @property
    def finite(self) -> bool:
        return bool(torch.isfinite(self.wide).all())
