"""`lake build` and `lake test`: good, wrong and missing answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.crosscheck import Status
from pybridge.crosscheck.lake import lake_build, lake_test
from pybridge.crosscheck.lake_output import read_lake_log
from pybridge.crosscheck.processes import Answer
from tests.crosscheck.small_clone import build, context, text

ALL = dict.fromkeys(("first_bound", "second_bound", "third_bound"), True)
NONE = dict.fromkeys(ALL, False)


@pytest.mark.parametrize("name", ["build_good.txt", "build_replayed.txt"])
def test_a_build_that_names_every_module_holds(tmp_path: Path, name: str) -> None:
    result = lake_build(context(build(tmp_path), Answer(0, text(name))))
    assert result.status is Status.RAN
    assert result.theorems == ALL
    assert result.versions["lean"] == "4.32.0"


@pytest.mark.parametrize(
    ("answer", "reason", "theorems"),
    [
        (
            Answer(1, text("build_error.txt")),
            "unsolved goals",
            {**ALL, "second_bound": False, "third_bound": False},
        ),
        (
            Answer(0, text("build_error.txt")),
            "errors in the log",
            {**ALL, "second_bound": False, "third_bound": False},
        ),
        (Answer(0, text("build_sorry.txt")), "a proof is open", ALL),
        (Answer(0, text("build_quiet.txt")), "does not name LivingInference, ", {}),
        (Answer(0, text("build_truncated.txt")), "without `Build completed successfully", ALL),
        (Answer(0, ""), "without `Build completed successfully", {}),
        (Answer(1, ""), "exit code 1", {}),
        (Answer(None, "", "no answer within 60 s"), "no answer within 60 s", {}),
    ],
)
def test_a_wrong_or_missing_build_answer_is_a_failure(
    tmp_path: Path, answer: Answer, reason: str, theorems: dict[str, bool]
) -> None:
    result = lake_build(context(build(tmp_path), answer))
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert result.theorems == theorems


def test_a_test_run_that_builds_all_three_files_holds(tmp_path: Path) -> None:
    result = lake_test(context(build(tmp_path), Answer(0, text("test_good.txt"))))
    assert result.status is Status.RAN
    assert result.theorems == ALL


@pytest.mark.parametrize(
    ("answer", "reason", "theorems"),
    [
        (Answer(1, text("test_error.txt")), "Type mismatch", NONE),
        (
            Answer(0, text("test_no_counterexamples.txt")),
            "does not name LivingInferenceTest.Counterexamples",
            ALL,
        ),
        (Answer(0, text("build_good.txt")), "does not name LivingInferenceTest.Audit", {}),
        (Answer(0, ""), "without `Build completed", {}),
        (Answer(None, ""), "no answer within 60 s", {}),
    ],
)
def test_a_wrong_or_missing_test_answer_is_a_failure(
    tmp_path: Path, answer: Answer, reason: str, theorems: dict[str, bool]
) -> None:
    result = lake_test(context(build(tmp_path), answer))
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert result.theorems == theorems


@pytest.mark.parametrize("file", ["RoundTrip", "Audit"])
def test_a_generated_file_that_forgets_a_theorem_is_a_failure(tmp_path: Path, file: str) -> None:
    forgetful = build(tmp_path) / f"LivingInferenceTest/{file}.lean"
    forgetful.write_text("-- LivingInference.first_bound\n-- LivingInference.third_bound\n", encoding="utf-8")
    result = lake_test(context(tmp_path, Answer(0, text("test_good.txt"))))
    assert result.status is Status.FAILED
    assert "does not mention second_bound" in result.reason
    assert result.theorems == {**ALL, "second_bound": False}


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (
            Answer(0, "Lake version 5.0.0 (Lean version 4.31.0)"),
            "Lean 4.31.0 is active, and lean-toolchain pins 4.32.0",
        ),
        (Answer(0, "hello"), "names no Lean version"),
        (Answer(1, "", "error: toolchain not found"), "toolchain not found"),
        (Answer(None, ""), "no answer"),
    ],
)
def test_another_lean_is_a_failure(tmp_path: Path, version: Answer, reason: str) -> None:
    good = Answer(0, text("build_good.txt"))
    result = lake_build(context(build(tmp_path), good, version))
    assert result.status is Status.FAILED
    assert reason in result.reason


def test_without_lake_the_reason_is_told(tmp_path: Path) -> None:
    for check in (lake_build, lake_test):
        result = check(context(build(tmp_path), Answer(0, ""), installed=False))
        assert result.status is Status.SKIPPED
        assert "no `lake` on the PATH" in result.reason


def test_a_module_that_failed_in_one_job_is_not_done() -> None:
    log = read_lake_log("✔ [1/2] Built A.B (1s)\n✖ [2/2] Building A.B:c.o (2.3s)\n- A.C:leanArts\n")
    assert log.done == frozenset()
    assert log.broken == {"A.B", "A.C"}
    assert log.jobs == 0
