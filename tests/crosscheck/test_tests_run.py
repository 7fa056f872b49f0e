"""pytest's reports of property and mutation tests: good, red and missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pybridge.crosscheck import Status
from pybridge.crosscheck.processes import Answer
from pybridge.crosscheck.tests_run import mutants, properties
from tests.crosscheck.small_clone import ANSWERS, build, context

ALL = dict.fromkeys(("first_bound", "second_bound", "third_bound"), True)


def pytest_that_writes(report: str, code: int):
    def ask(command: Sequence[str], folder: Path, limit_s: float) -> Answer:
        target = next(word for word in command if word.startswith("--junit-xml=")).partition("=")[2]
        if report:
            Path(target).write_text(report, encoding="utf-8")
        return Answer(code, "")

    return ask


def recorded(name: str) -> str:
    return (ANSWERS / name).read_text(encoding="utf-8")


def test_a_theorem_whose_tests_all_pass_holds(tmp_path: Path) -> None:
    asked = replace(
        context(build(tmp_path), Answer(0, "")), ask=pytest_that_writes(recorded("junit_good.xml"), 0)
    )
    result = properties(asked)
    assert result.status is Status.RAN
    assert result.theorems == ALL


@pytest.mark.parametrize(
    ("report", "code", "reason", "theorems"),
    [
        (recorded("junit_red.xml"), 1, "red: second_bound", {**ALL, "second_bound": False}),
        (
            recorded("junit_missing.xml"),
            0,
            "no test of third_bound",
            {"first_bound": True, "second_bound": True},
        ),
        (recorded("junit_good.xml"), 2, "exit code 2", ALL),
        (recorded("junit_good.xml")[:300], 0, "no readable report", {}),
        ("", 4, "no readable report", {}),
    ],
)
def test_a_red_or_missing_report_is_a_failure(
    tmp_path: Path, report: str, code: int, reason: str, theorems: dict[str, bool]
) -> None:
    result = properties(
        replace(context(build(tmp_path), Answer(0, "")), ask=pytest_that_writes(report, code))
    )
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert result.theorems == theorems


def test_the_mutants_of_a_theorem_are_found_by_its_parameter(tmp_path: Path) -> None:
    cases = "".join(
        f'<testcase name="test_every_mutant_is_killed_or_explained[{name}]"/>' for name in sorted(ALL)
    )
    ask = pytest_that_writes(f'<testsuite><testcase name="test_other"/>{cases}</testsuite>', 0)
    result = mutants(replace(context(build(tmp_path), Answer(0, "")), ask=ask))
    assert result.status is Status.RAN
    assert result.theorems == ALL
