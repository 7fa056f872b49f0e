"""The matrices of a model that are not among its linear maps, each with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import nn

from pybridge.models.linear_maps import LinearMapView


@dataclass(frozen=True)
class Uncovered:
    """A matrix, or stack of matrices, that is not wholly covered by linear maps, and why.

    Attributes:
        parameter: the model's own name.
        shape: of the whole parameter.
        entries: how many of its numbers no linear map views.
        reason: in words.
    """

    parameter: str
    shape: tuple[int, ...]
    entries: int
    reason: str


def uncovered_matrices(
    model: nn.Module, block_path: str, views: Iterable[LinearMapView], why: Callable[[str], str | None]
) -> tuple[Uncovered, ...]:
    """Every parameter of two or more axes with entries that no view covers; tied weights once.

    Args:
        views: no two of them share an entry.
        why: the family's own reason for a parameter, if it has one.
    """
    covered: Counter[str] = Counter()
    for view in views:
        covered[view.parameter] += view.stored.numel()
    tables = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.Embedding)}

    def reason(name: str) -> str:
        if name in tables:
            return "an embedding table, not a linear map of a block"
        if own := why(name):
            return own
        if not name.startswith(block_path + "."):
            return "outside the blocks (language-model head)"
        if covered[name]:
            return "rows of a fused weight that belong to no component"
        return "not a component that the adapter of this family knows"

    return tuple(
        Uncovered(name, tuple(parameter.shape), parameter.numel() - covered[name], reason(name))
        for name, parameter in model.named_parameters()
        if parameter.ndim >= 2 and parameter.numel() > covered[name]
    )
