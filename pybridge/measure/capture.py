"""What the linear maps of a model are fed, in one forward pass: energies of one part, vectors of the other.

Scores are calibrated on the first tokens and bounds are put to the test on the later ones, so that no vector
that a bound is tested on has had a say in the mask.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.errors import NonFiniteError
from pybridge.models.adapter import Adapter


@dataclass(frozen=True, eq=False)
class MapInputs:
    """Inputs of all maps that share one input tensor.

    Attributes:
        energy: (in,) float64, Σ x_j² over the calibration tokens.
        positions: (vectors,) where x was seen, all of them after the calibration tokens.
        x: (vectors, in) float64, exact copies of what the model computed.
    """

    energy: Float[np.ndarray, " in"]
    positions: Int[np.ndarray, " vectors"]
    x: Float[np.ndarray, "vectors in"]


def capture_inputs(
    adapter: Adapter,
    input_ids: Int[Tensor, "1 tokens"],
    names: Collection[str],
    *,
    calibration_tokens: int,
    vectors: int,
    seed: int,
) -> dict[str, MapInputs]:
    """input_key → inputs of the named maps, from one pass over `input_ids`.

    Args:
        calibration_tokens: how many of the first tokens the energy is summed over, in float64.
        vectors: how many of the remaining positions are drawn, the same ones for every map.
    Raises: NonFiniteError naming the input.
    """
    tokens = input_ids.shape[1]
    rest = np.random.default_rng(seed).permutation(tokens - calibration_tokens)
    positions = np.sort(rest[:vectors]) + calibration_tokens
    seen: dict[str, MapInputs] = {}

    def see(input_key: str, inputs: Tensor) -> None:
        x = inputs[0].detach().to("cpu", torch.float64)
        if not bool(torch.isfinite(x.sum())):
            raise NonFiniteError(
                f"Activations contain NaN or infinity: input {input_key}. "
                "The weights are damaged or the dtype is too narrow; try --dtype float32."
            )
        energy = x[:calibration_tokens].square().sum(dim=0).numpy()
        seen[input_key] = MapInputs(energy, positions, x[torch.from_numpy(positions)].numpy())

    with adapter.observe_inputs(names, see):
        adapter.trunk(input_ids)
    return seen
