"""What calibration tells a method about one map: sums over tokens, in float64."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.errors import NonFiniteError, SettingError

ENERGY, GRAM, OUTPUT_GRAM = "energy", "gram", "output_gram"


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sums over the calibration tokens x_1 … x_T that enter a map.

    Attributes:
        tokens: T.
        energy: (in,) Σ_t x_tj², the squared norm of each input feature.
        gram: (in, in) Σ_t x_t x_tᵀ; divided by T it is the input Gramian P.
        output_gram: (out, out) Σ_t g_t g_tᵀ, g_t the gradient of the summed negative log-likelihood by the
            map's output; divided by T it is the output Gramian Q.
    """

    tokens: int
    energy: Float[Tensor, " in"] | None = None
    gram: Float[Tensor, "in in"] | None = None
    output_gram: Float[Tensor, "out out"] | None = None

    def require_usable(self, where: str) -> None:
        """Raises: SettingError if no token reached the map; NonFiniteError if an activation or a gradient is
        NaN or infinite.
        """
        if self.tokens == 0:
            raise SettingError(
                f"{where}: none of the calibration tokens reaches this map (an expert never chosen). "
                "Give more calibration tokens, or leave the map out."
            )
        for what, found in (
            ("activations", self.energy),
            ("activations", self.gram),
            ("gradients", self.output_gram),
        ):
            if found is not None and not bool(torch.isfinite(found).all()):
                raise NonFiniteError(
                    f"{where}: the {what} of the calibration text contain NaN or infinity. The weights are "
                    "damaged or the dtype is too narrow; try --dtype float32."
                )


def wide(tensor: Tensor) -> Tensor:
    """float64, exact for every dtype of a model, on the same device where that has float64."""
    where = torch.device("cpu") if tensor.device.type == "mps" else tensor.device
    return tensor.detach().to(where, torch.float64)
