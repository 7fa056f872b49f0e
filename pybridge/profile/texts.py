"""The sequences that are measured: successive pieces of one text, none overlapping."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.errors import TextError
from pybridge.measure.asked import require_within_context
from pybridge.models.opening import OpenModel
from pybridge.models.text import tokenise
from pybridge.profile.spec import ProfileRunSpec


def sequences_of(spec: ProfileRunSpec, opened: OpenModel, text: str) -> Int[Tensor, "sequences tokens"]:
    """Each begins as the first does: with the token that the tokenizer puts in front, if it puts one.

    Raises: SettingError for more tokens than the model has positions; TextError for too short a text.
    """
    require_within_context(spec.tokens, spec.model, opened.context_length)
    front = _front(opened)
    needed = len(front) + spec.sequences * (spec.tokens - len(front))
    try:
        ids = tokenise(text, opened.tokenizer, needed)[0]
    except TextError as error:
        if spec.sequences == 1:
            raise
        raise TextError(
            f"{str(error).splitlines()[0]} {spec.sequences} sequences of {spec.tokens} tokens do not overlap."
            "\n  Use a longer text, fewer --sequences or fewer --tokens."
        ) from None
    body = ids[len(front) :].view(spec.sequences, -1)
    start = torch.tensor(front, dtype=ids.dtype).expand(spec.sequences, -1)
    return torch.cat((start, body), dim=1).to(opened.device)


def _front(opened: OpenModel) -> list[int]:
    """The beginning-of-text token, where `tokenise` puts one in front."""
    bos = opened.tokenizer.bos_token_id
    first = opened.tokenizer("a", verbose=False)["input_ids"][:1]
    return [bos] if bos is not None and first == [bos] else []
