"""Mixtures of experts: Mixtral, Qwen2-MoE (with a shared expert) and Qwen3-MoE."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pybridge.models.experts import ROUTER, expert_sites
from pybridge.models.hooks import on_flat_input
from pybridge.models.linear_maps import MapSite
from pybridge.models.llama import LlamaAdapter, windows_from


class MixtralAdapter(LlamaAdapter):
    """The Llama shape; `mlp` routes each token to a few of its experts and weighs what they return."""

    family = "mixtral"

    def mlp_sites(self, block: Any) -> tuple[MapSite, ...]:
        if not hasattr(block.mlp, "experts"):  # Qwen: some blocks keep a dense MLP
            return super().mlp_sites(block)
        return expert_sites(block.mlp.experts, "mlp.experts")

    def why_uncovered(self, parameter: str) -> str | None:
        return ROUTER if parameter.endswith(".mlp.gate.weight") else None


class Qwen3MoEAdapter(MixtralAdapter):
    """Qwen3-MoE: each head of q and k is RMS-normed after its map; the config may keep some blocks dense."""

    family = "qwen3_moe"

    def settings_of(self, kept: Sequence[int]) -> dict[str, Any]:
        """A rule such as "every second block has experts" counts positions: the dense blocks are listed."""
        dense = [new for new, t in enumerate(kept) if not hasattr(self._mlp(t), "experts")]
        return {"decoder_sparse_step": 1, "mlp_only_layers": dense, **windows_from(self.config, kept)}

    def _mlp(self, t: int) -> Any:
        block: Any = self.blocks[t]
        return block.mlp


class Qwen2MoEAdapter(Qwen3MoEAdapter):
    """Qwen2-MoE: beside the routed experts a shared one that every token visits, scaled by a gate."""

    family = "qwen2_moe"

    def mlp_sites(self, block: Any) -> tuple[MapSite, ...]:
        sites = super().mlp_sites(block)
        return (*_shared_sites(block), *sites) if hasattr(block.mlp, "experts") else sites

    def why_uncovered(self, parameter: str) -> str | None:
        if parameter.endswith(".mlp.shared_expert_gate.weight"):
            return "one row, whose sigmoid scales the shared expert; no map of the residual stream"
        return super().why_uncovered(parameter)


def _shared_sites(block: Any) -> tuple[MapSite, ...]:
    shared = block.mlp.shared_expert

    def site(component: str, name: str, input_name: str) -> MapSite:
        module = getattr(shared, name)
        watch = partial(on_flat_input, block, module)
        return MapSite(component, module, f"mlp.shared_expert.{name}", input_name, watch=watch)

    return (
        site("shared_mlp_gate", "gate_proj", "shared_mlp_in"),
        site("shared_mlp_up", "up_proj", "shared_mlp_in"),
        site("shared_mlp_down", "down_proj", "shared_mlp_hidden"),
    )
