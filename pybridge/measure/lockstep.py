"""The compressed model in lockstep with the dense one: same tokens, same h_0, block by block.

*Compressed* means: every chosen linear map of a block is replaced by W_approx, the rank-`rank` truncation of
W_sparse, multiplied out and rounded once to the model's dtype. That is what the pruned low-rank layer of
Theorem 4c executes; nothing stands in for what was dropped. Biases, norms, embeddings and the maps not chosen
stay as they are.

At block t the dense block is evaluated on h_t and on ĥ_t and the compressed block on ĥ_t, so that the two
ways in which an error arises are measured apart (`sublayer_split`, Theorem 10c):

    u_t(h_t) - u_t(ĥ_t)     the dense block sees another state      L_t = ‖·‖ / ‖h_t - ĥ_t‖
    u_t(ĥ_t) - û_t(ĥ_t)     the compressed block is another block   ε_t = ‖·‖

States are data, exact numbers whatever run produced them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pybridge.measure.blocks import Held, State, run_block
from pybridge.measure.energies import require_finite
from pybridge.measure.swap import Replacement, replaced
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView


@dataclass(frozen=True, eq=False)
class LockstepStep:
    """One block of both models, float64 on the CPU; equal states are one object.

    Attributes:
        block: t.
        h, hhat: h_t and ĥ_t.
        next_h: h_{t+1}, the dense block on h_t.
        dense_next: the dense block on ĥ_t.
        next_hhat: ĥ_{t+1}, the compressed block on ĥ_t.
    """

    block: int
    h: State
    hhat: State
    next_h: State
    dense_next: State
    next_hhat: State


def run_lockstep(
    adapter: Adapter,
    h_0: State,
    views: Sequence[LinearMapView],
    approximation: Replacement,
    see: Callable[[LockstepStep], None],
) -> str | None:
    """Run both models from h_0; `see` gets every block while its states are alive.

    Args:
        h_0: in the model's dtype, on its device.
        views: the maps that are compressed; a block without any is not run a second time.
        approximation: W_approx of a map.
    Returns: None when both ran to the end, else why the compressed run did not.
    Raises: NonFiniteError when the dense run overflows.
    """
    h = hhat = Held(h_0)
    for t in range(adapter.n_blocks):
        following, dense = run_block(adapter, t, [h.state, hhat.state])
        next_h = Held(following)
        dense_next = next_h if dense is following else Held(dense)
        require_finite(next_h.wide[None], f"h{t + 1}")
        chosen = [view for view in views if view.block == t]
        next_hhat = dense_next
        if chosen:
            with replaced(chosen, approximation):
                next_hhat = Held(run_block(adapter, t, [hhat.state])[0])
        if not (dense_next.finite and next_hhat.finite):
            return f"the compressed run is not finite after block {t}"
        see(LockstepStep(t, h.wide, hhat.wide, next_h.wide, dense_next.wide, next_hhat.wide))
        h, hhat = next_h, next_hhat
    return None
