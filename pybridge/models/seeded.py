"""`random-gpt2-small`: the shape of GPT-2 Small with seeded random weights, where no trained ones can be had.

Bounds on single matrices do not care how the weights came about; perplexities do, and mean nothing here.
"""

from __future__ import annotations

import torch

from pybridge.models.families import adapter_for
from pybridge.models.folder import load_tokenizer
from pybridge.models.opening import EMBEDDED, OpenModel

RANDOM_GPT2_SMALL = "random-gpt2-small"
SEED = 20603


def random_gpt2_small() -> OpenModel:
    """GPT-2 Small's config (12 blocks, 12 heads, d = 768), initialised by transformers, seed 20603.

    The tokenizer is the one that comes with this package (1,024 ids, all of which have an embedding), so the
    tokens are those of real text.
    """
    from transformers import GPT2Config, GPT2LMHeadModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = GPT2LMHeadModel(GPT2Config()).eval()
    model.requires_grad_(False)
    source = f"GPT-2 Small's config with random weights (torch seed {SEED}); not a trained model"
    text = EMBEDDED / "heldout.txt"
    return OpenModel(
        RANDOM_GPT2_SMALL, source, adapter_for(model), load_tokenizer(EMBEDDED / "tiny_gpt2"), text
    )
