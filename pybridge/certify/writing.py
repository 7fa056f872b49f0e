"""The folder of a compressed model: weights that transformers loads, tokenizer, certificate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pybridge.certify.bounds import BOUNDS_FILE, to_json
from pybridge.certify.certificate import Certificate
from pybridge.certify.folder import appearing_whole, file_digest
from pybridge.errors import OutputError
from pybridge.models.folder import quiet_transformers
from pybridge.models.opening import OpenModel

WEIGHTS = ".safetensors"


def weight_bytes(opened: OpenModel) -> int:
    """Bytes of all weights as they are stored; tied ones once."""
    return sum(parameter.numel() * parameter.element_size() for parameter in opened.model.parameters())


def write_folder(out: Path, opened: OpenModel, certificate: Certificate) -> Certificate:
    """Write the model as it now is, its tokenizer and `bounds.json` into the new folder `out`.

    The folder appears whole or not at all.

    Returns: the certificate with the digests of the other files.
    Raises: OutputError if the disk is full or `out` exists.
    """
    with appearing_whole(out) as staging:
        _save(out, staging, opened)
        others = sorted(path for path in staging.rglob("*") if path.is_file() and path.suffix != WEIGHTS)
        files = {path.relative_to(staging).as_posix(): file_digest(path) for path in others}
        whole = replace(certificate, files=files)
        (staging / BOUNDS_FILE).write_bytes(to_json(whole))
    return whole


def _save(out: Path, staging: Path, opened: OpenModel) -> None:
    """`save_pretrained` of model and tokenizer; their libraries raise plain `Exception` on a full disk."""
    model: Any = opened.model
    try:
        with quiet_transformers():
            model.save_pretrained(staging)
            opened.tokenizer.save_pretrained(staging)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise OutputError(
            f"Cannot write {out}: {reason}. Nothing is left of it; choose a place with room where you may "
            "write."
        ) from None
