"""Which device and which float type a model runs on, refused early and plainly where it cannot."""

from __future__ import annotations

import torch

from pybridge.errors import SettingError

_USUAL = ("float32", "bfloat16", "float16")


def usable(device: str, dtype: str) -> tuple[torch.device, torch.dtype]:
    """The torch device and float type of these names, tried out on a small matrix product and attention.

    Raises: SettingError if either name is unknown, the device is absent, or the device cannot do the dtype.
    """
    where, what = _device(device), _dtype(dtype)
    try:
        _try_out(where, what)
    except (RuntimeError, NotImplementedError, TypeError) as error:
        raise SettingError(
            f"The device {device!r} cannot run a transformer in {dtype}: {_first_line(error)}\n"
            "  Use --dtype float32, which every device can do."
        ) from None
    return where, what


def _dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise SettingError(f"Unknown dtype {name!r}. Use one of: {', '.join(_USUAL)}.")
    return dtype


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise SettingError(f"Unknown device {name!r}. Use `cpu`, `cuda`, `cuda:1` or `mps`.") from None
    if device.type == "meta":
        raise SettingError(
            "The device 'meta' holds no numbers, so nothing can be measured. Use --device cpu."
        )
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise SettingError(
            f"The device {name!r} is not available here: {_first_line(error)}\n  Use --device cpu."
        ) from None
    return device


def _try_out(device: torch.device, dtype: torch.dtype) -> None:
    x = torch.ones(1, 1, 2, 16, device=device, dtype=torch.float32).to(dtype)
    y = torch.nn.functional.linear(x, x[0, 0], x[0, 0, :, 0]) @ x
    torch.nn.functional.layer_norm(torch.nn.functional.scaled_dot_product_attention(x, y, x), (16,))


def _first_line(error: BaseException) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return line.split(". ")[0].rstrip(".") + "."  # torch goes on for a page
