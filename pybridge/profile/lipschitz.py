"""The local Lipschitz constant of a residual update, by power iteration: an estimate from below."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import forward_ad

from pybridge.errors import NonFiniteError
from pybridge.measure.perturb import gaussian_direction
from pybridge.models.adapter import Adapter
from pybridge.models.differentiable import differentiable

ITERATIONS = 30
TOLERANCE = 1e-3

State = Float[Tensor, "1 tokens d_model"]
Product = Callable[[State], State]


@dataclass(frozen=True)
class LocalLipschitz:
    """L_t^loc = σ_max of the Jacobian of u_t at h_t over the whole sequence, estimated.

    Attributes:
        estimate: ‖J v‖ of the last unit vector v; never above σ_max but for rounding, possibly below it.
        iterations: how many v were tried, each the image of the one before under JᵀJ.
        last_change: |σ_i - σ_{i-1}| / σ_i of the last two; None after a single one.
        settled: whether that fell to the tolerance; the estimate can still be a few per cent low
            where two singular values are close.
    """

    block: int
    estimate: float
    iterations: int
    last_change: float | None
    settled: bool


@contextmanager
def jacobian_products(adapter: Adapter, block: int, state: State) -> Iterator[tuple[Product, Product]]:
    """v ↦ J v by forward mode and w ↦ Jᵀ w by reverse mode, J the Jacobian of u_t = h_{t+1} - h_t at `state`.

    Both in the model's dtype; the graph of the one recorded forward pass serves every reverse product.
    """

    def update(h: State) -> State:
        return adapter.run_from(block, h, stop=block + 1) - h

    def forward(v: State) -> State:
        with forward_ad.dual_level():
            tangent = forward_ad.unpack_dual(update(forward_ad.make_dual(state, v))).tangent
            return torch.zeros_like(v) if tangent is None else tangent.detach()

    with differentiable(adapter.model):
        with torch.enable_grad():
            point = state.detach().clone().requires_grad_()
            value = update(point)

        def reverse(w: State) -> State:
            return torch.autograd.grad(value, point, w, retain_graph=True)[0]

        yield forward, reverse


def local_lipschitz(
    adapter: Adapter,
    block: int,
    state: State,
    seed: int,
    iterations: int = ITERATIONS,
    tolerance: float = TOLERANCE,
) -> LocalLipschitz:
    """Estimate L_t^loc at h_t by power iteration v ← JᵀJ v / ‖JᵀJ v‖ from a Gaussian v of the given seed.

    Norms are float64; the products have the rounding of the model's dtype.

    Raises: NonFiniteError where a product is not finite.
    Source: arXiv:2603.20991v1 §5.2.
    """
    v = gaussian_direction(state.shape[1], state.shape[2], seed)[None]
    estimate, change, count = 0.0, None, 0
    with jacobian_products(adapter, block, state) as (forward, reverse):
        for count in range(1, iterations + 1):
            v = v.to(state)
            image, length = forward(v), _norm(v)
            found = _norm(image) / length  # v was rounded to the dtype: its length is not quite one
            if not math.isfinite(found):
                raise NonFiniteError(
                    f"The Jacobian of block {block} maps a unit vector to {found}: derivatives overflow in "
                    f"{str(adapter.dtype).removeprefix('torch.')}. Try --dtype float32."
                )
            change = abs(found - estimate) / found if count > 1 and found else None
            estimate = found
            back = reverse(image).to("cpu", torch.float64)  # not every device has float64
            size = _norm(back)
            if size == 0 or (change is not None and change <= tolerance):
                break
            v = back / size
    settled = estimate == 0 or (change is not None and change <= tolerance)
    return LocalLipschitz(block, estimate, count, change, settled)


def local_lipschitz_of_blocks(
    adapter: Adapter, h_0: State, seed: int, advance: Callable[[], None] = lambda: None
) -> tuple[LocalLipschitz, ...]:
    """The estimate of every block at its own clean state, one state alive at a time."""
    found, state = [], h_0
    for block in range(adapter.n_blocks):
        found.append(local_lipschitz(adapter, block, state, seed))
        with torch.no_grad():
            state = adapter.run_from(block, state, stop=block + 1)
        advance()
    return tuple(found)


def _norm(vector: Tensor) -> float:
    return float(torch.linalg.vector_norm(vector.to("cpu", torch.float64)))
