"""Removing whole blocks: for good, with the config rewritten, or for the length of a context."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn

from pybridge.errors import ModelError, SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.models.skipping import is_skipped, refusing_caches, skipping

_A_NAME_FOR_EACH_BLOCK = ("layer_types", "mlp_layer_types")
_RETIRED = (
    "Blocks have been deleted from this model, and block numbers and names of maps have moved. "
    "Use the adapter that `delete_blocks` returned."
)


def delete_blocks(adapter: Adapter, blocks: Collection[int]) -> Adapter:
    """The same model without these blocks, as `from_pretrained` would build it from its new config.

    The blocks leave the model's list, and their memory is free once nobody else holds them. Those that stay
    are numbered from 0 wherever the family keeps the number (a cache stores keys and values under it), and
    every config field that counts or lists blocks is rewritten, in a copy of the config. So the logits equal,
    bit for bit, those of the model saved and loaded again (where its weights lie aligned alike in memory),
    and those inside `without_blocks`. Tied weights stay tied; dtype, device, generation config and views of
    kept weights stay as they are.

    The adapter that was handed in describes a model that is gone: any further use of it raises ModelError.
    Contexts of it that are still open can be left.

    Raises: SettingError for a block that the model does not have or one named twice, or if none would stay;
    ModelError where the family computes with a block's position, for blocks of unequal width, and inside
    `without_blocks`. Nothing has changed then.
    """
    removed = _require_some_stay(adapter, blocks)
    kept = tuple(t for t in range(adapter.n_blocks) if t not in removed)
    _require_removable(adapter)
    if removed and (reason := adapter.why_not_only(kept)):
        raise ModelError(f"Blocks {_listed(removed)} cannot be deleted: {reason}")
    model, config = adapter.model, _config_of(adapter, kept)
    for t in sorted(removed, reverse=True):
        del adapter.blocks[t]
    _renumber(adapter.blocks)
    _give_config(model, config)
    adapter.retire(_RETIRED)
    new = adapter_for(model)
    new.settle()
    return new


@contextmanager
def without_blocks(adapter: Adapter, blocks: Collection[int]) -> Iterator[None]:
    """While open, these blocks hand their input on: h_{t+1} = h_t. Leaving restores every trace.

    Their weights stay where they are and observers still see every point, so nothing is renumbered. A call
    that uses a cache (`use_cache=True`, which most models take as the default, or `generate`) raises
    ModelError. Contexts may be nested.

    Raises: as `delete_blocks`, except that a block's position does not matter here.
    """
    removed = _require_some_stay(adapter, blocks)
    _require_equal_widths(adapter)
    gone = [adapter.blocks[t] for t in sorted(removed)]
    with skipping(gone), refusing_caches(adapter.body, adapter.config):
        yield


def _require_some_stay(adapter: Adapter, blocks: Collection[int]) -> frozenset[int]:
    n, removed = adapter.n_blocks, frozenset(blocks)
    twice = sorted({t for t in blocks if list(blocks).count(t) > 1})
    if twice:
        raise SettingError(f"Block {_listed(twice)} is to be removed twice. Name each block once.")
    strange = sorted(t for t in removed if not 0 <= t < n)
    if strange:
        raise SettingError(
            f"There is no block {_listed(strange)}: the model has {n} blocks, numbered 0 to {n - 1}."
        )
    if len(removed) >= n:
        raise SettingError(
            f"{len(removed)} blocks are to be removed from a model with {n}; at least one must stay. "
            f"Remove at most {n - 1}."
        )
    return removed


def _require_removable(adapter: Adapter) -> None:
    skipped = [t for t, block in enumerate(adapter.blocks) if is_skipped(block)]
    if skipped:
        raise ModelError(
            f"Blocks {_listed(skipped)} are being skipped (`without_blocks`). "
            "Leave that context before blocks are deleted."
        )
    _require_equal_widths(adapter)


def _require_equal_widths(adapter: Adapter) -> None:
    """A block may only be left out if what enters it has the shape of what leaves it, everywhere."""
    if getattr(adapter.config, "is_heterogeneous", False):
        raise ModelError(
            "The config gives single blocks settings of their own (`per_layer_config`), so blocks may be of "
            "unequal width. Removing blocks needs a model whose blocks share one config."
        )
    for t, block in enumerate(adapter.blocks):
        sites = adapter.sites(block)
        entering, leaving = sites[0].features[1], sites[-1].features[0]
        if not entering == leaving == adapter.d_model:
            raise ModelError(
                f"Blocks of unequal width: block {t} takes {entering} features and returns {leaving}, where "
                f"the residual stream has {adapter.d_model}. Without some of them the rest would not fit."
            )


def _config_of(adapter: Adapter, kept: Sequence[int]) -> Any:
    config = copy.deepcopy(adapter.config)
    config.num_hidden_layers = len(kept)
    for field in _A_NAME_FOR_EACH_BLOCK:
        names = getattr(config, field, None)
        if isinstance(names, list):
            setattr(config, field, [names[t] for t in kept])
    for field, value in adapter.settings_of(kept).items():
        setattr(config, field, value)
    return config


def _renumber(blocks: nn.ModuleList) -> None:
    for t, block in enumerate(blocks):
        for module in block.modules():
            if isinstance(module.__dict__.get("layer_idx"), int):
                module.__dict__["layer_idx"] = t


def _give_config(model: nn.Module, config: Any) -> None:
    """Every module that held the model's config holds the new one; whoever else holds the old keeps it."""
    old: Any = model.config
    for module in model.modules():
        if module.__dict__.get("config") is old:
            module.__dict__["config"] = config


def _listed(blocks: Collection[int]) -> str:
    return ", ".join(str(t) for t in sorted(blocks))
