"""Weights on disk and in memory: complete safetensors, no pickle, every value finite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pybridge.errors import ModelError, NonFiniteError
from pybridge.models.offload import stored_tensors, value_of

_SINGLE, _INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLE = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_LFS = b"version https://git-lfs"


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files of a model folder, all present.

    Raises: ModelError if there are none, if only pickled weights are there (they are never loaded), or if a
    shard is missing.
    """
    if (folder / _SINGLE).is_file():
        return (folder / _SINGLE,)
    if (folder / _INDEX).is_file():
        return _shards(folder)
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLE)
    if pickles:
        raise ModelError(
            f"{folder}: the weights are pickled ({', '.join(pickles[:3])}); pickle files can run code and "
            "are never loaded.\n  Look for a safetensors version of this model, or convert it where you "
            "trust it: load it with transformers and `save_pretrained` it."
        )
    raise ModelError(
        f"{folder}: no weights: neither {_SINGLE} nor {_INDEX} is there. Download the model again, or "
        "`save_pretrained` it into this folder."
    )


def _shards(folder: Path) -> tuple[Path, ...]:
    index = read_json(folder / _INDEX)
    weight_map = index.get("weight_map", {})
    if not isinstance(weight_map, dict):
        raise ModelError(f"{folder / _INDEX}: `weight_map` is no JSON object. Download the model again.")
    names = sorted({str(name) for name in weight_map.values()})
    missing = [name for name in names if not (folder / name).is_file()]
    if missing or not names:
        raise ModelError(
            f"{folder}: {len(missing)} of the {len(names)} weight files named in {_INDEX} are missing"
            f"{': ' if missing else ''}{', '.join(missing[:3])}. Download the model again."
        )
    return tuple(folder / name for name in names)


def check_safetensors(path: Path) -> None:
    """Compare the file's size with what its header promises; reads the header only.

    Raises: ModelError for a truncated or damaged file: how many bytes are there and how many should be.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(max(8, len(_LFS)))
        if start.startswith(_LFS):
            raise ModelError(
                f"{path}: a Git LFS pointer, not the weights. Run `git lfs pull` in that folder."
            )
        header_bytes = int.from_bytes(start[:8], "little")
        if size < 8 or header_bytes > size - 8:
            raise _damaged(path, f"it has {size:,} bytes, too few even for its header")
        file.seek(8)
        raw = file.read(header_bytes)
    try:
        tensors = {name: entry for name, entry in json.loads(raw).items() if name != "__metadata__"}
        promised = (
            8 + header_bytes + max((int(entry["data_offsets"][1]) for entry in tensors.values()), default=0)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(path, "its header is not a safetensors header") from None
    if size != promised:
        raise _damaged(path, f"it has {size:,} bytes where its header promises {promised:,}")


def _damaged(path: Path, what: str) -> ModelError:
    return ModelError(f"{path}: truncated or damaged: {what}. Delete the file and download it again.")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises: ModelError if it is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ModelError(f"{path}: not readable as JSON ({error}). Download the model again.") from None
    if not isinstance(value, dict):
        raise ModelError(f"{path}: a JSON object was expected, not a {type(value).__name__}.")
    return value


def require_finite(model: nn.Module) -> None:
    """Raises: NonFiniteError naming the first weight that holds NaN or infinity, and how many values do."""
    for name, place in stored_tensors(model).items():
        tensor = value_of(*place).detach()
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise NonFiniteError(_describe(name, tensor))


def _describe(name: str, tensor: Tensor) -> str:
    bad = ~torch.isfinite(tensor)
    first = bad.nonzero()[0].tolist()
    value = float(tensor[tuple(first)])
    text = (
        f"{name}: {int(bad.sum()):,} of {tensor.numel():,} weights are not finite, {value} at {first}.\n"
        "  No bound can be checked on such a model."
    )
    if tensor.dtype == torch.float16:
        return text + " float16 overflows above 65,504: try --dtype float32."
    return text + " Download the checkpoint again or use another."
