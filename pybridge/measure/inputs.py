"""What a linear map is fed: sampled input vectors with their nearest earlier neighbours, caught while the
model runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.errors import NonFiniteError
from pybridge.measure.nearest import Nearest, nearest_earlier
from pybridge.models.adapter import Adapter


@dataclass(frozen=True, eq=False)
class InputSample:
    """Inputs of all maps that share one input tensor.

    Attributes:
        positions, cached_positions: (vectors,) where x and its nearest earlier differing input were seen.
        x, cached: (vectors, in) float64, exact copies of what the model computed.
        near_radius, far_radius: quartiles of the distance to the nearest earlier differing input.
        hit_rate: fraction of all positions whose distance is at most the far radius.
        mean_searched: mean number of earlier inputs that a cache searches at a position.
    """

    positions: Int[np.ndarray, " vectors"]
    cached_positions: Int[np.ndarray, " vectors"]
    x: Float[np.ndarray, "vectors in"]
    cached: Float[np.ndarray, "vectors in"]
    near_radius: float
    far_radius: float
    hit_rate: float
    mean_searched: float

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(
            f"position {t} against {s}" for t, s in zip(self.positions, self.cached_positions, strict=True)
        )


ALL_THE_SAME = "every input of this map is the same"


@dataclass(frozen=True, eq=False)
class EqualInputs:
    """Inputs of all maps that share one input tensor that is the same at every position, as behind a layer of
    zeros: there is no pair of differing inputs, hence no radius and no hit rate.

    Attributes:
        positions, x, mean_searched: as in `InputSample`.
    """

    positions: Int[np.ndarray, " vectors"]
    x: Float[np.ndarray, "vectors in"]
    mean_searched: float

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"position {t}" for t in self.positions)


Sample = InputSample | EqualInputs


def sample_of(inputs: Float[np.ndarray, "tokens in"], vectors: int, seed: int) -> Sample:
    """Sample `vectors` seeded positions among those that have an earlier differing input; where all
    inputs are equal, among all.

    The order in which positions are tried is the same for every map, so that maps are compared at the same
    tokens.
    """
    if len(inputs) == 0:  # an expert to which no token was routed
        return EqualInputs(np.zeros(0, dtype=np.int64), inputs.astype(np.float64), 0.0)
    found: Nearest = nearest_earlier(inputs)
    usable = found.found
    order = np.random.default_rng(seed).permutation(len(inputs))
    mean_searched = (len(inputs) - 1) / 2
    if len(usable) == 0:
        positions = np.sort(order[:vectors])
        return EqualInputs(positions, inputs[positions].astype(np.float64), mean_searched)
    positions = np.sort(order[np.isin(order, usable)][:vectors])
    cached_positions = found.index[positions]
    near, far = np.quantile(found.distance[usable], (0.25, 0.75))
    return InputSample(
        positions=positions,
        cached_positions=cached_positions,
        x=inputs[positions].astype(np.float64),
        cached=inputs[cached_positions].astype(np.float64),
        near_radius=float(near),
        far_radius=float(far),
        hit_rate=float(np.count_nonzero(found.distance[usable] <= far) / len(inputs)),
        mean_searched=mean_searched,
    )


@contextmanager
def sample_inputs(
    adapter: Adapter, names: Collection[str], vectors: int, seed: int
) -> Iterator[dict[str, Sample]]:
    """While open, a forward pass fills the yielded dictionary: input_key → sample of its first row, the
    clean run.

    Raises (from the forward pass): NonFiniteError naming the input.
    """
    samples: dict[str, Sample] = {}

    def see(input_key: str, inputs: Tensor) -> None:
        clean = inputs[0].detach().to("cpu")
        clean = clean if clean.dtype == torch.float64 else clean.float()  # exact for every narrower dtype
        if not bool(torch.isfinite(clean.double().sum())):
            raise NonFiniteError(
                f"Activations contain NaN or infinity: input {input_key} of the clean run. "
                "The weights are damaged or the dtype is too narrow; try --dtype float32."
            )
        samples[input_key] = sample_of(clean.numpy(), vectors, seed)

    with adapter.observe_inputs(names, see):
        yield samples
