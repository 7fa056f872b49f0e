"""The sequences that are measured: successive pieces of one text, none overlapping."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.errors import SettingError, TextError
from pybridge.models.opening import OpenModel
from pybridge.models.text import embedded_text, load_dataset_text, read_text, tokenise
from pybridge.profile.spec import ProfileRunSpec


def read(spec: ProfileRunSpec) -> tuple[str, str]:
    """Where the text comes from, and the text."""
    if spec.text is not None:
        return f"the file {spec.text.name}", read_text(spec.text)
    if spec.dataset is not None:
        return f"the data set {spec.dataset}", load_dataset_text(spec.dataset)
    return "the held-out excerpt that comes with this package", embedded_text()


def sequences_of(spec: ProfileRunSpec, opened: OpenModel, text: str) -> Int[Tensor, "sequences tokens"]:
    """Each begins as the first does: with the token that the tokenizer puts in front, if it puts one.

    Raises: SettingError for more tokens than the model has positions; TextError for too short a text.
    """
    if spec.tokens > opened.context_length:
        raise SettingError(
            f"--tokens is {spec.tokens}, but the context of {spec.model} is {opened.context_length} tokens; "
            "give that or fewer."
        )
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
