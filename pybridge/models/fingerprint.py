"""SHA-256 of weights: equal digests mean equal names, dtypes, shapes and bits."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn

from pybridge.files.digest import text_digest


def tensor_digest(tensor: Tensor) -> str:
    """`sha256:…` over dtype, shape and the values in row-major order, however they are stored.

    A transposed view and a contiguous copy of it agree, so a Conv1D weight read as (out, in) has the digest
    of the Linear weight that it equals.
    """
    return "sha256:" + _hash(tensor).hexdigest()


def weight_digests(model: nn.Module) -> dict[str, str]:
    """Name → digest of every parameter and stored buffer; tied weights once, under their first name."""
    named = _distinct(model)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashlib lets go of the interpreter lock
        digests = pool.map(tensor_digest, named.values())
        return dict(zip(named, digests, strict=True))


def weight_digest(model: nn.Module) -> str:
    """One `sha256:…` over `weight_digests`, sorted by name: the identity of the weights that run."""
    lines = (f"{name} {digest}\n" for name, digest in sorted(weight_digests(model).items()))
    return text_digest("".join(lines))


def weight_versions(model: nn.Module) -> tuple[tuple[int, int], ...]:
    """Changes whenever a weight is written in place or replaced: the key under which a digest may be kept."""
    return tuple((tensor.data_ptr(), tensor._version) for tensor in _distinct(model).values())


def _distinct(model: nn.Module) -> dict[str, Tensor]:
    seen: set[tuple[int, tuple[int, ...], tuple[int, ...]]] = set()
    named: dict[str, Tensor] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        place = (tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride()))
        if tensor.numel() == 0 or place not in seen:
            named[name] = tensor
        seen.add(place)
    return named


def _hash(tensor: Tensor) -> hashlib._Hash:
    dtype = str(tensor.dtype).removeprefix("torch.")
    digest = hashlib.sha256(f"{dtype} {tuple(tensor.shape)}\n".encode())
    digest.update(_bytes(tensor))
    return digest


def _bytes(tensor: Tensor) -> memoryview:
    flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return flat.numpy().data
