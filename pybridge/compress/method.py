"""What a compression method is: one matrix, settings and statistics → the values that will be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.compress.settings import Settings, as_option
from pybridge.compress.statistics import Statistics
from pybridge.errors import NonFiniteError, SettingError

Weight = Float[Tensor, "out in"] | Float[np.ndarray, "out in"]


@dataclass(frozen=True, eq=False)
class Compressed:
    """Ŵ, as it will be stored.

    Attributes:
        weight: (out, in), of the kind (torch or NumPy), dtype and device of W, rounded to that dtype.
        zeros: entries of `weight` that are zero.
        rank: of the low-rank part before its one rounding; None where there is none.
        sparse_zeros: entries of the sparse part that are zero, where Ŵ is built of one and a low-rank part;
            multiplied out, such a Ŵ has few zeros of its own.
    """

    weight: Weight
    zeros: int
    rank: int | None = None
    sparse_zeros: int | None = None


class Method(Protocol):
    """One way to compress a matrix. `needs` names the statistics it must be given."""

    @property
    def name(self) -> str: ...

    @property
    def needs(self) -> frozenset[str]: ...

    def require(self, settings: Settings) -> None:
        """Raises: SettingError if a setting is missing, or is one that this method does not take."""
        ...

    def require_fits(self, settings: Settings, shape: tuple[int, int], where: str) -> None:
        """Raises: SettingError if a matrix of shape (out, in) cannot be compressed so."""
        ...

    def compress(
        self, weight: Weight, settings: Settings, statistics: Statistics | None = None
    ) -> Compressed:
        """Ŵ of one matrix.

        Raises: SettingError for settings that do not fit, or statistics that are missing.
        """
        ...


def require_settings(name: str, settings: Settings, *, sparse: bool, low_rank: bool) -> None:
    """The settings that a method takes are there, and no others."""
    for takes, values in (
        (sparse, {"sparsity": settings.sparsity, "pattern": settings.pattern}),
        (low_rank, {"rank": settings.rank, "rank_frac": settings.rank_frac}),
    ):
        given = [key for key, value in values.items() if value is not None]
        if takes and not given:
            raise SettingError(f"The method {name} needs {' or '.join(map(as_option, values))}; give one.")
        if given and not takes:
            raise SettingError(
                f"The method {name} takes no {as_option(given[0])}; leave it out, or choose a method that "
                "does."
            )


def require_statistics(name: str, needs: frozenset[str], statistics: Statistics | None) -> None:
    """Raises: SettingError naming the first statistic that is missing."""
    missing = [need for need in sorted(needs) if statistics is None or getattr(statistics, need) is None]
    if missing:
        raise SettingError(
            f"The method {name} needs the statistic {missing[0]} of the map's calibration tokens, which it "
            "was not given. Give calibration text, or choose a method without data: magnitude, colnorm, svd."
        )


def as_tensor(weight: Weight) -> Tensor:
    return torch.from_numpy(weight) if isinstance(weight, np.ndarray) else weight.detach()


def as_stored(matrix: Tensor, like: Weight) -> Weight:
    """`matrix` rounded to the dtype of `like`, on its device, of its kind.

    Raises: NonFiniteError if a value does not fit the dtype.
    """
    model = as_tensor(like)
    if matrix.dtype == model.dtype and matrix.device == model.device:
        return matrix.numpy() if isinstance(like, np.ndarray) else matrix
    stored = matrix.to(model.dtype).to(model.device)
    if not bool(torch.isfinite(stored).all()):
        dtype = str(model.dtype).removeprefix("torch.")
        raise NonFiniteError(f"A compressed weight does not fit {dtype}; try --dtype float32.")
    return stored.numpy() if isinstance(like, np.ndarray) else stored


def zeros_in(weight: Weight) -> int:
    matrix = as_tensor(weight)
    if matrix.device.type == "cpu" and matrix.dtype in (torch.float32, torch.float64):
        return matrix.numel() - int(np.count_nonzero(matrix.numpy()))
    return matrix.numel() - int(torch.count_nonzero(matrix))
