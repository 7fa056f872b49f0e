"""The local Lipschitz estimate against the singular values of the whole Jacobian, in float64."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from pybridge.errors import NonFiniteError
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.profile.lipschitz import (
    jacobian_products,
    local_lipschitz,
    local_lipschitz_of_blocks,
)
from tests.models.tiny import CONFIGS, MOE, tiny_ids, tiny_model

TOKENS = 3


def adapter_of(name: str, dtype: torch.dtype) -> Adapter:
    return adapter_for(tiny_model(name, dtype))


def states_of(adapter: Adapter) -> list[Tensor]:
    seen: list[Tensor] = []
    with adapter.observe_residual("block", lambda _, h: seen.append(h.clone())):
        adapter.trunk(tiny_ids(1, TOKENS))
    return seen


def whole_jacobian(adapter: Adapter, block: int, state: Tensor) -> Tensor:
    """Row by row in reverse mode: one unit vector of the output at a time."""
    size = state.numel()
    with jacobian_products(adapter, block, state) as (_forward, reverse):
        rows = [reverse(torch.eye(size, dtype=state.dtype)[i].view_as(state)).flatten() for i in range(size)]
    return torch.stack(rows)


# RMSNorm works in float32 whatever the model's dtype is, and experts have no float64 product
EXACT = {"gpt2", "gpt-neox", "gpt-neox-sequential", "opt", "opt-350m"}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_estimate_is_the_largest_singular_value(name: str) -> None:
    dtype = torch.float32 if name in MOE else torch.float64
    adapter = adapter_of(name, dtype)
    states = states_of(adapter)
    rounding = 1e-9 if name in EXACT else 1e-4
    for block in (0, 1) if name == "lfm2" else (0,):  # a convolution and an attention
        largest = float(torch.linalg.svdvals(whole_jacobian(adapter, block, states[block]).double())[0])
        found = local_lipschitz(adapter, block, states[block], seed=0, iterations=100, tolerance=1e-7)
        assert found.estimate <= largest * (1 + rounding)
        assert math.isclose(found.estimate, largest, rel_tol=max(rounding, 1e-3)), (block, found)


@pytest.mark.parametrize("name", CONFIGS)
def test_forward_and_reverse_mode_are_transposes(name: str) -> None:
    """⟨J v, w⟩ = ⟨v, Jᵀ w⟩."""
    adapter = adapter_of(name, torch.float32)
    state = states_of(adapter)[1]
    draw = torch.Generator().manual_seed(7)
    v, w = (torch.randn(state.shape, generator=draw) for _ in range(2))
    with jacobian_products(adapter, 1, state) as (forward, reverse):
        image, back = forward(v).double(), reverse(w).double()
    left, right = float((image * w).sum()), float((v * back).sum())
    assert math.isclose(left, right, abs_tol=1e-4 * float(image.norm() * w.double().norm()))


def test_a_small_perturbation_does_not_exceed_it() -> None:
    """‖u(h + e) - u(h)‖ / ‖e‖ tends to ‖J e‖ / ‖e‖ ≤ σ_max."""
    adapter = adapter_of("gpt2", torch.float64)
    state = states_of(adapter)[2]
    found = local_lipschitz(adapter, 2, state, seed=1, iterations=200, tolerance=1e-10)

    def update(h: Tensor) -> Tensor:
        return adapter.run_from(2, h, stop=3) - h

    for seed in range(5):
        e = 1e-6 * torch.randn(state.shape, generator=torch.Generator().manual_seed(seed), dtype=state.dtype)
        ratio = float((update(state + e) - update(state)).norm() / e.norm())
        assert 0 < ratio <= found.estimate * (1 + 1e-4)


def test_it_is_deterministic_and_says_how_it_ended() -> None:
    adapter = adapter_of("llama", torch.float32)
    state = states_of(adapter)[0]
    first, again = (local_lipschitz(adapter, 0, state, seed=3) for _ in range(2))
    assert first == again
    assert first.last_change is not None
    assert first.settled == (first.last_change <= 1e-3)
    short = local_lipschitz(adapter, 0, state, seed=3, iterations=1)
    assert (short.iterations, short.last_change, short.settled) == (1, None, False)
    assert short.estimate <= first.estimate * (1 + 1e-6)


def test_a_block_that_adds_nothing_has_the_constant_zero() -> None:
    adapter = adapter_of("gpt2", torch.float32)
    state = states_of(adapter)[1]
    adapter.blocks[1].register_forward_hook(lambda _m, args, _out: args[0])
    found = local_lipschitz(adapter, 1, state, seed=0)
    assert (found.estimate, found.iterations, found.settled) == (0.0, 1, True)


def test_every_block_is_taken_at_its_own_state() -> None:
    adapter = adapter_of("gpt2", torch.float32)
    states = states_of(adapter)
    walked = local_lipschitz_of_blocks(adapter, states[0], seed=0)
    assert [found.block for found in walked] == list(range(adapter.n_blocks))
    assert walked == tuple(
        local_lipschitz(adapter, block, states[block], seed=0) for block in range(adapter.n_blocks)
    )


def test_derivatives_that_overflow_are_refused() -> None:
    adapter = adapter_of("gpt2", torch.float32)
    state = states_of(adapter)[1]
    adapter.blocks[1].register_forward_hook(lambda _m, _args, out: out * 1e30 * 1e30)
    with pytest.raises(NonFiniteError, match="Jacobian of block 1"):
        local_lipschitz(adapter, 1, state, seed=0)


def test_the_plain_kernels_are_put_away_again() -> None:
    adapter = adapter_of("mixtral", torch.float32)
    before = adapter.config._experts_implementation
    state = states_of(adapter)[0]
    with jacobian_products(adapter, 0, state):
        assert adapter.config._experts_implementation == "eager"
    assert adapter.config._experts_implementation == before
