"""The benchmark of the semantic cache runs with and without FAISS, and another neighbour is exit code 1."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


class FlatIndex:
    """The few verbs of FAISS's flat index that are called, on float64 distances."""

    rank = 0

    def __init__(self, width: int) -> None:
        self._keys = np.zeros((0, width), dtype=np.float32)

    @property
    def ntotal(self) -> int:
        return len(self._keys)

    def add(self, x: np.ndarray) -> None:
        self._keys = np.concatenate([self._keys, x])

    def search(self, x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        assert x.shape == (1, self._keys.shape[1])
        assert k == 1
        squares = ((self._keys.astype(np.float64) - x) ** 2).sum(axis=1)
        slot = np.argsort(squares, kind="stable")[min(self.rank, self.ntotal - 1)]
        return squares[[[slot]]].astype(np.float32), np.array([[slot]])

    def reconstruct(self, slot: int, out: np.ndarray) -> None:
        out[:] = self._keys[slot]

    def get_xb(self) -> np.ndarray:
        return self._keys


class SecondNearest(FlatIndex):
    """Wrong wherever there are two."""

    rank = 1


def stand_in(index: type[FlatIndex]) -> Any:
    return SimpleNamespace(
        __version__="0",
        IndexFlatL2=index,
        omp_set_num_threads=lambda _count: None,
        rev_swig_ptr=lambda memory, count: memory.reshape(-1)[:count],
    )


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)
    yield importlib.import_module("semantic_cache")
    for name in {"semantic_cache", "costs"} - before:
        sys.modules.pop(name, None)


def run(benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, faiss: Any | None) -> Any:
    """The exit code of a quick run."""
    monkeypatch.setitem(sys.modules, "faiss", faiss)
    monkeypatch.setattr(sys, "argv", ["semantic_cache.py", "--quick"])
    with pytest.raises(SystemExit) as ended:
        benchmark.main()
    return ended.value.code


def test_beside_a_flat_index_that_finds_the_same(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(benchmark, monkeypatch, stand_in(FlatIndex)) == 0
    heading, _columns, *lines = capsys.readouterr().out.splitlines()
    assert heading.startswith("tiny-gpt2, 64 tokens, 32 remembered, float32, cpu; FAISS 0")
    assert [line[:44].strip() for line in lines] == [
        "176 wide, whole sequence / FAISS",
        "176 wide, one input a call / FAISS",
        "704 wide, whole sequence / FAISS",
        "704 wide, one input a call / FAISS",
        "look-ups with another neighbour than FAISS's",
    ]
    assert all(line.split("/ FAISS")[1].split()[1:3] == ["-", "×"] for line in lines[:-1])
    assert "768 look-ups" in lines[-1]
    assert " ok " in lines[-1]


def test_inputs_are_found_and_forgotten_in_the_trial(benchmark: ModuleType) -> None:
    """Otherwise equal answers would say nothing of hits, or of evictions."""
    opened = benchmark.open_model("tiny-gpt2")
    ids = benchmark.tokenise(benchmark.embedded_text(), opened.tokenizer, 64)
    for some in benchmark.inputs_of(opened.adapter, ids, 16):
        cache = benchmark.InputCache(some.stage)
        cache.lookup(some.x)
        assert 10 < cache.statistics.hits < 54
        assert cache.statistics.evictions > 5
        assert benchmark.differing(stand_in(FlatIndex), some) == 0
        assert benchmark.differing(stand_in(SecondNearest), some) > 0
        for one, other in zip(benchmark.whole(some), benchmark.one_by_one(some), strict=True):
            np.testing.assert_array_equal(one, other)


def test_another_neighbour_is_exit_code_1(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(benchmark, monkeypatch, stand_in(SecondNearest)) == 1
    assert " OVER " in capsys.readouterr().out.splitlines()[-1]


def test_without_faiss_the_cache_is_timed_alone_and_the_reason_is_said(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(benchmark, monkeypatch, None) == 0
    heading, _columns, *lines = capsys.readouterr().out.splitlines()
    assert "FAISS is left out: " in heading
    assert "pip install --target FOLDER --no-deps faiss-cpu" in heading
    assert len(lines) == 4
    assert all(" µs " in line and "FAISS" not in line for line in lines)
