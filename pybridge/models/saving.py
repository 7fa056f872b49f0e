"""A model and its tokenizer as the folder that transformers loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pybridge.errors import OutputError
from pybridge.models.folder import quiet_transformers
from pybridge.models.opening import OpenModel


def save_model(opened: OpenModel, folder: Path, *, shown: Path | None = None) -> None:
    """`save_pretrained` of the model as it now is and of its tokenizer: config, safetensors, tokenizer files.

    Args:
        folder: exists, and nobody minds if it is left half-written (`pybridge.files.folder.appearing_whole`).
        shown: the place that messages name; `folder` by default.
    Raises: OutputError whatever goes wrong; the libraries raise plain `Exception` on a full disk.
    """
    model: Any = opened.model
    try:
        with quiet_transformers():
            model.save_pretrained(folder)
            opened.tokenizer.save_pretrained(folder)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise OutputError(
            f"Cannot write {shown or folder}: {reason}. Nothing is left of it; choose a place with room "
            "where you may write."
        ) from None
