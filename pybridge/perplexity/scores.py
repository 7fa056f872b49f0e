"""Perplexity of chunks, each on its own, token by token, so that two models can be compared in pairs."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from pybridge.errors import NonFiniteError, SettingError
from pybridge.files.digest import text_digest
from pybridge.models.opening import OpenModel
from pybridge.models.text import bos_handling, tokenise

AGGREGATION = "exp of the mean negative log-likelihood in nats over all predictions"
_ROWS = 128
"""Positions whose distributions are held in float64 at a time."""


@dataclass(frozen=True)
class Protocol:
    """What two perplexities must share to be compared.

    Attributes:
        text: digest of the whole text; token_ids: of the ids that were scored.
        tokenizer: its class and vocabulary size.
        context: tokens a chunk, of which all but the first are predicted; stride: tokens from one chunk's
            start to the next's, equal to `context`, so that no token is scored twice.
        chunks: how many of them.
        bos: what the tokenizer put in front of the text.
        dtype: of the model; the log-softmax is float64 (float32 on a device without it).
    """

    text: str
    token_ids: str
    tokenizer: str
    context: int
    stride: int
    chunks: int
    bos: str
    dtype: str
    log_softmax: str
    aggregation: str = AGGREGATION

    @property
    def predictions(self) -> int:
        return self.chunks * (self.context - 1)

    def record(self) -> dict[str, Any]:
        return asdict(self) | {"predictions": self.predictions}


@dataclass(frozen=True, eq=False)
class Scores:
    """Negative log-likelihoods of one model on one text, with the protocol that makes them comparable.

    Attributes:
        losses: (chunks, context - 1) float64, nats.
        seconds: wall time of the forward passes and the scoring, no loading.
    """

    losses: Float[np.ndarray, "chunks predictions"]
    protocol: Protocol
    seconds: float

    @property
    def mean_loss(self) -> float:
        """Mean negative log-likelihood in nats."""
        return float(np.mean(self.losses, dtype=np.float64))

    @property
    def perplexity(self) -> float:
        """exp of the mean; infinite when that exceeds float64 (a mean above 709 nats)."""
        return math.exp(self.mean_loss) if self.mean_loss < 709 else math.inf

    @property
    def tokens_per_second(self) -> float:
        return self.protocol.chunks * self.protocol.context / self.seconds


def score(opened: OpenModel, text: str, *, context: int = 1024, chunks: int = 4) -> Scores:
    """Score the first `chunks` · `context` tokens of a text, in non-overlapping chunks, each on its own.

    Hugging Face's counterpart is `exp(model(ids, labels=ids).loss)`, averaged over chunks before the exp.

    Args:
        context: tokens a chunk, at least 2; context - 1 of them are predicted.
    Raises: SettingError if the context does not fit the model; TextError if the text is too short;
        NonFiniteError naming the chunk whose logits are not finite.
    Source: arXiv:2603.20991v1 §5 (unified pipeline: 4 chunks of 1,024).
    """
    ids = chunks_of(opened, text, context=context, chunks=chunks)
    wide = torch.float32 if opened.device.type == "mps" else torch.float64
    losses, start = np.empty((chunks, context - 1)), time.perf_counter()
    for index in range(chunks):
        losses[index] = chunk_losses(opened.model, ids[index].to(opened.device), wide)
        if not np.isfinite(losses[index]).all():
            raise NonFiniteError(
                f"Chunk {index} of the text: the model's logits contain NaN or infinity, so it has no "
                "perplexity. The weights are damaged or the dtype is too narrow; try --dtype float32."
            )
    seconds = time.perf_counter() - start
    protocol = Protocol(
        text=text_digest(text),
        token_ids=text_digest(" ".join(str(i) for i in ids.flatten().tolist())),
        tokenizer=f"{type(opened.tokenizer).__name__}, {len(opened.tokenizer):,} entries",
        context=context,
        stride=context,
        chunks=chunks,
        bos=bos_handling(opened.tokenizer),
        dtype=str(opened.dtype).removeprefix("torch."),
        log_softmax=str(wide).removeprefix("torch."),
    )
    return Scores(losses, protocol, seconds)


def chunks_of(opened: OpenModel, text: str, *, context: int, chunks: int) -> Int[Tensor, "chunks context"]:
    """The tokens that `score` reads.

    Raises: SettingError for a chunk that is too long or too short; TextError for too short a text.
    """
    _require_fitting(opened, context, chunks)
    ids = tokenise(text, opened.tokenizer, chunks * context, option="--chunks", each=context)
    return ids.reshape(chunks, context)


def chunk_losses(model: Any, ids: Int[Tensor, " context"], wide: torch.dtype) -> np.ndarray:
    """-log p(token t+1 | tokens 0 … t) for t = 0 … context - 2, in nats, float64."""
    with torch.no_grad():
        return losses_of(model(input_ids=ids[None], use_cache=False).logits[0], ids, wide)


def losses_of(
    logits: Float[Tensor, "context vocabulary"], ids: Int[Tensor, " context"], wide: torch.dtype
) -> np.ndarray:
    """-log p(token t+1) from the logits at t, for t = 0 … context - 2, in nats, float64."""
    parts = []
    for start in range(0, len(ids) - 1, _ROWS):
        stop = min(start + _ROWS, len(ids) - 1)
        rows = logits[start:stop].to(wide)
        wanted = rows.gather(1, ids[start + 1 : stop + 1, None])[:, 0]
        parts.append((torch.logsumexp(rows, dim=1) - wanted).to("cpu", torch.float64))
    return torch.cat(parts).numpy()


def _require_fitting(opened: OpenModel, context: int, chunks: int) -> None:
    if context < 2:
        raise SettingError(f"--context is {context}; a chunk needs 2 tokens at least to predict one.")
    if chunks < 1:
        raise SettingError(f"--chunks is {chunks}; at least 1 is needed, 4 is the default.")
    if context > opened.context_length:
        raise SettingError(
            f"--context is {context}, but the context of {opened.name} is {opened.context_length} tokens; "
            "give that or fewer."
        )
