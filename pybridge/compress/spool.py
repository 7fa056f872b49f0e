"""Tensors put aside on disk, so that remembering them costs no memory."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import dataclass

import torch
from torch import Tensor

from pybridge.errors import OutputError


@dataclass(frozen=True)
class Slot:
    """Where a tensor lies in the spool, and what it is."""

    offset: int
    dtype: torch.dtype
    shape: tuple[int, ...]


class Spool:
    """A nameless temporary file of tensors, bit for bit; it vanishes when closed or when the process ends.

    Raises: OutputError if the folder of temporary files cannot hold it.
    """

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="living-inference-", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _no_room(error) from None
        weakref.finalize(self, self._file.close)  # a spool that is dropped frees its disk space at once
        self._end = 0

    def put(self, tensor: Tensor) -> Slot:
        bits = tensor.detach().cpu().contiguous()
        slot = Slot(self._end, bits.dtype, tuple(bits.shape))
        raw = bits.reshape(-1).view(torch.uint8).numpy().data
        try:
            self._file.seek(self._end)
            written = 0
            while written < len(raw):
                written += self._file.write(raw[written:])
        except OSError as error:
            raise _no_room(error) from None
        self._end += len(raw)
        return slot

    def get(self, slot: Slot) -> Tensor:
        """The tensor, on the CPU."""
        bits = torch.empty(slot.shape, dtype=slot.dtype)
        raw = bits.reshape(-1).view(torch.uint8).numpy().data
        self._file.seek(slot.offset)
        read = 0
        while read < len(raw):
            count = self._file.readinto(raw[read:])
            if not count:
                raise OutputError("The file of put-aside tensors has been cut short; open the model again.")
            read += count
        return bits

    def close(self) -> None:
        """Give the disk space back; nothing can be put or got afterwards."""
        self._file.close()


def _no_room(error: OSError) -> OutputError:
    return OutputError(
        f"Cannot put tensors aside in {_folder()}: {error.strerror or error}. Free some space there, or set "
        "TMPDIR to a folder on a larger disk."
    )


def _folder() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR", "the folder of temporary files")
