"""The disk cache: bits come back, damage is a miss, a place that cannot be written is no error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pybridge.measure.cache import DiskCache

RECORD = {"lo": 0.1 + 0.2, "hi": 1e-310, "label": "certified upper"}
ARRAYS = {"left": np.arange(6, dtype=np.float32).reshape(2, 3), "right": np.array([[0.1], [-0.0], [3.0]])}


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache")


def only_file(cache: DiskCache) -> Path:
    (file,) = [p for p in cache.folder.rglob("*") if p.is_file()]
    return file


def test_records_come_back(cache: DiskCache) -> None:
    assert cache.get_record("norm:a") is None
    cache.put_record("norm:a", RECORD)
    assert cache.get_record("norm:a") == RECORD
    assert cache.get_record("norm:b") is None


def test_arrays_come_back_bit_for_bit(cache: DiskCache) -> None:
    assert cache.get_arrays("factors:a") is None
    cache.put_arrays("factors:a", ARRAYS)
    found = cache.get_arrays("factors:a")
    assert found is not None
    assert {n: (a.dtype, a.tobytes()) for n, a in found.items()} == {
        n: (a.dtype, a.tobytes()) for n, a in ARRAYS.items()
    }


@pytest.mark.parametrize("kind", ["record", "arrays"])
def test_every_damaged_byte_is_a_miss(cache: DiskCache, kind: str) -> None:
    if kind == "record":
        cache.put_record("k", RECORD)
        get = cache.get_record
    else:
        cache.put_arrays("k", ARRAYS)
        get = cache.get_arrays
    file = only_file(cache)
    sound = file.read_bytes()
    assert get("k") is not None
    for place in range(0, len(sound), 7):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 0x10]) + sound[place + 1 :])
        assert get("k") in (None, RECORD), place  # a flipped blank inside JSON text changes nothing
    file.write_bytes(sound[: len(sound) // 2])
    assert get("k") is None


def test_an_entry_moved_to_another_key_is_a_miss(cache: DiskCache) -> None:
    cache.put_record("a", RECORD)
    file = only_file(cache)
    target = cache._path("b", ".json")
    target.parent.mkdir(parents=True, exist_ok=True)
    file.rename(target)
    assert cache.get_record("b") is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file" / "cache")
    cache.put_record("k", RECORD)
    cache.put_arrays("k", ARRAYS)
    assert cache.get_record("k") is None
    assert cache.get_arrays("k") is None


def test_no_temporary_file_is_left(cache: DiskCache) -> None:
    for i in range(5):
        cache.put_record(f"k{i}", RECORD)
    assert all(p.suffix == ".json" for p in cache.folder.rglob("*") if p.is_file())
