"""The text that the drift is measured on, and the one that a method is calibrated on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from jaxtyping import Int
from torch import Tensor

from pybridge.compress import calibration_tokens, require_disjoint
from pybridge.compress.calibration import DEFAULT_CONTEXT
from pybridge.drift.spec import DriftSpec
from pybridge.errors import TextError
from pybridge.files.digest import text_digest
from pybridge.measure.asked import require_within_context
from pybridge.models.opening import OpenModel
from pybridge.models.text import named_text, read_text, tokenise

_SEQUENCES = 4


@dataclass(frozen=True)
class Texts:
    """Read, not yet tokenised. `calibration` is None for a method without data."""

    source: str
    text: str
    calibration_source: str | None
    calibration: str | None


@dataclass(frozen=True)
class Calibration:
    """Token ids in rows of `context`, and the record by which they are known again."""

    ids: Int[Tensor, "sequences context"]
    record: dict[str, Any]


def read_texts(spec: DriftSpec) -> Texts:
    """Raises: TextError for a text that cannot be read, or a calibration text that is the text itself."""
    source, text = named_text(spec.text, spec.dataset)
    if spec.calibration is None or not spec.chosen_method().needs:
        return Texts(source, text, None, None)
    calibration = read_text(spec.calibration)
    require_disjoint(calibration, text)
    return Texts(source, text, f"the file {spec.calibration.name}", calibration)


def tokens_of(spec: DriftSpec, opened: OpenModel, text: str) -> Int[Tensor, "1 tokens"]:
    """Raises: SettingError for more tokens than the model has positions; TextError for too short a text."""
    require_within_context(spec.tokens, spec.model, opened.context_length)
    return tokenise(text, opened.tokenizer, spec.tokens).to(opened.device)


def calibrate(spec: DriftSpec, opened: OpenModel, texts: Texts) -> Calibration | None:
    """The first tokens of the calibration text, in contexts of 1,024, or fewer where the model or
    `calibration_tokens` has fewer; None for a method without data.

    Raises: SettingError for tokens that are no whole number of contexts; TextError for too short a text.
    """
    if texts.calibration is None:
        return None
    asked = spec.calibration_tokens
    context = min(DEFAULT_CONTEXT, opened.context_length, asked or opened.context_length)
    try:
        ids = calibration_tokens(
            texts.calibration, opened.tokenizer, tokens=asked or _SEQUENCES * context, context=context
        )
    except TextError as error:
        raise TextError(str(error).replace("--tokens", "--calibration-tokens")) from None
    digest = hashlib.sha256(ids.numpy().astype("<i8").tobytes()).hexdigest()
    record = {
        "source": texts.calibration_source,
        "text_digest": text_digest(texts.calibration),
        "tokens_digest": f"sha256:{digest}",
        "sequences": ids.shape[0],
        "context": context,
    }
    return Calibration(ids.to(opened.device), record)
