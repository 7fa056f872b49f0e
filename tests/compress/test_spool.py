"""Tensors come back from disk with the bits they had."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import torch

from pybridge.compress.spool import Spool
from pybridge.errors import OutputError


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_bits_layouts_and_sizes(dtype: torch.dtype) -> None:
    odd = torch.tensor([[-0.0, 1e-42, float("nan")], [float("inf"), 1.0, -2.5]]).to(dtype)
    tensors = [odd, odd.T, odd[:, ::2], torch.empty(0, 3, dtype=dtype), torch.randn(300, 400).to(dtype)]
    spool = Spool()
    slots = [spool.put(tensor) for tensor in tensors]
    for tensor, slot in reversed(list(zip(tensors, slots, strict=True))):
        back = spool.get(slot)
        assert back.shape == tensor.shape
        assert back.dtype == dtype
        assert torch.equal(
            back.reshape(-1).view(torch.uint8), tensor.contiguous().reshape(-1).view(torch.uint8)
        )
    spool.close()


def test_a_full_disk_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk:
        def seek(self, _offset: int) -> None: ...

        def write(self, _raw: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None: ...

    spool = Spool()
    monkeypatch.setattr(spool, "_file", FullDisk())
    with pytest.raises(OutputError, match=r"No space left on device.*TMPDIR"):
        spool.put(torch.ones(3))


def test_a_folder_that_cannot_be_written_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent/folder")
    with pytest.raises(OutputError, match=r"/nonexistent/folder: No such file or directory.*TMPDIR"):
        Spool()


def test_a_dropped_spool_closes_its_file() -> None:
    spool = Spool()
    file = spool._file
    del spool
    assert file.closed
