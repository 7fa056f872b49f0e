"""Every block removed on its own, in one walk through the model.

Removing block r means ĥ_{r+1} = h_r. That state joins the batch of the clean run as a further row at block
r + 1 and runs the rest beside it, so n removals cost (n + 1) / 2 forward passes beyond the clean one, not n.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pybridge.errors import SettingError
from pybridge.measure.blocks import Held, State, run_block
from pybridge.measure.energies import require_finite
from pybridge.models.adapter import Adapter

LONGEST_SHOWN = 40
"""So much of a wrong `--removals` is repeated in the message."""


@dataclass(frozen=True, eq=False)
class RemovalStep:
    """One block as the clean run and the removals before it saw it.

    Attributes:
        block: t.
        h, next_h: h_t and h_{t+1}, float64 on the CPU.
        rows: r → (ĥ_t, ĥ_{t+1}) of the removal of block r, for every r < t that was asked for, as the model
            has them: they are many. A state equal to the clean one is None.
        removed: whether block t itself is one of them: then its own error starts as h_{t+1} - h_t.
    """

    block: int
    h: State
    next_h: State
    rows: dict[int, tuple[State | None, State | None]]
    removed: bool


def run_removals(
    adapter: Adapter, h_0: State, removals: Sequence[int], see: Callable[[RemovalStep], None]
) -> None:
    """Walk the clean run and every removal; `see` gets every block while its states are alive.

    Args:
        h_0: in the model's dtype, on its device.
        removals: blocks, rising.
    Raises: NonFiniteError when the clean run overflows.
    """
    clean, others = Held(h_0), dict[int, State]()
    for t in range(adapter.n_blocks):
        following, *rest = run_block(adapter, t, [clean.state, *others.values()])
        next_clean, next_others = Held(following), dict(zip(others, rest, strict=True))
        require_finite(next_clean.wide[None], f"h{t + 1}")
        rows = {r: (_unless(others[r], clean.state), _unless(next_others[r], following)) for r in others}
        see(RemovalStep(t, clean.wide, next_clean.wide, rows, t in removals))
        others = next_others | ({t: clean.state} if t in removals else {})
        clean = next_clean


def _unless(state: State, clean: State) -> State | None:
    return None if state is clean else state


def chosen_blocks(asked: str, n_blocks: int | None = None) -> tuple[int, ...]:
    """The blocks that `--removals` names: `all`, `none`, or indices like `0,3,7`; rising.

    Args:
        n_blocks: of the model; None checks the form alone, and stands for no blocks in `all`.
    Raises: SettingError naming what is wrong.
    """
    if asked == "none":
        return ()
    if asked == "all":
        return tuple(range(n_blocks or 0))
    parts = [part.strip() for part in asked.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
        shown = asked if len(asked) <= LONGEST_SHOWN else f"{asked[:LONGEST_SHOWN]}…"
        raise SettingError(f"--removals is {shown!r}; give all, none, or block numbers such as 0,3,7.")
    blocks = [int(part) for part in parts]
    if twice := [b for b in blocks if blocks.count(b) > 1]:
        raise SettingError(f"--removals names block {twice[0]} twice; give each block once.")
    if n_blocks is not None and max(blocks) >= n_blocks:
        raise SettingError(
            f"--removals names block {max(blocks)}, but the blocks of this model are 0 to {n_blocks - 1}."
        )
    return tuple(sorted(blocks))
