"""What its linear maps cover of a model: each component's share of all parameters, what is left, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from pybridge.models.adapter import Adapter

_VECTORS = "vectors (norm gains, biases), not matrices"


@dataclass(frozen=True)
class Covered:
    """All maps of one component over all blocks.

    Attributes:
        component: `q`, `mlp_up`, …
        maps, maps_per_head: how many, whole and with q, k and v split by head.
        shapes: the (out, in) that occur, in order of appearance.
        parameters: how many numbers they hold.
        share: of all parameters of the model, tied weights counted once.
    """

    component: str
    maps: int
    maps_per_head: int
    shapes: tuple[tuple[int, int], ...]
    parameters: int
    share: float


@dataclass(frozen=True)
class Left:
    """All parameters that no linear map covers for one and the same reason.

    Attributes:
        reason: in words.
        names: the model's own names of them, in its order.
        parameters: how many numbers no map views.
        share: of all parameters of the model.
    """

    reason: str
    names: tuple[str, ...]
    parameters: int
    share: float


@dataclass(frozen=True)
class CoverageReport:
    """Every parameter of a model is in one row: covered by a component, or left for a reason.

    Attributes:
        family, residual_shape: as the adapter says them.
        blocks: how many.
        parameters: of the model, tied weights counted once.
        covered: by component, in the order in which a block uses them.
        left: by reason.
    """

    family: str
    residual_shape: str
    blocks: int
    parameters: int
    covered: tuple[Covered, ...]
    left: tuple[Left, ...]

    @property
    def maps(self) -> int:
        return sum(row.maps for row in self.covered)

    @property
    def maps_per_head(self) -> int:
        return sum(row.maps_per_head for row in self.covered)

    @property
    def share(self) -> float:
        """Fraction of all parameters that linear maps cover."""
        return sum(row.parameters for row in self.covered) / self.parameters

    def record(self) -> dict[str, Any]:
        """Plain data for a JSON file."""
        totals = {"maps": self.maps, "maps_per_head": self.maps_per_head, "share": self.share}
        return {**asdict(self), **totals}

    def text(self) -> str:
        """The report as a table for a terminal, widths of components aligned."""
        width = max(len(row.component) for row in self.covered)
        return "\n".join(
            [
                f"{self.family}, {self.blocks} blocks, {self.residual_shape}: {self.maps:,} linear maps "
                f"({self.maps_per_head:,} per head) hold {_percent(self.share)} of {self.parameters:,} "
                "parameters.",
                *(f"  {row.component:<{width}}  {_covered(row)}" for row in self.covered),
                "Not covered:",
                *(f"  {_percent(row.share):>7}  {_some(row.names)}: {row.reason}" for row in self.left),
            ]
        )


def coverage(adapter: Adapter) -> CoverageReport:
    """Count what the linear maps of a model cover; only shapes are read, so the meta device will do."""
    parameters = {name: parameter.numel() for name, parameter in adapter.model.named_parameters()}
    total = sum(parameters.values())
    return CoverageReport(
        family=adapter.family,
        residual_shape=str(adapter.residual_shape),
        blocks=adapter.n_blocks,
        parameters=total,
        covered=_components(adapter, total),
        left=_left(adapter, total),
    )


def _components(adapter: Adapter, total: int) -> tuple[Covered, ...]:
    views, heads = adapter.linear_maps(), adapter.linear_maps(per_head=True)
    rows = []
    for component in dict.fromkeys(view.component for view in views):
        own = [view for view in views if view.component == component]
        size = sum(view.stored.numel() for view in own)
        per_head = sum(view.component == component for view in heads)
        shapes = tuple(dict.fromkeys(view.shape for view in own))
        rows.append(Covered(component, len(own), per_head, shapes, size, size / total))
    return tuple(rows)


def _left(adapter: Adapter, total: int) -> tuple[Left, ...]:
    sizes: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for matrix in adapter.uncovered():
        sizes[matrix.reason][matrix.parameter] = matrix.entries
    for name, parameter in adapter.model.named_parameters():
        if parameter.ndim < 2:
            sizes[_VECTORS][name] = parameter.numel()
    return tuple(
        Left(reason, tuple(own), sum(own.values()), sum(own.values()) / total)
        for reason, own in sizes.items()
    )


def _covered(row: Covered) -> str:
    shapes = ", ".join(f"{rows} × {columns}" for rows, columns in row.shapes)
    heads = f" ({row.maps_per_head:,} per head)" if row.maps_per_head != row.maps else ""
    return f"{_percent(row.share):>7}  {row.maps:,} maps{heads} of {shapes}"


def _some(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} parameters like {names[0]}"


def _percent(share: float) -> str:
    """One decimal, and never 0 % of something."""
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"
