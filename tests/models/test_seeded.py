"""`random-gpt2-small`: the shape of GPT-2 Small, the same weights every time."""

from __future__ import annotations

import torch

from pybridge.models.seeded import random_gpt2_small
from pybridge.models.text import embedded_text, tokenise


def test_the_model_has_the_papers_468_maps_and_is_the_same_every_time() -> None:
    state = torch.random.get_rng_state()
    opened = random_gpt2_small()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert len(opened.adapter.linear_maps(per_head=True)) == 468
    assert (opened.adapter.n_blocks, opened.adapter.d_model, opened.context_length) == (12, 768, 1024)
    assert not any(parameter.requires_grad for parameter in opened.model.parameters())
    torch.manual_seed(1)  # what was drawn before must not matter
    view = opened.adapter.linear_maps()[-1]
    assert torch.equal(view.read(), random_gpt2_small().adapter.linear_maps()[-1].read())


def test_the_tokens_of_real_text_have_embeddings() -> None:
    opened = random_gpt2_small()
    ids = tokenise(embedded_text(), opened.tokenizer, 64)
    assert int(ids.max()) < opened.adapter.vocabulary_size
    assert bool(torch.isfinite(opened.adapter.trunk(ids)).all())
