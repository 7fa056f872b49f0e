"""Experts as transformers stores them: the matrices of all of them stacked, gate above up in one weight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pybridge.models.hooks import See
from pybridge.models.linear_maps import MapSite
from pybridge.models.offload import value_of

ROUTER = (
    "the router: it chooses which experts run, so that what an error in it costs is not the bound of one map"
)


def expert_sites(experts: Any, path: str) -> tuple[MapSite, ...]:
    """mlp_gate, mlp_up and mlp_down of every expert, expert by expert.

    Args:
        experts: holds `gate_up_proj` (expert, 2 · hidden, d_model) and `down_proj` (expert, d_model, hidden).
        path: of `experts` inside its block.
    """
    hidden = experts.down_proj.shape[-1]

    def of(expert: int) -> tuple[MapSite, ...]:
        entering, inside = partial(on_routed, experts, expert), partial(on_hidden, experts, expert)
        fused = partial(
            MapSite, module=experts, parameter=path, input_name=f"mlp_in.e{expert}",
            tensor="gate_up_proj", expert=expert, watch=entering,
        )  # fmt: skip
        return (
            fused("mlp_gate", rows=range(hidden)),
            fused("mlp_up", rows=range(hidden, 2 * hidden)),
            MapSite(
                "mlp_down", experts, path, f"mlp_hidden.e{expert}",
                tensor="down_proj", expert=expert, watch=inside,
            ),
        )  # fmt: skip

    return tuple(site for expert in range(int(experts.num_experts)) for site in of(expert))


@contextmanager
def on_routed(experts: nn.Module, expert: int, see: See) -> Iterator[None]:
    """`see` is called with the tokens routed to one expert, (1, routed, d_model), in their order."""

    def hook(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        see(_routed(expert, *_call(args, kwargs))[None])

    handle = experts.register_forward_pre_hook(hook, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def on_hidden(experts: Any, expert: int, see: See) -> Iterator[None]:
    """`see` is called with what one expert's down_proj multiplies, (1, routed, hidden).

    Those products live inside one fused kernel, which no hook can see into: they are computed once more, from
    the same tokens and weights in the same dtype. The kernel may round differently in the last place.
    """

    def see_hidden(tokens: Float[Tensor, "one routed d_model"]) -> None:
        gate, up = nn.functional.linear(tokens, value_of(experts, "gate_up_proj")[expert]).chunk(2, dim=-1)
        see(experts.act_fn(gate) * up)

    with on_routed(experts, expert, see_hidden):
        yield


def _call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """(all tokens, chosen experts of each) of a call of the experts."""
    given = dict(zip(("hidden_states", "top_k_index"), args, strict=False)) | kwargs
    return given["hidden_states"], given["top_k_index"]


def _routed(expert: int, tokens: Tensor, chosen: Tensor) -> Tensor:
    return tokens[torch.any(chosen == expert, dim=-1)]
