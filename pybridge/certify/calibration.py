"""Calibration text: which tokens set a method's parameters, and the record by which they are known again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jaxtyping import Int
from torch import Tensor

from pybridge.compress.calibration import DEFAULT_CONTEXT, calibration_tokens
from pybridge.errors import SettingError
from pybridge.files.digest import bytes_digest, text_digest
from pybridge.models.text import load_dataset_text, read_text

DEFAULT_SEQUENCES = 4


@dataclass(frozen=True)
class Calibration:
    """Tokens in sequences, from one text.

    Attributes:
        tokens: ids, one sequence a row.
        source: the text in words.
        text_digest: SHA-256 of the whole text, by which an evaluation on the same text is refused.
    """

    tokens: Int[Tensor, "sequences context"]
    source: str
    text_digest: str

    def record(self) -> dict[str, Any]:
        """JSON-ready; `tokens_digest` is of the ids as little-endian int64, row by row."""
        sequences, context = self.tokens.shape
        ids = self.tokens.cpu().numpy().astype("<i8").tobytes()
        return {
            "source": self.source,
            "text_digest": self.text_digest,
            "tokens_digest": bytes_digest(ids),
            "sequences": sequences,
            "context": context,
        }


@dataclass(frozen=True)
class CalibrationText:
    """A text that was read, not yet tokenised."""

    source: str
    text: str


def read_calibration(file: Path | None, dataset: str | None) -> CalibrationText | None:
    """The text that was named, or None if none was.

    Raises: SettingError if both a file and a data set are named; TextError for a text that cannot be read.
    """
    if file is not None and dataset is not None:
        raise SettingError("--calibration and --calibration-dataset both name a text; give one of them.")
    if file is not None:
        return CalibrationText(f"the file {file.name}", read_text(file))
    if dataset is not None:
        return CalibrationText(f"the data set {dataset}", load_dataset_text(dataset))
    return None


def calibrate_on(
    text: CalibrationText, tokenizer: Any, *, tokens: int | None, context: int | None, longest: int
) -> Calibration:
    """The first tokens of the text, in sequences that follow one another.

    Args:
        tokens: in all; None means four sequences.
        context: tokens a sequence; None means 1,024, or less where the model or `tokens` has less.
        longest: the model's own context.
    Raises: SettingError for a context beyond the model's, or one that does not divide `tokens`; TextError if
        the text is too short.
    """
    if context is not None and context > longest:
        raise SettingError(f"--context is {context:,}, but this model takes {longest:,} tokens at once.")
    if context is None:
        context = min(DEFAULT_CONTEXT, longest, tokens or longest)
    if tokens is None:
        tokens = DEFAULT_SEQUENCES * context
    ids = calibration_tokens(text.text, tokenizer, tokens=tokens, context=context)
    return Calibration(ids, text.source, text_digest(text.text))
