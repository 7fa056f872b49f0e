"""kill -9 at any moment: whatever `save` returned for is there, nothing is there twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pybridge.store import ResultStore

WRITER = """
import sys
from pathlib import Path
from pybridge.store import ResultStore

store = ResultStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    store.save("study", f"{number:06d}", {"number": number, "padding": "x" * (number % 977)})
    print(number, flush=True)
"""


def writer(path: Path, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed_after(path: Path, acknowledged: int, delay_s: float) -> list[int]:
    """Numbers that the writer said were saved, before SIGKILL reached it."""
    process = writer(path, 100_000)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(acknowledged)]
    time.sleep(delay_s)
    process.kill()
    said += [int(line) for line in process.stdout.read().splitlines() if line]
    assert process.wait() == -signal.SIGKILL
    return said


@pytest.mark.parametrize(("acknowledged", "delay_s"), [(1, 0.0), (7, 0.003), (40, 0.011), (150, 0.0)])
def test_a_killed_writer_loses_and_doubles_nothing(tmp_path: Path, acknowledged: int, delay_s: float) -> None:
    path = tmp_path / "results.sqlite"
    said = killed_after(path, acknowledged, delay_s)
    with ResultStore(path) as store:
        found = [record["number"] for record in store.fetch("study").values()]
    assert found == list(range(len(found)))  # no gap, no double
    assert len(found) - len(said) in (0, 1)  # one may have been saved and not yet said
    again = killed_after(path, len(found) + 5, 0.0)
    with ResultStore(path) as store:
        found = [record["number"] for record in store.fetch("study").values()]
    assert found == list(range(len(found)))
    assert len(found) >= len(again)


def test_writers_that_start_at_once_fill_one_study(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    all_of_them = [writer(path, 120) for _ in range(4)]
    for process in all_of_them:
        process.communicate(timeout=60)
    assert [process.returncode for process in all_of_them] == [0] * 4
    with ResultStore(path) as store:
        assert [record["number"] for record in store.fetch("study").values()] == list(range(120))
