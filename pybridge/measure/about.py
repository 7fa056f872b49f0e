"""The model, the text and the protocol: what two runs must share for their numbers to be compared."""

from __future__ import annotations

from typing import Any

from jaxtyping import Int
from torch import Tensor

from pybridge.files.digest import text_digest
from pybridge.models.opening import OpenModel
from pybridge.models.text import bos_handling


def about_record(
    opened: OpenModel, source: str, text: str, input_ids: Int[Tensor, "1 tokens"], protocol: dict[str, Any]
) -> dict[str, Any]:
    """Identity of everything that went in.

    Args:
        source: where the text came from, for people.
        protocol: the settings of the run; what the tokenizer did is added.
    """
    adapter = opened.adapter
    return {
        "model": {
            "name": opened.name,
            "source": opened.source,
            "digest": opened.weight_digest(),
            "family": adapter.family,
            "residual_shape": str(adapter.residual_shape),
            "blocks": adapter.n_blocks,
            "d_model": adapter.d_model,
            "context_length": adapter.context_length,
        },
        "text": {"source": source, "digest": text_digest(text)},
        "protocol": protocol
        | {
            "token_ids": text_digest(" ".join(str(i) for i in input_ids[0].tolist())),
            "bos": bos_handling(opened.tokenizer),
        },
    }
