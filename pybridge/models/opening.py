"""`open_model`: from what a user types after `--model` to a model that can be measured."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from pybridge.errors import ModelError
from pybridge.models import smollm2
from pybridge.models.adapter import Adapter
from pybridge.models.device import usable
from pybridge.models.families import adapter_for
from pybridge.models.fingerprint import weight_digest, weight_versions
from pybridge.models.folder import check_folder, load_model, load_tokenizer
from pybridge.models.hub import cached_ids, hub_folder, is_hub_id
from pybridge.models.hub_answers import HubError
from pybridge.models.placement import placement_of

EMBEDDED = Path(__file__).parent / "embedded"
BUILT_IN = ("tiny-gpt2", "smollm2-135m")
_FORMS = "a model folder, a hub id (`gpt2`, `owner/name`), `tiny-gpt2` or `smollm2-135m`"


@dataclass(eq=False)
class OpenModel:
    """A model ready to be measured.

    Attributes:
        name: what the user asked for.
        source: where the weights came from, in words for a report.
        adapter: the residual stream and the linear maps.
        tokenizer: the one that belongs to the model.
        embedded_text: the held-out text that comes with this package, the default to measure on.
    """

    name: str
    source: str
    adapter: Adapter
    tokenizer: Any
    embedded_text: Path | None
    _digest: tuple[object, str] | None = field(default=None, repr=False)

    @property
    def model(self) -> torch.nn.Module:
        return self.adapter.model

    @property
    def context_length(self) -> int:
        return self.adapter.context_length

    @property
    def device(self) -> torch.device:
        return self.adapter.device

    @property
    def dtype(self) -> torch.dtype:
        return self.adapter.dtype

    def weight_digest(self) -> str:
        """`sha256:…` of the weights as they run now; computed again only after a write to one of them."""
        versions = weight_versions(self.model)
        if self._digest is None or self._digest[0] != versions:
            self._digest = (versions, weight_digest(self.model))
        return self._digest[1]


def open_model(
    spec: str,
    *,
    device: str = "cpu",
    dtype: str = "float32",
    cache_dir: Path | None = None,
    progress: bool = False,
    device_map: str | Mapping[str, str | int] | None = None,
    max_memory: Mapping[int | str, int | str] | None = None,
    offload_folder: Path | None = None,
) -> OpenModel:
    """Open a folder, a hub id, `tiny-gpt2` or `smollm2-135m`; safetensors only, remote code is never run.

    Args:
        spec: what to open; an existing folder wins over a hub id of the same name.
        device, dtype: torch names; refused before anything is loaded if the device cannot do the dtype.
        cache_dir: where `smollm2-135m` is kept; default as `pybridge.models.cache.cache_root`.
        progress: show downloads and conversion on stderr; ask for it on a terminal only.
        device_map: `auto`, or module path → device, for a model larger than one device; what fits on none
            stays on disk ("disk") and is read for each forward pass. Needs the package `accelerate`.
        max_memory: device → bytes (or "10GiB") that `auto` may use; None means what is free.
        offload_folder: where a copy of such weights goes if the checkpoint holds them in another form
            (experts); what is written there is removed with the model. None: the temporary folder.
    Raises: ModelError, NonFiniteError, SettingError, OutputError: one message each, saying what to try.
    """
    placement = placement_of(device, device_map, max_memory, offload_folder)
    where, what = usable(placement.main_device if placement else device, dtype)
    folder, source = _locate(spec, cache_dir, progress)
    check_folder(folder)
    tokenizer = load_tokenizer(folder)
    adapter = adapter_for(load_model(folder, what, where, placement))
    text = EMBEDDED / "heldout.txt"
    return OpenModel(spec, source, adapter, tokenizer, text if text.is_file() else None)


def _locate(spec: str, cache_dir: Path | None, progress: bool) -> tuple[Path, str]:
    path = Path(spec).expanduser()
    if spec == "tiny-gpt2":
        return EMBEDDED / "tiny_gpt2", "tiny-gpt2: the GPT-2 model that comes with this package"
    if spec == "smollm2-135m":
        return smollm2.folder(cache_dir, progress), smollm2.source()
    if spec and _is(path, Path.is_dir):
        return path, f"the folder {spec}"
    if _is(path, Path.is_file):
        raise ModelError(f"{spec}: a file; {_FORMS} was expected.{_file_advice(path)}")
    if _looks_like_path(spec):
        raise ModelError(
            f"{spec}: no such folder. {_suggest(path.name, _siblings(path))}--model takes {_FORMS}."
        )
    if not is_hub_id(spec):
        raise ModelError(f"{spec!r} is no model name. {_suggest(spec, BUILT_IN)}--model takes {_FORMS}.")
    try:
        folder = hub_folder(spec, progress=progress)
    except HubError as error:
        near = _suggest(spec, (*BUILT_IN, *cached_ids()))
        raise ModelError(f"{error}\n  {near}--model takes {_FORMS}.") from None
    return folder, f"{spec} from the Hugging Face hub, revision {folder.name}"


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except OSError:  # a name too long for the file system, a folder that may not be entered
        return False


def _looks_like_path(spec: str) -> bool:
    return spec.startswith((".", "~", os.sep)) or spec.count("/") > 1 or spec.endswith("/") or "\\" in spec


def _file_advice(path: Path) -> str:
    if path.suffix == ".gguf":
        return (
            "\n  Convert the GGUF file: `AutoModelForCausalLM.from_pretrained(folder, gguf_file=name)` of "
            "transformers, then `save_pretrained` model and tokenizer into one folder, and name that folder."
        )
    if path.name in ("config.json", "model.safetensors"):
        return f"\n  Name the folder it is in: {path.parent}"
    return ""


def _siblings(path: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(entry.name for entry in path.parent.iterdir() if entry.is_dir()))
    except OSError:
        return ()


def _suggest(spec: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(spec, names, n=3, cutoff=0.7)
    return f"Did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
