"""A linear map of a model, seen as W of shape (out, in) whatever way the family stores it."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pybridge.errors import ModelError


@dataclass(frozen=True)
class MapSite:
    """Where one component's matrix lives inside a block.

    Args:
        component: the shared name: `q`, `k`, `v`, `attn_out`, `mlp_up`, `mlp_gate`, `mlp_down`.
        module: the Linear or Conv1D that owns the weight; its first input is the map's input.
        parameter: the module's path inside the block, as `named_parameters` spells it.
        input_name: sites of one block with the same `input_name` are handed the same tensor.
        transposed: the weight is stored (in, out), as Conv1D does.
        rows: the output features that belong to this component in a fused weight; None means all.
        heads: how many heads the output features divide into; None where there is no such division.
    """

    component: str
    module: nn.Module
    parameter: str
    input_name: str
    transposed: bool = False
    rows: range | None = None
    heads: int | None = None

    @property
    def weight(self) -> Tensor:
        weight = self.module.weight
        if not isinstance(weight, Tensor) or weight.ndim != 2:
            raise ModelError(
                f"{self.parameter}.weight is not a matrix; this family's linear maps cannot be read."
            )
        return weight.detach()


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The bits of one map at one moment; `restore` puts them back."""

    view: LinearMapView
    _bits: Tensor = field(repr=False)

    def restore(self) -> None:
        """Write the remembered values back: the parameter holds the identical bits again."""
        self.view.read().copy_(self._bits)


@dataclass(frozen=True, eq=False)
class LinearMapView:
    """One map x ↦ W x (+ bias) of the model, W of shape (out_features, in_features).

    The view shares storage with the model's parameter: what is written through it is what the model runs.

    Attributes:
        name: `block.component[.head]`, as regexes match it and certificates carry it: `0.mlp_up`, `11.q.3`.
        block: index from 0.
        component: the name shared by every family (`q`, `attn_out`, `mlp_up`, …).
        head: index from 0, or None for the whole component.
        input_key: maps with equal `input_key` are handed the same input tensor.
        parameter: the model's own name of the parameter that is viewed.
    """

    name: str
    block: int
    component: str
    head: int | None
    input_key: str
    parameter: str
    _matrix: Tensor = field(repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """(out_features, in_features)."""
        out_features, in_features = self._matrix.shape
        return out_features, in_features

    def read(self) -> Float[Tensor, "out in"]:
        """W itself, no copy: strided where the family stores it transposed or fused."""
        return self._matrix

    def write(self, values: Float[Tensor, "out in"]) -> None:
        """Replace W inside the model; values are rounded to the model's dtype.

        Raises: ModelError if the shape differs (a transposed matrix is never guessed at).
        """
        if tuple(values.shape) != self.shape:
            raise ModelError(
                f"{self.name}: a matrix of shape {tuple(values.shape)} was written to a map of shape "
                f"{self.shape} (out_features, in_features)."
            )
        with torch.no_grad():
            self._matrix.copy_(values)

    def snapshot(self) -> Snapshot:
        """Remember the present bits, to be put back by `.restore()`."""
        return Snapshot(self, self._matrix.clone(memory_format=torch.contiguous_format))

    def restore(self, snapshot: Snapshot) -> None:
        """The same as `snapshot.restore()`, refusing a snapshot of another map."""
        if snapshot.view._matrix.data_ptr() != self._matrix.data_ptr() or snapshot.view.shape != self.shape:
            raise ModelError(f"{self.name}: the snapshot was taken of {snapshot.view.name}.")
        snapshot.restore()


def views_of(site: MapSite, block: int, block_path: str, *, per_head: bool) -> tuple[LinearMapView, ...]:
    """The view of one site, or one view per head where asked and where the site has heads."""
    matrix = site.weight.T if site.transposed else site.weight
    if site.rows is not None:
        matrix = matrix[site.rows.start : site.rows.stop]
    name = f"{block}.{site.component}"
    parameter = f"{block_path}.{block}.{site.parameter}.weight"
    input_key = f"{block}.{site.input_name}"
    if not per_head or site.heads is None:
        return (LinearMapView(name, block, site.component, None, input_key, parameter, matrix),)
    return tuple(
        LinearMapView(f"{name}.{head}", block, site.component, head, input_key, parameter, rows)
        for head, rows in enumerate(matrix.chunk(site.heads, dim=0))
    )
