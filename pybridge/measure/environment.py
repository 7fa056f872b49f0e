"""What a run stood on: versions, device, dtype, threads."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

_PACKAGES = ("living-inference", "torch", "transformers", "tokenizers", "safetensors", "numpy", "scipy")


def versions() -> dict[str, str]:
    """Installed versions of what decides numbers, and Python's."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def environment_record(device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """Everything about the place of a run that may move its last digits."""
    return {
        "versions": versions(),
        "device": str(device),
        "dtype": str(dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
