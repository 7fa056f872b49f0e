"""Several blocks removed at once, beside the whole model: a lockstep run.

A removed block is a block whose compressed update is zero. At block t the dense block is evaluated on h_t and
on ĥ_t; where it is removed, ĥ_{t+1} = ĥ_t, and the injected error of Theorem 10c is ε_t = ‖u_t(ĥ_t)‖.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from pybridge.measure.blocks import Held, State, run_block
from pybridge.measure.energies import require_finite
from pybridge.measure.lockstep import LockstepStep
from pybridge.models.adapter import Adapter


def run_joint_removal(
    adapter: Adapter, h_0: State, removed: Collection[int], see: Callable[[LockstepStep], None]
) -> str | None:
    """Run the whole model and the one without `removed` from h_0; `see` gets every block.

    Args:
        h_0: in the model's dtype, on its device.
    Returns: None when both ran to the end, else why the shorter one did not.
    Raises: NonFiniteError when the whole model's run overflows.
    """
    h = hhat = Held(h_0)
    for t in range(adapter.n_blocks):
        following, dense = run_block(adapter, t, [h.state, hhat.state])
        next_h = Held(following)
        dense_next = next_h if dense is following else Held(dense)
        require_finite(next_h.wide[None], f"h{t + 1}")
        next_hhat = hhat if t in removed else dense_next
        if not dense_next.finite:
            return f"the run without the removed blocks is not finite at block {t}"
        see(LockstepStep(t, h.wide, hhat.wide, next_h.wide, dense_next.wide, next_hhat.wide))
        h, hhat = next_h, next_hhat
    return None
