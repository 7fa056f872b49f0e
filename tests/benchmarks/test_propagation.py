"""The benchmark of propagation and removal runs, prints every line, and an excess ends in exit code 1."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import embedded_text, tokenise

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TOKENS = 16


@pytest.fixture
def propagation(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)
    yield importlib.import_module("propagation")
    for name in {"propagation", "costs"} - before:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def opened() -> OpenModel:
    return open_model("tiny-gpt2")


@pytest.fixture(scope="module")
def ids(opened: OpenModel) -> Any:
    return tokenise(embedded_text(), opened.tokenizer, TOKENS)


def run(propagation: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code."""
    monkeypatch.setattr(sys, "argv", ["propagation.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        propagation.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_quick_prints_every_line_and_no_limit_counts(
    propagation: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(propagation, monkeypatch, "--quick") == 0
    heading, columns, *lines = capsys.readouterr().out.splitlines()
    assert heading.startswith("tiny-gpt2, 64 tokens, float32, cpu")
    assert columns.split() == ["measured", "allowed"]
    names = (
        "profile, k = 1 / 2 trunk forwards",
        "profile, k = 4 / 5 trunk forwards",
        "drift, n = 6 / n trunk forwards",
        "ranking by ρ, in trunk forwards",
        "ranking by ρ / 2 trunk forwards",
        "1 of 6 blocks removed, short of the limit",
    )
    assert len(lines) == len(names)
    assert all(line.startswith(name) for line, name in zip(lines, names, strict=True))
    assert "(n + 1) / 2n = 0.583" in lines[2]
    assert "compressing all 6 blocks" in lines[2]


@pytest.mark.parametrize(
    ("measured", "arguments", "code"),
    [
        (1.0, [], 0),
        (1.01, [], 1),
        (float("nan"), [], 1),
        (1.01, ["--quick"], 0),
    ],
)
def test_a_cost_above_its_limit_is_exit_code_one(
    propagation: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    measured: float,
    arguments: list[str],
    code: int,
) -> None:
    some = propagation.Cost("something", measured, 1.0, "×", "details")
    fine = propagation.Cost("something else", 0.5, 1.0, "×", "details")
    monkeypatch.setattr(propagation, "costs", lambda *_: iter([some, fine]))
    assert run(propagation, monkeypatch, "--model", "tiny-gpt2", "--tokens", "8", *arguments) == code
    shown = capsys.readouterr().out
    assert ("OVER" in shown) == (not measured <= 1.0)
    assert "something else" in shown


def timing(*seconds: float) -> Callable[..., list[float]]:
    """`in_turns` on a clock that is ours."""
    return lambda _repeats, *works: [*map(float, seconds[: len(works)])]


@pytest.mark.parametrize(("work_s", "over"), [(12.0, False), (12.1, True)])
def test_profile_and_ranking_may_cost_a_fifth_more_than_their_rows(
    propagation: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    opened: OpenModel,
    ids: Any,
    work_s: float,
    over: bool,
) -> None:
    monkeypatch.setattr(propagation, "in_turns", timing(10, work_s))
    profile = propagation.profile_cost(opened.adapter, ids, (0.01, 0.1), 1)
    counted, ranking = propagation.ranking_costs(opened.adapter, ids, 1)
    assert profile.over is ranking.over is over
    assert "27 theorems" in profile.detail
    assert (counted.measured, counted.over) == (2.0, False)


def test_a_pass_too_many_is_counted(
    propagation: ModuleType, monkeypatch: pytest.MonkeyPatch, opened: OpenModel, ids: Any
) -> None:
    ranking = propagation.ranking

    def twice(adapter: Any, ids: Any) -> Any:
        adapter.trunk(ids)
        return ranking(adapter, ids)

    monkeypatch.setattr(propagation, "ranking", twice)
    counted, _ = propagation.ranking_costs(opened.adapter, ids, 1)
    assert (counted.measured, counted.over) == (3.0, True)


@pytest.mark.parametrize(("walk_s", "over"), [(38.9, False), (39.1, True)])
def test_drift_may_cost_65_percent_of_n_forward_passes(
    propagation: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    opened: OpenModel,
    ids: Any,
    walk_s: float,
    over: bool,
) -> None:
    found = propagation.DriftSeconds(trunk=10.0, walk=walk_s, compression=1000.0)
    monkeypatch.setattr(propagation, "time_drift", lambda *_: found)
    cost = propagation.drift_cost(opened.adapter, ids, 0.5, 1)
    assert cost.over is over
    assert "1000.00 s" in cost.detail


def test_compression_is_no_part_of_the_walk(
    propagation: ModuleType, monkeypatch: pytest.MonkeyPatch, opened: OpenModel, ids: Any
) -> None:
    """Of a study of 7 s of which the compressor says that it spent 4 s."""
    compressor = SimpleNamespace(blocks=(), compressing=None, seconds=0.0)

    def study(*_: Any, **__: Any) -> None:
        compressor.seconds += 4.0

    def seconds(work: Callable[[], Any]) -> float:
        before = compressor.seconds
        work()
        return 7.0 if compressor.seconds > before else 2.0

    monkeypatch.setattr(propagation, "BlockCompressor", lambda *_: compressor)
    monkeypatch.setattr(propagation, "measure_drift", study)
    monkeypatch.setattr(propagation, "seconds", seconds)
    found = propagation.time_drift(opened.adapter, ids, 0.5, 3)
    assert found == propagation.DriftSeconds(trunk=2.0, walk=3.0, compression=4.0)


@pytest.mark.parametrize(("shorter_s", "over"), [(8.8, False), (9.0, True)])
def test_the_speed_up_must_come_near_its_limit(
    propagation: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    opened: OpenModel,
    ids: Any,
    shorter_s: float,
    over: bool,
) -> None:
    """A fifth of the time is in the blocks: ten seconds become eight at best, and 8 / 0.9 at most."""
    monkeypatch.setattr(propagation, "in_turns", timing(10, shorter_s))
    measured = SimpleNamespace(limit=1.25, share=0.2, speed_up=1.2)
    monkeypatch.setattr(propagation, "measure_speed", lambda *_, **__: measured)
    cost = propagation.speed_cost(opened.adapter, ids, "tiny-gpt2", 1)
    assert cost.over is over
    assert opened.adapter.n_blocks == 6
