"""A tiny GPT-2 with seeded random weights: blocks that really move the residual stream."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for

TOKENS = 24


def tiny_gpt2(seed: int = 0, dtype: torch.dtype = torch.float32) -> Adapter:
    torch.manual_seed(seed)
    config = GPT2Config(n_layer=3, n_head=2, n_embd=8, n_positions=64, vocab_size=50, initializer_range=0.4)
    model: Any = GPT2LMHeadModel(config)
    return adapter_for(model.eval().to(dtype))


@pytest.fixture
def adapter() -> Adapter:
    return tiny_gpt2()


@pytest.fixture
def input_ids() -> torch.Tensor:
    return torch.randint(0, 50, (1, TOKENS), generator=torch.Generator().manual_seed(5))
