"""Blocks with forward-mode derivatives: the fused kernels that lack them give way to plain ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel


@contextmanager
def differentiable(model: nn.Module) -> Iterator[None]:
    """While open, attention is computed by its definition and experts run one by one.

    torch has no forward-mode derivative of fused attention on the CPU nor of the grouped product over experts
    (torch 2.13). What is computed stays the same but for rounding.
    """
    owner: Any = model
    experts = getattr(owner.config, "_experts_implementation", None)
    if experts is not None:
        owner.set_experts_implementation("eager")
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        if experts is not None:
            owner.set_experts_implementation(experts)
