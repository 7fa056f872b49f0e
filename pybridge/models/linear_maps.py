"""A linear map of a model, seen as W of shape (out, in) whatever way the family stores it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pybridge.errors import ModelError
from pybridge.models.hooks import Watch
from pybridge.models.offload import value_of


@dataclass(frozen=True)
class MapSite:
    """Where one component's matrix lives inside a block.

    Args:
        component: the shared name: `q`, `k`, `v`, `attn_out`, `conv_in`, `conv_out`, `mlp_up`, `mlp_gate`,
            `mlp_down`, and `shared_mlp_…` of an expert that every token visits.
        module: the Linear, Conv1D or set of experts that owns the weight.
        parameter: the module's path inside the block, as `named_parameters` spells it.
        input_name: sites of one block with the same `input_name` are handed the same tensor.
        transposed: the weight is stored (in, out), as Conv1D does.
        rows: the output features that belong to this component in a fused weight; None means all.
        heads: how many heads the output features divide into; None where there is no such division.
        interleaved: (part, parts) where a fused weight holds, head by head, the rows of `parts` components,
            and those of this one are `part`; it needs `heads`.
        tensor: the name of the weight in the module.
        expert: which of the matrices stacked in the weight; None where it is a single matrix.
        watch: where the map's input is seen; None means the module's first input.
    """

    component: str
    module: nn.Module
    parameter: str
    input_name: str
    transposed: bool = False
    rows: range | None = None
    heads: int | None = None
    interleaved: tuple[int, int] | None = None
    tensor: str = "weight"
    expert: int | None = None
    watch: Watch | None = None

    @property
    def weight(self) -> Tensor:
        """The stored matrix, or stack of matrices; raises ModelError if there is none."""
        weight = getattr(self.module, self.tensor)
        if not isinstance(weight, Tensor) or weight.ndim != (2 if self.expert is None else 3):
            raise ModelError(
                f"{self.parameter}.{self.tensor} is not a matrix; this family's linear maps cannot be read."
            )
        return weight.detach()

    @property
    def features(self) -> tuple[int, int]:
        """(out_features, in_features)."""
        *rows, in_features = self.stored.shape
        return math.prod(rows), in_features

    @property
    def stored(self) -> Tensor:
        """The entries of this component where the model keeps them: (out, in), or (heads, rows, in)."""
        return self.component_of(self.weight)

    def component_of(self, weight: Tensor) -> Tensor:
        """The entries of this component in a tensor that is laid out as the stored weight."""
        matrix = weight if self.expert is None else weight[self.expert]
        matrix = matrix.T if self.transposed else matrix
        if self.rows is not None:
            matrix = matrix[self.rows.start : self.rows.stop]
        if self.interleaved is not None and self.heads is not None:
            part, parts = self.interleaved
            return matrix.unflatten(0, (self.heads, parts, -1))[:, part]
        return matrix


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The bits of one map at one moment; `restore` puts them back."""

    view: LinearMapView
    _bits: Tensor = field(repr=False)

    def restore(self) -> None:
        """Write the remembered values back: the parameter holds the identical bits again."""
        self.view.stored.copy_(self._bits)


@dataclass(frozen=True, eq=False)
class LinearMapView:
    """One map x ↦ W x (+ bias) of the model, W of shape (out_features, in_features).

    What is written with `write` is what the model runs.

    Attributes:
        name: `block.component[.head]`, or `block.component.e{expert}`, as regexes match it and certificates
            carry it: `0.mlp_up`, `11.q.3`, `3.mlp_up.e5`.
        block: index from 0.
        component: the name shared by every family (`q`, `attn_out`, `mlp_up`, …).
        head: index from 0, or None for the whole component.
        expert: index from 0, or None where the block has one such map for all tokens.
        input_key: maps with equal `input_key` are handed the same input tensor.
        parameter: the model's own name of the parameter that is viewed.
        stored: the entries where the model keeps them, sharing its storage: (out, in), or (heads, rows, in)
            where the rows of one component lie apart, which no strides of a matrix can say. Without values
            where the model is spread by a device map and the weight is offloaded between forward passes.
        site: where that is inside the block.
    """

    name: str
    block: int
    component: str
    head: int | None
    expert: int | None
    input_key: str
    parameter: str
    stored: Tensor = field(repr=False)
    site: MapSite = field(repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """(out_features, in_features)."""
        *rows, in_features = self.stored.shape
        return math.prod(rows), in_features

    def read(self) -> Float[Tensor, "out in"]:
        """W: the model's own memory, strided where the family stores it transposed or fused; a copy only
        where the rows of the component lie apart (a whole q, k or v of GPT-NeoX) or the weight is offloaded.
        Change it with `write`.

        Raises: ModelError on the meta device, where there are shapes and no values.
        """
        stored = self.stored
        if stored.is_meta:
            loaded = value_of(self.site.module, self.site.tensor).detach()
            stored = _part(self.site, self.site.component_of(loaded), self.head)
        return stored.flatten(0, -2)

    def write(self, values: Float[Tensor, "out in"]) -> None:
        """Replace W inside the model; values are rounded to the model's dtype.

        Raises: ModelError if the shape differs (a transposed matrix is never guessed at), or if the weight
        is offloaded.
        """
        self._require_in_memory()
        if tuple(values.shape) != self.shape:
            raise ModelError(
                f"{self.name}: a matrix of shape {tuple(values.shape)} was written to a map of shape "
                f"{self.shape} (out_features, in_features)."
            )
        with torch.no_grad():
            self.stored.copy_(values.reshape(self.stored.shape))

    def snapshot(self) -> Snapshot:
        """Remember the present bits, to be put back by `.restore()`.

        Raises: ModelError if the weight is offloaded.
        """
        self._require_in_memory()
        return Snapshot(self, self.stored.clone(memory_format=torch.contiguous_format))

    def restore(self, snapshot: Snapshot) -> None:
        """The same as `snapshot.restore()`, refusing a snapshot of another map."""
        theirs, ours = snapshot.view.stored, self.stored
        if theirs.data_ptr() != ours.data_ptr() or theirs.shape != ours.shape:
            raise ModelError(f"{self.name}: the snapshot was taken of {snapshot.view.name}.")
        snapshot.restore()

    def _require_in_memory(self) -> None:
        if self.stored.is_meta:
            raise ModelError(
                f"{self.name}: the weight is not in memory (a device map has offloaded it); it can be read, "
                "but not changed. Open the model without --device-map to change its weights."
            )


def views_of(site: MapSite, block: int, block_path: str, *, per_head: bool) -> tuple[LinearMapView, ...]:
    """The view of one site, or one view per head where asked and where the site has heads."""
    whole = site.stored
    heads = [None] if site.heads is None or not per_head else range(site.heads)
    return tuple(
        LinearMapView(
            name=f"{block}.{site.component}{_suffix(site, head)}",
            block=block,
            component=site.component,
            head=head,
            expert=site.expert,
            input_key=f"{block}.{site.input_name}",
            parameter=f"{block_path}.{block}.{site.parameter}.{site.tensor}",
            stored=_part(site, whole, head),
            site=site,
        )
        for head in heads
    )


def _part(site: MapSite, stored: Tensor, head: int | None) -> Tensor:
    if head is None or site.heads is None:
        return stored
    return stored[head] if site.interleaved is not None else stored.unflatten(0, (site.heads, -1))[head]


def _suffix(site: MapSite, head: int | None) -> str:
    if site.expert is not None:
        return f".e{site.expert}"
    return "" if head is None else f".{head}"
