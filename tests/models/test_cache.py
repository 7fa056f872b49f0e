"""The cache: wholly there or not there, whatever interrupts the building."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pybridge.errors import OutputError
from pybridge.models.cache import build_once, cache_root


def is_whole(target: Path) -> bool:
    return (target / "done").is_file()


def build(staging: Path) -> None:
    (staging / "part").write_text("1")
    (staging / "done").write_text("2")


def quiet(_line: str) -> None: ...


def left_behind(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LIVING_INFERENCE_CACHE", raising=False)
    assert cache_root() == tmp_path / ".cache" / "living-inference"
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_root() == Path("/xdg/living-inference")
    monkeypatch.setenv("LIVING_INFERENCE_CACHE", "~/own")
    assert cache_root() == tmp_path / "own"
    assert cache_root(Path("/given")) == Path("/given")


def test_built_once(tmp_path: Path) -> None:
    target = tmp_path / "cache" / "model"
    assert build_once(target, is_whole, build, quiet) == target
    assert (target / "part").read_text() == "1"

    def again(_staging: Path) -> None:
        raise AssertionError("a whole target was built again")

    assert build_once(target, is_whole, again, quiet) == target
    assert left_behind(target.parent) == ["model"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_nothing(tmp_path: Path, interruption: type[BaseException]) -> None:
    def interrupted(staging: Path) -> None:
        build(staging)
        raise interruption

    with pytest.raises(interruption):
        build_once(tmp_path / "model", is_whole, interrupted, quiet)
    assert left_behind(tmp_path) == []
    assert is_whole(build_once(tmp_path / "model", is_whole, build, quiet))


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".model.abc.partial"
    stale.mkdir()
    (stale / "part").write_text("1")
    build_once(tmp_path / "model", is_whole, build, quiet)
    assert left_behind(tmp_path) == ["model"]


def test_a_damaged_target_is_built_again(tmp_path: Path) -> None:
    lines: list[str] = []
    target = build_once(tmp_path / "model", is_whole, build, lines.append)
    (target / "done").unlink()
    build_once(target, is_whole, build, lines.append)
    assert is_whole(target)
    assert lines == [f"{target} was damaged and is replaced."]


def test_a_second_builder_waits_for_the_first(tmp_path: Path) -> None:
    target, started, finish = tmp_path / "model", threading.Event(), threading.Event()
    built: list[str] = []
    lines: list[str] = []

    def slow(staging: Path) -> None:
        started.set()
        assert finish.wait(30)
        build(staging)
        built.append("first")

    def say(line: str) -> None:
        lines.append(line)
        finish.set()

    first = threading.Thread(target=build_once, args=(target, is_whole, slow, quiet))
    first.start()
    assert started.wait(30)
    build_once(target, is_whole, lambda _staging: built.append("second"), say)
    first.join()
    assert built == ["first"]
    assert lines == ["Another process is preparing model; waiting for it."]


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Set LIVING_INFERENCE_CACHE to a folder"):
        build_once(tmp_path / "file" / "model", is_whole, build, quiet)
