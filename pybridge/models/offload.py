"""Weights that are not in memory between forward passes: where they are, and how to read them all the same.

With a device map, `accelerate` keeps the parameters of offloaded parts as tensors without values ("meta") and
brings the values in for the length of each forward call.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

from pybridge.errors import ModelError


def value_of(module: nn.Module, name: str) -> Tensor:
    """A module's own parameter or buffer with its values, read from where it is offloaded if it must be.

    Raises: ModelError if it has no values anywhere (the meta device).
    """
    tensor: Tensor = getattr(module, name)
    if not tensor.is_meta:
        return tensor
    value = _offloaded(module, name)
    if value is not None:
        return value
    raise ModelError(
        f"{type(module).__name__}.{name} has a shape and no values (it is on the meta device). "
        "Open the model from a folder of weights to read them."
    )


def running_device(model: nn.Module) -> torch.device:
    """Where the first parameters are when they are used; "meta" if the model has no values at all."""
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            if not parameter.is_meta:
                return parameter.device
            for hook in _hooks(module):
                if getattr(hook, "offload", False):
                    return torch.device(hook.execution_device)
    return torch.device("meta")


def require_tied_together(model: nn.Module) -> None:
    """Raises: ModelError if a weight is tied to another that a device map puts elsewhere."""
    for name in _tied(model):
        path, _, own = name.rpartition(".")
        owner = model.get_submodule(path)
        if any(getattr(hook, "offload", False) for hook in _hooks(owner)) and _offloaded(owner, own) is None:
            raise ModelError(
                f"{name} has no values where the device map puts it: it is tied to one elsewhere. "
                "Give tied weights the same device, or use `auto`."
            )


def stored_tensors(model: nn.Module) -> dict[str, tuple[nn.Module, str]]:
    """Name → (owner, own name) of every parameter and stored buffer; tied ones once, under the first name."""
    places: dict[str, tuple[nn.Module, str]] = {}
    seen: set[tuple[Any, ...]] = set()
    copies = _tied(model)  # without values they are separate objects at no address
    for name, tensor in model.state_dict(keep_vars=True).items():
        path, _, own = name.rpartition(".")
        if tensor.is_meta:
            repeated = name in copies
        else:
            place = (tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride()))
            repeated = tensor.numel() > 0 and place in seen
            seen.add(place)
        if not repeated:
            places[name] = (model.get_submodule(path), own)
    return places


def _tied(model: nn.Module) -> Collection[str]:
    """Names of the weights that are another weight again, by the model's own list."""
    return getattr(model, "all_tied_weights_keys", None) or ()


def _offloaded(module: nn.Module, name: str) -> Tensor | None:
    """Read from disk; asking first whether it is there would read it twice."""
    for hook in _hooks(module):
        weights = getattr(hook, "weights_map", None)
        if weights is not None:
            with suppress(KeyError):
                return weights[name]
    return None


def _hooks(module: nn.Module) -> tuple[Any, ...]:
    hook: Any = getattr(module, "_hf_hook", None)
    return tuple(getattr(hook, "hooks", (hook,)))
