"""Gradients of the loss at block and map outputs, one block's graph in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from pybridge.compress.collect import gram
from pybridge.compress.spool import Slot, Spool
from pybridge.errors import SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.models.hooks import bypassing, on_output, replacing_input
from pybridge.models.linear_maps import LinearMapView, MapSite

_POSITIONS_AT_ONCE = 128
"""Positions whose logits are alive together: a vocabulary is many times wider than a block."""


WITHOUT_EXPERTS = r"^(?!.*\.e\d)"
"""A filter for the names of all maps but those of experts, `3.mlp_up.e5`."""


class LossGradients:
    """∂ NLL / ∂ h_{t+1} of the dense model for every calibration row and block t ≥ `first`, kept on disk.

    NLL is the summed next-token negative log-likelihood of a row, in nats. Blocks are gone through backwards
    one at a time, each run again from its state, so that no more than one block's graph is ever alive.
    """

    def __init__(
        self, adapter: Adapter, calibration: Int[Tensor, "batches tokens"], *, first: int = 0
    ) -> None:
        self._spool = Spool()
        self._first = first
        self._slots: list[list[Slot]] = [self._of_row(adapter, row[None]) for row in calibration]

    def at_output(self, block: int, row: int, like: Tensor) -> Float[Tensor, "1 tokens d_model"]:
        """∂ NLL / ∂ h_{block+1} of one row, on the device of `like`."""
        return self._spool.get(self._slots[row][block - self._first]).to(like.device)

    def close(self) -> None:
        self._spool.close()

    def _of_row(self, adapter: Adapter, ids: Int[Tensor, "1 tokens"]) -> list[Slot]:
        state = embedded(adapter, ids)
        states = Spool()
        try:
            entering: dict[int, Slot] = {}
            for block in range(adapter.n_blocks):
                if block > self._first:
                    entering[block] = states.put(state)
                state = adapter.run_from(block, state, stop=block + 1)
            gradient = head_gradient(adapter, state, ids.to(state.device))
            slots: list[Slot] = []
            for block in reversed(range(self._first, adapter.n_blocks)):
                slots.append(self._spool.put(gradient))
                if block > self._first:
                    before = states.get(entering[block]).to(state.device)
                    (gradient,) = _pulled_back(adapter, block, before, gradient)
            return slots[::-1]
        finally:
            states.close()


def head_gradient(
    adapter: Adapter, state: Float[Tensor, "1 tokens d_model"], ids: Int[Tensor, "1 tokens"]
) -> Float[Tensor, "1 tokens d_model"]:
    """∂ NLL / ∂ h_n through the final norm and the head, a few positions at a time."""
    gradient = torch.zeros_like(state)
    for start in range(0, ids.shape[1] - 1, _POSITIONS_AT_ONCE):
        stop = min(start + _POSITIONS_AT_ONCE, ids.shape[1] - 1)
        some = state[:, start:stop].detach().requires_grad_()
        with torch.enable_grad():
            logits = _logits(adapter, some)[0]
            logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
            loss = nn.functional.cross_entropy(logits, ids[0, start + 1 : stop + 1], reduction="sum")
            (gradient[:, start:stop],) = torch.autograd.grad(loss, some)
    return gradient


def _logits(adapter: Adapter, state: Float[Tensor, "1 tokens d_model"]) -> Float[Tensor, "1 tokens words"]:
    with (
        bypassing(adapter.blocks, list(range(adapter.n_blocks))),
        replacing_input(adapter.blocks[0], lambda _ignored: state),
    ):
        return adapter.model(inputs_embeds=adapter.stand_in(state), use_cache=False).logits


def output_grams(
    adapter: Adapter,
    block: int,
    views: Sequence[LinearMapView],
    rows: Sequence[Float[Tensor, "1 tokens d_model"]],
    gradients: LossGradients,
) -> dict[str, Float[Tensor, "out out"]]:
    """Map name → Σ g gᵀ over all tokens, float64, g the gradient at the map's output when the block runs on
    `rows` and the loss beyond it is that of the dense model.
    """
    sites = {view.name: _site_of(adapter, view) for view in views}
    modules = list(dict.fromkeys(site.module for site in sites.values()))
    sums: dict[str, Tensor] = {}
    for index, row in enumerate(rows):
        found = _pulled_back(adapter, block, row, gradients.at_output(block, index, row), modules)
        of_module = dict(zip(modules, found, strict=True))
        for view in views:
            site = sites[view.name]
            more = gram(_features_of(view, site, of_module[site.module]))
            sums[view.name] = more if view.name not in sums else sums[view.name].add_(more)
    return sums


def require_outputs(adapter: Adapter, views: Sequence[LinearMapView]) -> None:
    """Raises: SettingError naming a map whose output gradients cannot be read: an expert's, whose products
    live inside one fused kernel.
    """
    for view in views:
        if _site_of(adapter, view).expert is not None:
            raise SettingError(
                f"{view.name}: the outputs of an expert cannot be seen, so it has no output Gramian. "
                rf"Choose another method, such as asvd, or leave the experts out: --maps '{WITHOUT_EXPERTS}'."
            )


def _pulled_back(
    adapter: Adapter, block: int, before: Tensor, gradient: Tensor, modules: Sequence[nn.Module] = ()
) -> tuple[Tensor, ...]:
    """The gradient at the block's output, pulled back to its input, or to the outputs of `modules`."""
    state = before.detach().requires_grad_()
    with torch.enable_grad(), ExitStack() as stack:
        captured: dict[nn.Module, Tensor] = {}
        for module in modules:
            stack.enter_context(on_output(module, _keep_in(captured, module)))
        after = adapter.run_from(block, state, stop=block + 1)
        sources = [captured[module] for module in modules] or [state]
        return torch.autograd.grad(after, sources, gradient, materialize_grads=True)


def _keep_in(captured: dict[nn.Module, Tensor], module: nn.Module) -> Callable[[Tensor], None]:
    return lambda output: captured.__setitem__(module, output)


def _site_of(adapter: Adapter, view: LinearMapView) -> MapSite:
    sites = adapter.sites(adapter.blocks[view.block])
    return next(site for site in sites if (site.component, site.expert) == (view.component, view.expert))


def _features_of(
    view: LinearMapView, site: MapSite, output: Float[Tensor, "... features"]
) -> Float[Tensor, "tokens out"]:
    """The output features of one map among those of the module that computes it."""
    flat = output.reshape(-1, output.shape[-1])
    if site.rows is not None:
        flat = flat[:, site.rows.start : site.rows.stop]
    if site.heads is None:
        return flat
    parts = 1 if site.interleaved is None else site.interleaved[1]
    part = 0 if site.interleaved is None else site.interleaved[0]
    by_head = flat.unflatten(1, (site.heads, parts, -1))[:, :, part]
    return by_head.flatten(1) if view.head is None else by_head[:, view.head]
