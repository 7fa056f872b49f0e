"""Every block compressed on its own, in one walk through the model.

Until block t the model with block t compressed is the clean model. So block t, compressed, runs on the clean
h_t, its output joins the batch as a further row at block t + 1, and the rest of the dense model runs all rows
together: n compressed models cost (n + 1) / 2 forward passes beyond the clean one, not n. The run from the
perturbed h_0, which gives ρ, is a row of that batch from the start.

At most n states are alive at once. The weights of one block are overwritten at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from pybridge.measure.blocks import Held, State, run_block, wide
from pybridge.measure.energies import require_finite
from pybridge.measure.profile import Transition
from pybridge.measure.rows import UpdateName
from pybridge.models.adapter import Adapter

Compressing = Callable[[int], AbstractContextManager[None]]
"""While open, the block of that index runs with its compressed weights; afterwards with its own bits."""


@dataclass(frozen=True, eq=False)
class DriftStep:
    """One block as the walk saw it, float64 on the CPU.

    Attributes:
        block: t.
        transition: the rows [clean, perturbed] before and after the dense block.
        compressed: ĥ_{t+1}, the compressed block on the clean h_t; None where block t is not compressed.
    """

    block: int
    transition: Transition
    compressed: State | None

    @property
    def next_h(self) -> State:
        """The clean h_{t+1}."""
        return self.transition.after[0]


def run_drift(
    adapter: Adapter,
    h_0: State,
    perturbed: State,
    blocks: Collection[int],
    compressing: Compressing,
    see: Callable[[DriftStep], None],
) -> dict[int, State | None]:
    """Walk the clean run, the perturbed run and every compressed one; `see` gets every block.

    The clean run and each compressed block run alone, so that they have the bits of a plain forward pass, and
    a compression that changes nothing is an error of exactly zero. Rows that share a batch may be rounded
    differently.

    Args:
        h_0, perturbed: clean and perturbed, in the model's dtype, on its device.
        blocks: which blocks are compressed, each on its own.
    Returns: t → ĥ_n of the model with block t compressed, as the model has it; None where it is h_n.
    Raises: NonFiniteError when the clean or the perturbed run overflows.
    """
    clean, beside = Held(h_0), Held(perturbed)
    rows: dict[int, State] = {}
    for t in range(adapter.n_blocks):
        (following,) = run_block(adapter, t, [clean.state])
        running = {r: state for r, state in rows.items() if state is not clean.state}
        next_beside, *outputs = run_block(adapter, t, [beside.state, *running.values()])
        after = dict(zip(running, outputs, strict=True))
        rows = {r: _or_clean(after.get(r, following), following) for r in rows}
        if t in blocks:
            with compressing(t):
                (output,) = run_block(adapter, t, [clean.state])
            rows[t] = _or_clean(output, following)
        before, clean, beside = (clean.wide, beside.wide), Held(following), Held(next_beside)
        states = torch.stack([clean.wide, beside.wide])
        require_finite(states, f"h{t + 1}")
        own = rows.get(t)
        transition = Transition(UpdateName(t), torch.stack(before), states)
        see(DriftStep(t, transition, None if own is None else wide(own)))
    return {r: None if state is clean.state else state for r, state in rows.items()}


def _or_clean(state: State, clean: State) -> State:
    """Equal states are one object: a block runs them once, and their error is exactly zero."""
    return clean if torch.equal(state, clean) else state
