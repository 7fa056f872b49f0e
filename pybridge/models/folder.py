"""A model folder as transformers writes it: config.json, safetensors, tokenizer files."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pybridge.errors import ModelError
from pybridge.models.families import require_family
from pybridge.models.offload import require_tied_together
from pybridge.models.placement import Placement, remove_with
from pybridge.models.weights import check_safetensors, read_json, require_finite, weight_files

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")
_AGAIN = "\n  Download the model again, or `save_pretrained` model and tokenizer into the folder."


def check_folder(folder: Path) -> None:
    """Every refusal that needs no weight to be read: config, complete safetensors, tokenizer files.

    Raises: ModelError as `check_config`, `weight_files`, `check_safetensors` and `check_tokenizer` do.
    """
    check_config(folder)
    for path in weight_files(folder):
        check_safetensors(path)
    check_tokenizer(folder)


def check_config(folder: Path) -> None:
    """Refuse, before any weight is read, what could not be run or must not be.

    Raises: ModelError for a missing or unreadable config.json, remote code, an unsupported family or
    quantised weights.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(
            f"{folder}: no config.json, so this is not a model folder. Name the folder that transformers' "
            "`save_pretrained` wrote, the one with config.json and model.safetensors."
        )
    config = read_json(path)
    if config.get("auto_map"):
        raise ModelError(
            f"{path}: this model brings its own code (`auto_map`), and remote code is never run.\n"
            "  Use a checkpoint of a family that transformers itself implements."
        )
    require_family(config.get("model_type"), str(path))
    if config.get("quantization_config"):
        raise ModelError(
            f"{path}: the weights are quantised (`quantization_config`). "
            "Use the checkpoint in float32, bfloat16 or float16."
        )


def check_tokenizer(folder: Path) -> None:
    """Raises: ModelError if no tokenizer file is in the folder."""
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelError(
            f"{folder}: no tokenizer ({', '.join(TOKENIZER_FILES)} are all missing).\n"
            "  Save the tokenizer into the same folder with `save_pretrained`."
        )


def load_model(
    folder: Path, dtype: torch.dtype, device: torch.device, placement: Placement | None = None
) -> nn.Module:
    """The causal language model of a checked folder: evaluation mode, no gradients, every weight finite.

    Nothing is ever downloaded, unpickled or run from the folder. A `placement` spreads the model over several
    devices and takes the place of `device`.
    Raises: ModelError, NonFiniteError, OutputError.
    """
    model = _on(folder, dtype, device) if placement is None else _spread(folder, dtype, placement)
    return model.eval().requires_grad_(False)


def _on(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    model = _from_pretrained(folder, dtype, _AGAIN)
    require_finite(model)
    return model.to(device)


def _spread(folder: Path, dtype: torch.dtype, placement: Placement) -> Any:
    offload_folder = placement.make_folder()
    try:
        model = _from_pretrained(
            folder,
            dtype,
            "\n  Do the device map and the memory limits fit this model? Try `auto` without limits.",
            device_map=placement.device_map,
            max_memory=placement.max_memory,
            offload_folder=offload_folder,
        )
        placement.require_modules_of(model)
        require_tied_together(model)
        require_finite(model)
    except BaseException:
        shutil.rmtree(offload_folder, ignore_errors=True)
        raise
    remove_with(model, offload_folder)
    return model


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a checked folder. Raises: ModelError if it cannot be read."""
    from transformers import AutoTokenizer

    try:
        with quiet_transformers():
            return AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:
        raise ModelError(f"{folder}: the tokenizer cannot be read: {_brief(error)}{_AGAIN}") from None


def _from_pretrained(folder: Path, dtype: torch.dtype, advice: str, **placed: Any) -> Any:
    from transformers import AutoModelForCausalLM

    try:
        with quiet_transformers():
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # so that we can name them; refused below
                **placed,
            )
            model, report = loaded
    except Exception as error:
        raise ModelError(f"{folder}: the model cannot be loaded: {_brief(error)}{advice}") from None
    _require_same_shapes(folder, report["mismatched_keys"])
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            f"{folder}: {len(missing)} weights that config.json calls for are not in the weight files, "
            f"among them {', '.join(missing[:3])}.\n"
            "  Config and weights do not belong together; download both again."
        )
    return model


def _require_same_shapes(folder: Path, mismatched: Iterable[tuple[str, Any, Any]]) -> None:
    wrong = sorted((name, tuple(stored), tuple(wanted)) for name, stored, wanted in mismatched)
    if wrong:
        name, stored, wanted = wrong[0]
        raise ModelError(
            f"{folder}: {len(wrong)} weights have another shape than config.json calls for, the first being "
            f"{name}: {stored} in the file, {wanted} by config.json.\n"
            "  Config and weights do not belong together; download both again."
        )


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' bars and warnings out of our output; what matters is raised as our own error."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    placing = getLogger("accelerate")
    placing_level = placing.level
    placing.setLevel(ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        placing.setLevel(placing_level)
        if bars:
            logging.enable_progress_bar()


def _brief(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else text[:297] + "…"
