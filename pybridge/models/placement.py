"""Models larger than one device: which part goes where, and what happens to what fits nowhere."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from pybridge.errors import OutputError, SettingError

AUTO = "auto"


@dataclass(frozen=True)
class Placement:
    """A device map and what belongs to it, as `from_pretrained` takes them.

    Attributes:
        device_map: `auto`, or module path → device (`cpu`, `disk`, a number or a name of an accelerator).
        max_memory: device → bytes, or words such as "10GiB"; None means what is free.
        offload_folder: where weights are written that must be kept on disk in another form than the
            checkpoint's; what is made there is removed with the model. None: the temporary folder.
    """

    device_map: str | Mapping[str, str | int]
    max_memory: Mapping[int | str, int | str] | None = None
    offload_folder: Path | None = None

    @property
    def main_device(self) -> str:
        """A device on which parts of the model run; offloaded weights are brought there."""
        accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        if not isinstance(self.device_map, Mapping):
            return str(accelerator or "cpu")
        named = [place for place in self.device_map.values() if place not in ("cpu", "disk")]
        if not named:
            return "cpu"
        numbered = accelerator.type if accelerator else "cuda"
        return f"{numbered}:{named[0]}" if isinstance(named[0], int) else named[0]

    def require_modules_of(self, model: nn.Module) -> None:
        """Raises: SettingError if the map names a module that the model does not have."""
        if not isinstance(self.device_map, Mapping):
            return
        modules = dict(model.named_modules())
        strange = [path for path in self.device_map if path not in modules]
        if strange:
            parts = " and ".join(repr(path) for path, _part in model.named_children())
            raise SettingError(
                f"The device map places {strange[0]!r}, and the model has no such part. "
                f"It consists of {parts}, and of what these contain."
            )

    def make_folder(self) -> Path:
        """A new folder for offloaded weights, inside the one that was asked for, which is made if need be.

        Raises: OutputError if it cannot be made.
        """
        try:
            if self.offload_folder is not None:
                self.offload_folder.mkdir(exist_ok=True)
            return Path(tempfile.mkdtemp(prefix="living-inference-offload-", dir=self.offload_folder))
        except OSError as error:
            raise OutputError(
                "Cannot make a folder for offloaded weights in "
                f"{self.offload_folder or tempfile.gettempdir()}: {error.strerror}. "
                "Choose another place with room where you may write."
            ) from None


def remove_with(model: nn.Module, folder: Path) -> None:
    """The folder goes when the model does, and at the latest when Python ends."""
    weakref.finalize(model, shutil.rmtree, folder, ignore_errors=True)


def placement_of(
    device: str,
    device_map: str | Mapping[str, str | int] | None,
    max_memory: Mapping[int | str, int | str] | None,
    offload_folder: Path | None,
) -> Placement | None:
    """What was asked for; None without a device map.

    Raises: SettingError for options that exclude each other, an unknown word, or missing `accelerate`.
    """
    if device_map is None:
        if max_memory is not None or offload_folder is not None:
            raise SettingError(
                "Memory limits and an offload folder need a device map; add --device-map auto."
            )
        return None
    if device != "cpu":
        raise SettingError(
            f"--device {device} puts the whole model on one device, --device-map spreads it over several. "
            "Leave one of the two out."
        )
    if device_map != AUTO and (isinstance(device_map, str) or not device_map):
        raise SettingError(
            f"Unknown device map {device_map!r}. Use `auto`, or in Python a mapping from module paths to "
            "devices."
        )
    if importlib.util.find_spec("accelerate") is None:
        raise SettingError(
            "A device map needs the package `accelerate`, which is not installed. "
            "Run `pip install 'living-inference[big]'`, or leave --device-map out."
        )
    return Placement(device_map, max_memory, offload_folder)
