"""The perturbed batch: one forward pass carries the clean run and every perturbed run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor

from pybridge.errors import NonFiniteError
from pybridge.models.adapter import Adapter


def gaussian_direction(tokens: int, d_model: int, seed: int) -> Float[Tensor, "tokens d_model"]:
    """A Gaussian matrix of Frobenius norm one, float64, drawn on the CPU whatever device the model is on."""
    generator = torch.Generator(device="cpu").manual_seed(seed)
    noise = torch.randn(tokens, d_model, generator=generator, dtype=torch.float64)
    return noise / torch.linalg.vector_norm(noise)


def perturbed_batch(
    state: Float[Tensor, "rows tokens d_model"], eps: tuple[float, ...], seed: int
) -> Float[Tensor, "rows tokens d_model"]:
    """Rows [h_0, h_0 + e^(1), …, h_0 + e^(k)] with ‖e^(i)‖ = ε_i ‖h_0‖ over the sequence, one direction for
    all ε.

    The sum is rounded once, to the dtype of the model; the error that counts is the one measured from the
    rounded states.

    Args:
        state: h_0 of the k + 1 equal rows.
    Raises: NonFiniteError if h_0 is not finite.
    """
    clean = state[0].detach().to("cpu", torch.float64)
    norm = torch.linalg.vector_norm(clean)
    if not torch.isfinite(norm):
        raise NonFiniteError(
            "The embedding output h_0 contains NaN or infinity; the weights of the embedding are damaged "
            "or --dtype is too narrow for them. Try --dtype float32."
        )
    direction = gaussian_direction(*clean.shape, seed=seed)
    rows = [clean, *(clean + (e * norm) * direction for e in eps)]
    return torch.stack(rows).to(device=state.device, dtype=state.dtype)


@contextmanager
def perturbed(adapter: Adapter, eps: tuple[float, ...], seed: int) -> Iterator[None]:
    """While open, a forward pass of k + 1 equal rows runs as [clean, ε_1 … ε_k]."""
    with adapter.replace_embedding(lambda h: perturbed_batch(h, eps, seed)):
        yield


def run_rows(adapter: Adapter, input_ids: Tensor, eps: tuple[float, ...], seed: int) -> None:
    """One trunk forward over the k + 1 rows; observers opened by the caller see it."""
    with perturbed(adapter, eps, seed):
        adapter.trunk(input_ids.expand(len(eps) + 1, -1))
