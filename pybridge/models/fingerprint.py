"""SHA-256 of weights: equal digests mean equal names, dtypes, shapes and bits."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn

from pybridge.files.digest import text_digest
from pybridge.models.offload import stored_tensors, value_of


def tensor_digest(tensor: Tensor) -> str:
    """`sha256:…` over dtype, shape and the values in row-major order, however they are stored.

    A transposed view and a contiguous copy of it agree, so a Conv1D weight read as (out, in) has the digest
    of the Linear weight that it equals.
    """
    return "sha256:" + _hash(tensor).hexdigest()


def weight_digests(model: nn.Module) -> dict[str, str]:
    """Name → digest of every parameter and stored buffer; tied weights once, under their first name.

    Offloaded weights are read one by one from where they are. Raises: ModelError for a model without values.
    """
    named = stored_tensors(model)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashlib lets go of the interpreter lock
        digests = pool.map(lambda place: tensor_digest(value_of(*place)), named.values())
        return dict(zip(named, digests, strict=True))


def weight_digest(model: nn.Module) -> str:
    """One `sha256:…` over `weight_digests`, sorted by name: the identity of the weights that run."""
    lines = (f"{name} {digest}\n" for name, digest in sorted(weight_digests(model).items()))
    return text_digest("".join(lines))


def weight_versions(model: nn.Module) -> tuple[tuple[int, int], ...]:
    """Changes whenever a weight is written in place or replaced: the key under which a digest may be kept.

    Offloaded weights cannot be written (`LinearMapView.write` refuses), so they never change.
    """
    tensors = [getattr(owner, name) for owner, name in stored_tensors(model).values()]
    return tuple((0, 0) if t.is_meta else (t.data_ptr(), t._version) for t in tensors)


def _hash(tensor: Tensor) -> hashlib._Hash:
    dtype = str(tensor.dtype).removeprefix("torch.")
    digest = hashlib.sha256(f"{dtype} {tuple(tensor.shape)}\n".encode())
    digest.update(_bytes(tensor))
    return digest


def _bytes(tensor: Tensor) -> memoryview:
    flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return flat.numpy().data
