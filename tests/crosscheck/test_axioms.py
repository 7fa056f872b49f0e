"""`#print axioms`: good, wrong and missing answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pybridge.crosscheck import Status
from pybridge.crosscheck.axioms import axioms, read_axioms
from pybridge.crosscheck.processes import Answer
from tests.crosscheck.small_clone import build, context, text

ALL = dict.fromkeys(("first_bound", "second_bound", "third_bound"), True)


def test_the_usual_three_or_fewer_are_clean(tmp_path: Path) -> None:
    result = axioms(context(build(tmp_path), Answer(0, text("axioms_good.txt"))))
    assert result.status is Status.RAN
    assert result.theorems == ALL
    assert result.extra["axioms"]["third_bound"] == []
    assert result.extra["axioms"]["second_bound"] == ["Classical.choice", "Quot.sound", "propext"]


@pytest.mark.parametrize(
    ("answer", "reason", "theorems"),
    [
        (Answer(0, text("axioms_sorry.txt")), "second_bound on sorryAx", {**ALL, "second_bound": False}),
        (Answer(0, text("axioms_native.txt")), "native_decide.ax_1_1", {**ALL, "first_bound": False}),
        (
            Answer(0, text("axioms_missing.txt")),
            "no answer for second_bound",
            {"first_bound": True, "third_bound": True},
        ),
        (
            Answer(0, text("axioms_truncated.txt")),
            "no answer for second_bound",
            {"first_bound": True, "third_bound": True},
        ),
        (Answer(0, ""), "no answer for first_bound, second_bound, third_bound", {}),
        (Answer(1, text("axioms_good.txt"), "error: unknown constant"), "unknown constant", ALL),
        (Answer(None, ""), "no answer within 60 s", {}),
    ],
)
def test_a_wrong_or_missing_answer_is_a_failure(
    tmp_path: Path, answer: Answer, reason: str, theorems: dict[str, bool]
) -> None:
    result = axioms(context(build(tmp_path), answer))
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert result.theorems == theorems


def test_every_theorem_is_asked_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(command: Sequence[str], folder: Path, limit_s: float) -> Answer:
        assert command[:3] == ("lake", "env", "lean")
        asked.append(Path(command[3]).read_text(encoding="utf-8"))
        return Answer(0, "")

    axioms(replace(context(build(tmp_path), Answer(0, "")), ask=ask))
    assert asked == [
        "import LivingInference\n\n#print axioms LivingInference.first_bound\n"
        "#print axioms LivingInference.second_bound'\n#print axioms LivingInference.third_bound\n"
    ]


def test_contradicting_answers_keep_the_worse() -> None:
    said = "'A.t' does not depend on any axioms\n'A.t' depends on axioms: [sorryAx]\n"
    assert read_axioms(said) == {"A.t": frozenset({"sorryAx"})}


def test_an_empty_list_is_no_answer() -> None:
    assert read_axioms("'A.t' depends on axioms: []") == {}
