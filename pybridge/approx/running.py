"""The approximate map as the model runs it: torch, in the model's dtype and on its device."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pybridge.approx.parts import MapParts
from pybridge.approx.stages import Form, Plan
from pybridge.errors import ModelError
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView


@dataclass(frozen=True, eq=False)
class Matrix:
    """x ↦ M x for a matrix, or for a product of two factors."""

    factors: tuple[Tensor, ...]

    def __call__(self, x: Float[Tensor, "tokens in"]) -> Float[Tensor, "tokens out"]:
        for factor in reversed(self.factors):
            x = nn.functional.linear(x, factor)
        return x


@dataclass(frozen=True, eq=False)
class Running:
    """ŷ = reused(x_c) + fresh(x): what may be remembered with x_c, and what is computed for every x."""

    reused: Matrix
    fresh: Matrix | None

    @classmethod
    def of(cls, plan: Plan, parts: MapParts, view: LinearMapView) -> Running:
        weight = view.read().detach()
        residual = None if parts.residual is None else _like(parts.residual, weight)
        if parts.factors is not None:
            approx = Matrix((_like(parts.factors.left, weight), _like(parts.factors.right, weight)))
        else:
            approx = Matrix((weight if residual is None else weight - residual,))
        if plan.form in (None, Form.DROPPED) or residual is None:
            return cls(approx, None)
        if plan.form is Form.PRINTED:
            return cls(approx, Matrix((residual,)))
        return cls(_Sum(approx.factors, residual), None)


@dataclass(frozen=True, eq=False)
class _Sum(Matrix):
    """x ↦ M x + R x."""

    residual: Tensor

    def __call__(self, x: Float[Tensor, "tokens in"]) -> Float[Tensor, "tokens out"]:
        return super().__call__(x) + nn.functional.linear(x, self.residual)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a map's output leaves the model: some output features of one module.

    Attributes:
        rows: indices of the map's outputs among those of the module.
    """

    module: nn.Module
    rows: Tensor

    @classmethod
    def of(cls, adapter: Adapter, view: LinearMapView) -> Place:
        """Read off the storage that the view and the module's weight share.

        Raises: ModelError if the map is not some rows of one Linear or Conv1D.
        """
        path, _, leaf = view.parameter.rpartition(".")
        module = adapter.model.get_submodule(path)
        weight = getattr(module, leaf)
        if leaf != "weight" or weight.ndim != 2:
            raise ModelError(
                f"{view.name}: {view.parameter} is not the weight of a linear module, so its output cannot "
                "be replaced. Watch it without running it: mode='exact'."
            )
        across = weight.stride(0 if isinstance(module, nn.Linear) else 1)
        starts = _row_starts(view.stored) - int(weight.storage_offset())
        return cls(module, (starts // across).to(view.stored.device))

    def replace(self, output: Tensor, values: Float[Tensor, "tokens out"]) -> Tensor:
        """The module's output with this map's part of it exchanged, its bias added."""
        bias = getattr(self.module, "bias", None)
        if isinstance(bias, Tensor):
            values = values + bias.detach()[self.rows]
        return output.index_copy(-1, self.rows, values.reshape(*output.shape[:-1], len(self.rows)))


def _row_starts(stored: Tensor) -> Tensor:
    """Where each row of (…, in) begins in its storage, in entries."""
    starts = torch.tensor([int(stored.storage_offset())])
    for size, stride in zip(stored.shape[:-1], stored.stride()[:-1], strict=True):
        starts = (starts[:, None] + torch.arange(size) * stride).flatten()
    return starts


def _like(array: object, weight: Tensor) -> Tensor:
    return torch.from_numpy(array).to(dtype=weight.dtype, device=weight.device)  # type: ignore[arg-type]
