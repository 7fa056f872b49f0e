"""Reading and replacing the residual stream at module borders: leaving the context removes every trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from torch import Tensor, nn

See = Callable[[Tensor], None]
Watch = Callable[[See], AbstractContextManager[None]]
"""A place in the model: while the context it returns is open, the given function sees what is there."""


def stream_in(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    """The hidden states a block was called with, positionally or by name."""
    return args[0] if args else kwargs["hidden_states"]


def stream_out(output: Tensor | tuple[Any, ...]) -> Tensor:
    """The hidden states a block returned.

    Recent transformers return the tensor itself, older ones a tuple; `output[0]` of a tensor would silently
    be batch item 0.
    """
    return output[0] if isinstance(output, tuple) else output


@contextmanager
def on_input(module: nn.Module, see: See) -> Iterator[None]:
    """`see` is called with the module's first input on every call."""
    handle = module.register_forward_pre_hook(
        lambda _module, args, kwargs: see(stream_in(args, kwargs)), with_kwargs=True
    )
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def on_flat_input(block: nn.Module, module: nn.Module, see: See) -> Iterator[None]:
    """As `on_input`, for a module inside `block` that is handed (batch · tokens, width): `see` gets the same
    memory as (batch, tokens, width).
    """
    leading: tuple[int, ...] = ()

    def remember(stream: Tensor) -> None:
        nonlocal leading
        leading = tuple(stream.shape[:-1])

    def unflatten(flat: Tensor) -> None:
        see(flat.view(*leading, flat.shape[-1]))

    with on_input(block, remember), on_input(module, unflatten):
        yield


@contextmanager
def on_output(module: nn.Module, see: See) -> Iterator[None]:
    """`see` is called with the module's first output on every call."""
    handle = module.register_forward_hook(lambda _module, _args, output: see(stream_out(output)))
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def replacing_input(module: nn.Module, replace: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """The module's first input becomes `replace(input)`, before any observer sees it."""

    def hook(
        _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        new = replace(stream_in(args, kwargs))
        return ((new, *args[1:]), kwargs) if args else (args, {**kwargs, "hidden_states": new})

    handle = module.register_forward_pre_hook(hook, with_kwargs=True, prepend=True)
    try:
        yield
    finally:
        handle.remove()


class _Bypass(nn.Module):
    """Stands in for a block and hands its input on; other attributes are the block's own."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.__dict__["_block"] = block  # not a submodule: the tree keeps one owner for each parameter

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_block"], name)

    def forward(self, hidden_states: Tensor, *_args: Any, **_kwargs: Any) -> Tensor:
        return hidden_states


@contextmanager
def bypassing(blocks: nn.ModuleList, indices: list[int]) -> Iterator[None]:
    """The named blocks neither run nor fire their hooks; the list keeps its length and its positions."""
    originals = {index: blocks[index] for index in indices}
    try:
        for index, block in originals.items():
            blocks[index] = _Bypass(block)
        yield
    finally:
        for index, block in originals.items():
            blocks[index] = block


@contextmanager
def all_of(contexts: list[Any]) -> Iterator[None]:
    """Enter every context; leave them all, whatever happens."""
    with ExitStack() as stack:
        for context in contexts:
            stack.enter_context(context)
        yield
