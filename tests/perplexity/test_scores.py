"""Perplexity against transformers' own loss, and what it refuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from pybridge.errors import NonFiniteError, SettingError, TextError
from pybridge.models.adapter import Adapter
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import embedded_text, tokenise
from pybridge.perplexity.scores import chunk_losses, score

CONTEXT, CHUNKS = 48, 3


@pytest.fixture(scope="module")
def opened() -> OpenModel:
    return open_model("tiny-gpt2", dtype="float64")


def own_loss(model: Any, ids: torch.Tensor) -> float:
    """What transformers itself computes with `labels`."""
    with torch.no_grad():
        return float(model(input_ids=ids[None], labels=ids[None]).loss)


def test_each_chunk_has_the_loss_that_transformers_gives_it(opened: OpenModel) -> None:
    scores = score(opened, embedded_text(), context=CONTEXT, chunks=CHUNKS)
    ids = tokenise(embedded_text(), opened.tokenizer, CONTEXT * CHUNKS).reshape(CHUNKS, CONTEXT)
    expected = [own_loss(opened.model, chunk) for chunk in ids]
    # transformers is float32 here: two logits below 64 are rounded, then 1,024 exponentials and 47 losses
    # below 8 are summed, each step within 2^-24
    tolerance = (2 * 64 + 1024 + 47 * 8) * 2.0**-24
    assert scores.losses.mean(axis=1) == pytest.approx(expected, abs=tolerance)
    assert math.log(scores.perplexity) == pytest.approx(np.mean(expected), abs=tolerance)


def test_losses_are_the_log_softmax_at_the_next_token(opened: OpenModel) -> None:
    ids = tokenise(embedded_text(), opened.tokenizer, 300)[0]  # longer than the 128 rows held at a time
    with torch.no_grad():
        logits = opened.model(input_ids=ids[None]).logits[0]
    expected = torch.nn.functional.cross_entropy(logits[:-1], ids[1:], reduction="none").numpy()
    np.testing.assert_allclose(chunk_losses(opened.model, ids, torch.float64), expected, rtol=0, atol=1e-12)


def test_chunks_are_each_on_their_own(opened: OpenModel) -> None:
    """The second chunk alone has the losses that it has behind the first."""
    ids = tokenise(embedded_text(), opened.tokenizer, CONTEXT * 2).reshape(2, CONTEXT)
    scores = score(opened, embedded_text(), context=CONTEXT, chunks=2)
    np.testing.assert_array_equal(scores.losses[1], chunk_losses(opened.model, ids[1], torch.float64))


def test_a_uniform_model_has_the_perplexity_of_its_vocabulary(adapter: Adapter) -> None:
    with torch.no_grad():
        adapter.model.transformer.wte.weight.zero_()  # type: ignore[union-attr, operator]  (tied head)
    losses = chunk_losses(adapter.model, torch.arange(20) % 50, torch.float64)
    np.testing.assert_allclose(np.exp(losses), 50, rtol=1e-14)


def test_the_protocol_is_attached(opened: OpenModel) -> None:
    protocol = score(opened, embedded_text(), context=CONTEXT, chunks=CHUNKS).protocol
    record = protocol.record()
    assert record["predictions"] == CHUNKS * (CONTEXT - 1)
    assert (record["context"], record["stride"], record["chunks"]) == (CONTEXT, CONTEXT, CHUNKS)
    assert record["text"].startswith("sha256:")
    assert record["token_ids"].startswith("sha256:")
    assert record["bos"].startswith("none")
    assert (record["dtype"], record["log_softmax"]) == ("float64", "float64")
    assert "1,024 entries" in record["tokenizer"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"context": 1}, "2 tokens at least"),
        ({"chunks": 0}, "--chunks is 0"),
        ({"context": 1025}, "context of tiny-gpt2 is 1024"),
    ],
)
def test_bad_settings_are_one_message(opened: OpenModel, settings: dict[str, int], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        score(opened, embedded_text(), **settings)


def test_a_short_text_says_how_many_tokens_are_needed(opened: OpenModel) -> None:
    with pytest.raises(TextError, match="144 are needed"):
        score(opened, "A short text.", context=CONTEXT, chunks=CHUNKS)


def test_logits_that_are_not_finite_name_the_chunk() -> None:
    broken = open_model("tiny-gpt2")
    with torch.no_grad():
        broken.adapter.linear_maps()[0].read()[0, 0] = float("nan")
    with pytest.raises(NonFiniteError, match="Chunk 0"):
        score(broken, embedded_text(), context=CONTEXT, chunks=1)
