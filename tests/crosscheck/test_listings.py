"""lean-interact and LeanDojo: good, wrong and missing answers, and the range of LeanDojo."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.crosscheck import Status
from pybridge.crosscheck.leandojo import leandojo, out_of_range
from pybridge.crosscheck.listing import listing
from pybridge.crosscheck.processes import Answer
from pybridge.crosscheck.worker_answer import MARK
from tests.crosscheck.small_clone import build, context, worker

ALL = dict.fromkeys(("first_bound", "second_bound", "third_bound"), True)
OLD = "leanprover/lean4:v4.20.0"
GARBLED: list[tuple[Answer, str]] = [
    (Answer(0, "nothing of use"), "no answer in its output"),
    (Answer(0, worker("listing_good.json").out[:200]), "is no JSON"),
    (Answer(0, MARK + "[]"), "no JSON object"),
    (Answer(0, MARK + "{}"), "its answer lacks"),
    (Answer(0, MARK + '{"versions": 1, "theorems": 2}'), "its answer lacks"),
    (Answer(1, "", "ModuleNotFoundError: No module named 'git'"), "ModuleNotFoundError"),
    (Answer(None, ""), "no answer within 60 s"),
]


def test_the_same_theorems_hold(tmp_path: Path) -> None:
    result = listing(context(build(tmp_path), worker("listing_good.json")))
    assert result.status is Status.RAN, result.reason
    assert result.theorems == ALL
    assert result.versions == {"lean-interact": "0.11.6", "lean": "v4.32.0"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("listing_missing.json", "not found: LivingInference.first_bound"),
        ("listing_extra.json", "not in the manifest: LivingInference.fourth_bound"),
        (
            "listing_moved.json",
            "not found: LivingInference.first_bound; not in the manifest: LivingInference.first",
        ),
        ("listing_empty.json", "lists no theorem at all"),
        ("listing_errors.json", "unsolved goals"),
    ],
)
def test_another_set_is_a_failure(tmp_path: Path, name: str, reason: str) -> None:
    result = listing(context(build(tmp_path), worker(name)))
    assert result.status is Status.FAILED
    assert reason in result.reason


@pytest.mark.parametrize(("answer", "reason"), GARBLED)
def test_a_garbled_listing_is_a_failure(tmp_path: Path, answer: Answer, reason: str) -> None:
    result = listing(context(build(tmp_path), answer))
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert result.theorems == {}


def test_leandojo_of_an_old_lean_holds_and_counts(tmp_path: Path) -> None:
    result = leandojo(context(build(tmp_path, OLD), worker("leandojo_good.json")))
    assert result.status is Status.RAN, result.reason
    assert result.theorems == ALL
    assert result.extra["proofs"]["first_bound"] == {"tactics": 3, "premises": ["norm_add_le"]}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("leandojo_missing.json", "not found: LivingInference.third_bound"),
        ("leandojo_empty.json", "lists no theorem at all"),
    ],
)
def test_another_set_of_leandojo_is_a_failure(tmp_path: Path, name: str, reason: str) -> None:
    result = leandojo(context(build(tmp_path, OLD), worker(name)))
    assert result.status is Status.FAILED
    assert reason in result.reason


@pytest.mark.parametrize(("answer", "reason"), GARBLED)
def test_a_garbled_trace_is_a_failure(tmp_path: Path, answer: Answer, reason: str) -> None:
    result = leandojo(context(build(tmp_path, OLD), answer))
    assert result.status is Status.FAILED
    assert reason in result.reason


def test_a_lean_beyond_leandojo_is_skipped_and_both_versions_are_named(tmp_path: Path) -> None:
    result = leandojo(context(build(tmp_path), worker("leandojo_good.json")))
    assert result.status is Status.SKIPPED
    assert "lean-dojo 4.20.0, deprecated upstream" in result.reason
    assert "v4.24" in result.reason
    assert "v4.32.0" in result.reason


@pytest.mark.parametrize(
    ("toolchain", "inside"),
    [
        ("v4.3.0", True),
        ("v4.24.1", True),
        ("v4.24.0-rc1", True),
        ("v4.25.0-rc1", False),
        ("v4.32.0", False),
        ("v4.2.0", False),
        ("v5.0.0", False),
        ("nightly-2026-01-01", False),
    ],
)
def test_the_range_of_leandojo(toolchain: str, inside: bool) -> None:
    assert (out_of_range(toolchain) == "") is inside


def test_what_is_not_installed_is_skipped(tmp_path: Path) -> None:
    assert listing(context(build(tmp_path), Answer(0, ""), installed=False)).status is Status.SKIPPED
    assert leandojo(context(build(tmp_path, OLD), Answer(0, ""), installed=False)).status is Status.SKIPPED
