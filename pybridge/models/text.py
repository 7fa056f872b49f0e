"""Evaluation text: where it comes from, what it is (a digest), and its tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pybridge.errors import ModelError, SettingError, TextError
from pybridge.models.dataset_text import load_dataset_text

__all__ = ["bos_handling", "embedded_text", "load_dataset_text", "named_text", "read_text", "tokenise"]

_EMBEDDED = Path(__file__).parent / "embedded" / "heldout.txt"
_CHARACTERS_PER_TOKEN = 64
"""Far more than any tokenizer's average; only so much of a long text is tokenised."""


def read_text(path: Path | str) -> str:
    """The whole text of a UTF-8 file, line ends as they are.

    Raises: TextError if the file is missing, a folder, unreadable, empty, or not UTF-8 text.
    """
    path = Path(path).expanduser()
    try:
        raw = path.read_bytes()
    except IsADirectoryError:
        raise TextError(
            f"{path}: a folder, not a text file. Name a file; a folder of text can be given as a data set."
        ) from None
    except FileNotFoundError:
        raise TextError(f"{path}: no such file. Give the path of a UTF-8 text file.") from None
    except OSError as error:
        raise TextError(f"{path}: cannot be read: {error.strerror or error}. Name another file.") from None
    if b"\x00" in raw:
        raise TextError(
            f"{path}: a binary file (zero byte at {raw.index(0):,}), not text. Use a UTF-8 text file."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(
            f"{path}: not UTF-8 text (byte {error.start:,} is {raw[error.start]:#04x}).\n"
            "  Convert it, for example with `iconv -f latin1 -t utf-8`."
        ) from None
    if not text.strip():
        but = " but for white space" if raw else ""
        raise TextError(f"{path}: the file is empty{but} ({len(raw):,} bytes). Use a file with text in it.")
    return text


def embedded_text() -> str:
    """The held-out excerpt that comes with this package. Raises: TextError if the installation lacks it."""
    return read_text(_EMBEDDED)


def named_text(path: Path | None, dataset: str | None) -> tuple[str, str]:
    """Where the text comes from, in words, and the text: a file, a data set, or the embedded excerpt.

    Raises: SettingError if both are named; TextError for one that cannot be read.
    """
    if path is not None and dataset is not None:
        raise SettingError("--text and --dataset both name a text; give one of them.")
    if path is not None:
        return f"the file {path.name}", read_text(path)
    if dataset is not None:
        return f"the data set {dataset}", load_dataset_text(dataset)
    return "the held-out excerpt that comes with this package", embedded_text()


def bos_handling(tokenizer: Any) -> str:
    """Whether `tokenise` puts a beginning-of-text token in front, in words for a report."""
    first = tokenizer("a", verbose=False)["input_ids"][:1]
    bos = tokenizer.bos_token_id
    if bos is not None and first == [bos]:
        return f"the tokenizer's own {tokenizer.bos_token!r} in front, once"
    return "none: this tokenizer adds no beginning-of-text token"


def tokenise(text: str, tokenizer: Any, tokens: int, *, option: str = "--tokens", each: int = 1) -> Tensor:
    """The first `tokens` ids of the text, of shape (1, tokens), int64.

    Special tokens are the tokenizer's own affair: a beginning-of-text token stands in front where the family
    puts one (`bos_handling` says so), and nothing else is added.

    Args:
        option: what asks for fewer tokens, `each` at a time; the advice when the text is too short.
    Raises: SettingError if tokens < 1; TextError, with both counts, if the text is too short;
        ModelError if the tokenizer fails on it, or makes no token of it.
    """
    if tokens < 1:
        raise SettingError(f"{tokens} tokens asked for; at least 1 is needed.")
    start = text[: _CHARACTERS_PER_TOKEN * (tokens + 1)]
    ids = _ids(start, tokenizer)
    if len(ids) < tokens and len(start) < len(text):
        ids = _ids(text, tokenizer)
    if not ids and text.strip():
        raise ModelError(
            f"The model's tokenizer ({type(tokenizer).__name__}) makes no token of a text of {len(text):,} "
            "characters: it is damaged, or of another model. Save the model's own tokenizer into its folder."
        )
    if len(ids) < tokens:
        most = len(ids) // each
        fewer = f" or {option} {most}" if most * each > 1 else ""
        raise TextError(
            f"The text has {len(ids):,} tokens ({len(text):,} characters), {tokens:,} are needed.\n"
            f"  Use a longer text{fewer}."
        )
    return torch.tensor([ids[:tokens]], dtype=torch.int64)


def _ids(text: str, tokenizer: Any) -> list[int]:
    try:
        return list(tokenizer(text, verbose=False)["input_ids"])
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"The model's tokenizer failed on the text: {reason}") from None
