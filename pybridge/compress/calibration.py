"""Calibration tokens: the text that sets a method's parameters, never the evaluation split."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.errors import SettingError, TextError
from pybridge.files.digest import text_digest
from pybridge.models.text import tokenise

DEFAULT_CONTEXT = 1024
DEFAULT_TOKENS = 4 * DEFAULT_CONTEXT


def calibration_tokens(
    text: str, tokenizer: Any, *, tokens: int = DEFAULT_TOKENS, context: int = DEFAULT_CONTEXT
) -> Int[Tensor, "batches context"]:
    """The first `tokens` ids of the text, in rows of `context` that are run each on its own.

    The context is never the model's maximum by default. Raises: SettingError unless `context` divides
    `tokens`; TextError, with both counts, if the text is too short.
    """
    if context < 2:
        raise SettingError(f"The calibration context is {context}; at least 2 tokens make a text.")
    if tokens < context or tokens % context:
        raise SettingError(
            f"{tokens:,} calibration tokens are no whole number of contexts of {context:,} tokens; give "
            f"{max(1, tokens // context) * context:,} tokens, or another context."
        )
    try:
        ids = tokenise(text, tokenizer, tokens)
    except TextError as error:
        raise TextError(f"While reading the calibration text:\n  {error}") from None
    return ids.reshape(-1, context)


def require_disjoint(calibration_text: str, evaluation_text: str) -> None:
    """Raises: TextError if a model would be judged on the text that it was calibrated on."""
    if text_digest(calibration_text) == text_digest(evaluation_text):
        raise TextError(
            "The calibration text is the evaluation text (equal SHA-256). A score on it would say nothing; "
            "calibrate on another text, for example the validation split."
        )


def require_ids(calibration: Tensor | None, method: str) -> Int[Tensor, "batches tokens"]:
    """Raises: SettingError unless there is calibration, of shape (batches, tokens), whole numbers."""
    if calibration is None:
        raise SettingError(
            f"The method {method} needs calibration text. Give some, or choose a method without data: "
            "magnitude, colnorm or svd."
        )
    if calibration.ndim != 2 or calibration.numel() == 0 or calibration.dtype != torch.int64:
        raise SettingError(
            f"Calibration is {calibration.dtype} of shape {tuple(calibration.shape)}; token ids of shape "
            "(batches, tokens), int64 and at least one of each, were expected."
        )
    return calibration
