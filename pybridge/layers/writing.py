"""The shorter model on disk: blocks deleted, saved, loaded again, compared, and only then given its name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from pybridge.errors import ModelError
from pybridge.files.folder import appearing_whole, file_digest, require_room
from pybridge.files.record import record_bytes
from pybridge.models.deletion import delete_blocks, without_blocks
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.saving import save_model

REMOVAL_FILE = "removal.json"
KIND = "living-inference removal"
SCHEMA_VERSION = 1

Record = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """What became of the folder; the last three are what was proved before it got its name.

    Attributes:
        parameters, parameters_before: of the model.
        weight_digest: of the shorter model.
        files: name → digest of every file but `removal.json`.
        logits_of: how many tokens' logits were compared, bit by bit.
    """

    parameters: int
    parameters_before: int
    weight_digest: str
    files: dict[str, str]
    logits_of: int


def write_shorter(
    opened: OpenModel,
    removed: Collection[int],
    out: Path,
    input_ids: Int[Tensor, "1 tokens"],
    about: Callable[[], Record],
    *,
    device_map: str | None = None,
) -> Written:
    """Delete the blocks of `opened`, whose adapter is retired by that, and write the new folder `out`.

    Before the folder gets its name it is loaded again, and its logits on `input_ids` must be, bit for bit,
    those of the model in memory, and those of the whole model run without the blocks.

    Args:
        about: the record that goes into `removal.json`, to which the digests are added.
        device_map: as `open_model`, for the loading again.
    Raises: OutputError if the disk is full or `out` exists; ModelError if the blocks cannot be deleted, or
        the loaded model computes something else. Nothing is left then.
    """
    before = _parameters(opened)
    with without_blocks(opened.adapter, removed):
        expected = _logits(opened, input_ids)
    shorter = replace(opened, adapter=delete_blocks(opened.adapter, removed), _digest=None)
    require_room(out, sum(p.numel() * p.element_size() for p in shorter.model.parameters()))
    with appearing_whole(out) as staging:
        save_model(shorter, staging, shown=out)
        _require_equal(expected, _logits(shorter, input_ids), "with the blocks deleted", "run without them")
        again = _again(shorter, staging, device_map)
        _require_equal(expected, _logits(again, input_ids), "loaded again", "in memory")
        written = Written(
            parameters=_parameters(shorter),
            parameters_before=before,
            weight_digest=shorter.weight_digest(),
            files=_digests(staging),
            logits_of=input_ids.shape[1],
        )
        record = {"kind": KIND, "schema_version": SCHEMA_VERSION, **about(), **written_record(written)}
        (staging / REMOVAL_FILE).write_bytes(record_bytes(record))
    return written


def written_record(written: Written) -> Record:
    """JSON-ready."""
    return {
        "weights": written.weight_digest,
        "parameters": written.parameters,
        "parameters_before": written.parameters_before,
        "logits": {
            "tokens": written.logits_of,
            "reloaded": "equal bit for bit to the model in memory",
            "in_memory": "equal bit for bit to the whole model run without the blocks",
        },
        "files": written.files,
    }


def _logits(opened: OpenModel, input_ids: Int[Tensor, "1 tokens"]) -> Tensor:
    model: Any = opened.model
    with torch.no_grad():
        return model(input_ids=input_ids.to(opened.device), use_cache=False).logits


def _again(shorter: OpenModel, folder: Path, device_map: str | None) -> OpenModel:
    dtype = str(shorter.dtype).removeprefix("torch.")
    if device_map is not None:
        return open_model(str(folder), dtype=dtype, device_map=device_map)
    return open_model(str(folder), device=str(shorter.device), dtype=dtype)


def _require_equal(expected: Tensor, found: Tensor, this: str, other: str) -> None:
    if expected.shape == found.shape and torch.equal(expected.view(torch.uint8), found.view(torch.uint8)):
        return
    raise ModelError(
        f"The shorter model {this} does not give the logits, bit for bit, that it gives {other}. Nothing was "
        "written. On a device whose sums depend on chance, try --device cpu; otherwise this is a fault of "
        "this package, worth reporting."
    )


def _parameters(opened: OpenModel) -> int:
    return sum(parameter.numel() for parameter in opened.model.parameters())


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}
