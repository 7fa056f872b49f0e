"""The folder of a compressed model: weights that transformers loads, tokenizer, certificate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pybridge.certify.bounds import BOUNDS_FILE, to_json
from pybridge.certify.certificate import Certificate
from pybridge.files.folder import appearing_whole, file_digest
from pybridge.models.opening import OpenModel
from pybridge.models.saving import save_model

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
        save_model(opened, staging, shown=out)
        others = sorted(path for path in staging.rglob("*") if path.is_file() and path.suffix != WEIGHTS)
        files = {path.relative_to(staging).as_posix(): file_digest(path) for path in others}
        whole = replace(certificate, files=files)
        (staging / BOUNDS_FILE).write_bytes(to_json(whole))
    return whole
