"""Blocks that hand their input on, weights in place: what deleting them would compute, undone on leaving."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from pybridge.errors import ModelError


def hand_on(hidden_states: Tensor, *_args: Any, **_kwargs: Any) -> Tensor:
    """The forward pass of a block that is skipped."""
    return hidden_states


def is_skipped(block: nn.Module) -> bool:
    return block.__dict__.get("forward") is hand_on


@contextmanager
def skipping(blocks: Collection[nn.Module]) -> Iterator[None]:
    """Each block maps its input to itself; it stays in the model, with its hooks and its parameters."""
    before = [(block, block.__dict__.get("forward")) for block in blocks]
    try:
        for block, _own in before:
            block.__dict__["forward"] = hand_on
        yield
    finally:
        for block, own in before:
            if own is None:
                block.__dict__.pop("forward", None)
            else:
                block.__dict__["forward"] = own


@contextmanager
def refusing_caches(body: Any, config: Any) -> Iterator[None]:
    """A call of `body` that would read or write a cache raises ModelError instead.

    A skipped block stores nothing, and a library that counts the cached tokens in the first block of a kind
    would take the second step of a generation for its first.
    """
    signature = inspect.signature(body.forward)

    def refuse(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = {**signature.bind_partial(*args).arguments, **kwargs}
        wanted = given.get("use_cache")
        asked = bool(getattr(config, "use_cache", False)) if wanted is None else bool(wanted)
        if asked or any(given.get(name) is not None for name in ("cache", "past_key_values")):
            raise ModelError(
                "A model that skips blocks was called with a cache, where the skipped blocks store nothing. "
                "Call it with use_cache=False, or remove the blocks for good (`delete_blocks`)."
            )

    handle = body.register_forward_pre_hook(refuse, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()
