"""The sweep on the model that comes with the package: resumed, filtered, refused, and killed by force."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pybridge.errors import SettingError, TextError
from pybridge.store import ResultStore
from pybridge.sweep import SweepReport, SweepSpec, run
from pybridge.sweep import runner as runner_module
from pybridge.sweep.study import STUDIES

MAPS = r"^0\.q\.[01]$"  # two heads, sixty configurations


def spec_of(folder: Path, **settings: Any) -> SweepSpec:
    base = SweepSpec(
        store=folder / "sweep.sqlite",
        model="tiny-gpt2",
        maps=MAPS,
        tokens=64,
        calibration_tokens=32,
        vectors=8,
    )
    return replace(base, **settings)


def records(path: Path) -> dict[str, dict[str, Any]]:
    with ResultStore(path) as store:
        (study,) = store.fetch(STUDIES)
        return store.fetch(study)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[SweepReport, SweepSpec]:
    """An uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    spec = spec_of(folder, summary=folder / "summary")
    return run(spec), spec


def test_every_configuration_is_there_with_its_norm_and_eight_vectors(
    whole: tuple[SweepReport, SweepSpec],
) -> None:
    report, spec = whole
    found = records(spec.store)
    assert report.done == len(found) == 60
    for record in found.values():
        assert record["residual_norm"]["label"] != "estimate"
        assert 0 <= record["residual_norm"]["lo"] <= record["residual_norm"]["hi"]
        assert record["vectors"] == 8
        assert all(sum(step["verdicts"].values()) == 8 for step in record["steps"])
    assert report.exit_code == 0
    assert report.summary["verdicts"] == {"HOLDS": 60 * 8 + 12 * 8}  # sparse_svd puts both theorems
    assert set(report.summary["verdicts_by_theorem"]) == {"sparse_activation_bound", "interpolation_bound"}


def test_the_summary_says_how_much_of_the_study_is_done(whole: tuple[SweepReport, SweepSpec]) -> None:
    report, spec = whole
    assert report.summary["configurations"] == 60
    assert report.summary["configurations_expected"] == 90 * 30
    assert report.summary["complete"] is False
    assert spec.summary is not None
    assert json.loads(spec.summary.with_suffix(".json").read_text()) == report.summary
    page = spec.summary.with_suffix(".md").read_text()
    assert "60 of 2,700 done" in page
    assert "**576 HOLDS, 0 VIOLATED**" in page
    assert report.summary["study"] in page
    assert (
        "pybridge sweep --model tiny-gpt2 --tokens 64 --calibration-tokens 32 --vectors 8 "
        "--store sweep.sqlite --summary sweep" in page
    )


def test_a_second_run_does_nothing_and_does_not_even_run_the_model(
    whole: tuple[SweepReport, SweepSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    report, spec = whole
    monkeypatch.setattr(runner_module, "capture_inputs", lambda *_, **__: pytest.fail("the model ran"))
    again = run(replace(spec, summary=None))
    assert again.done == 0
    assert again.summary == report.summary


def test_other_maps_join_the_same_study_and_other_settings_do_not(tmp_path: Path) -> None:
    first = run(spec_of(tmp_path, maps=r"^0\.q\.0$"))
    second = run(spec_of(tmp_path, maps=r"^0\.q\.[01]$"))
    assert (first.done, second.done) == (30, 30)
    assert second.summary["study"] == first.summary["study"]
    assert second.summary["configurations"] == 60
    third = run(spec_of(tmp_path, maps=r"^0\.q\.0$", seed=1))
    assert third.done == 30
    assert third.summary["study"] != first.summary["study"]


def test_a_violation_in_the_store_is_exit_code_1_and_named_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = runner_module.record_of

    def one_bad(*arguments: Any) -> dict[str, Any]:
        record = true(*arguments)
        if record["method"] == "wanda" and record["sparsity"] == 0.5:
            record["steps"][0] |= {"verdicts": {"HOLDS": 7, "VIOLATED": 1}, "reasons": {"3": "0.2 > 0.1"}}
        return record

    monkeypatch.setattr(runner_module, "record_of", one_bad)
    report = run(spec_of(tmp_path, maps=r"^0\.q\.0$", summary=tmp_path / "summary"))
    assert report.exit_code == 1
    (bad,) = report.summary["not_holding"]
    assert bad["where"] == "0.q.0 wanda sparsity=0.5"
    page = (tmp_path / "summary.md").read_text()
    assert "0.q.0 wanda sparsity=0.5: 7 HOLDS, 1 VIOLATED; {'3': '0.2 > 0.1'}" in page


SWEEP = """
import sys
from pathlib import Path
from pybridge.sweep import SweepSpec, run

run(SweepSpec(store=Path(sys.argv[1]), model="tiny-gpt2", maps=sys.argv[2], tokens=64, calibration_tokens=32,
              vectors=8))
"""


def killed(store: Path, at_least: int) -> None:
    """Run the sweep in a process of its own and end it with SIGKILL once so many configurations are there."""
    process = subprocess.Popen([sys.executable, "-c", SWEEP, str(store), MAPS])
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if store.exists() and count(store) >= at_least:
            process.kill()
        time.sleep(0.002)
    assert process.wait() == -signal.SIGKILL


def count(store: Path) -> int:
    with ResultStore(store) as opened:
        return sum(len(opened.fetch(study)) for study in opened.fetch(STUDIES))


def test_kill_minus_9_loses_and_doubles_nothing(tmp_path: Path, whole: tuple[SweepReport, SweepSpec]) -> None:
    spec = spec_of(tmp_path)
    killed(spec.store, 7)
    saved = count(spec.store)
    assert 7 <= saved < 60
    report = run(spec)
    assert report.done == 60 - saved
    assert records(spec.store) == records(whole[1].store)
    assert report.summary == whole[0].summary


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vectors": 7}, "at least 8"),
        ({"calibration_tokens": 0}, "--calibration-tokens is 0"),
        ({"tokens": 39}, "need 40 at least"),
        ({"seed": -1}, "--seed is -1"),
        ({"maps": "("}, "no regular expression"),
        ({"maps": "nothing"}, "matches none of the 90 linear maps"),
    ],
)
def test_bad_settings_are_one_message_and_leave_no_file(
    tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        run(spec_of(tmp_path, **settings))
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_is_too_short_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("Too short.")
    with pytest.raises(TextError, match="64 are needed"):
        run(spec_of(tmp_path, text=tmp_path / "short.txt"))
