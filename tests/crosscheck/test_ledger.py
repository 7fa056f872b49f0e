"""The trust ledger: evidence counts for the text it was made of, and a failure outweighs successes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pybridge.crosscheck import Evidence, Result, Standing, Status, trust_ledger
from pybridge.crosscheck.evidence import write_evidence
from pybridge.crosscheck.ledger import table
from pybridge.crosscheck.print_ledger import main
from pybridge.crosscheck.project import read_project
from pybridge.errors import SettingError
from tests.crosscheck.small_clone import THEOREMS, build

ALL = dict.fromkeys(THEOREMS, True)
LEAN = ("build", "test", "axioms")


def result(check: str, theorems: dict[str, bool] = ALL, status: Status = Status.RAN) -> Result:
    return Result(check, status, "said", {}, theorems)


def store(root: Path, *results: Result, name: str = "crosscheck.json", **changes: Any) -> None:
    project = read_project(root)
    statements = {theorem.name: theorem.statement for theorem in project.theorems.values()}
    evidence = Evidence(
        changes.get("sources", project.sources), changes.get("statements", statements), results
    )
    (root / "docs/evidence").mkdir(exist_ok=True)
    write_evidence(evidence, root / "docs/evidence" / name)


def store_run(root: Path, name: str, statement: str, **verdicts: int) -> None:
    entry = {
        "name": name,
        "statement": statement,
        "verdicts": {"HOLDS": 0, "VIOLATED": 0, "ERROR": 0, **verdicts},
    }
    (root / "docs/evidence").mkdir(exist_ok=True)
    text = json.dumps({"schema_version": 2, "theorems": [entry]})
    (root / "docs/evidence" / f"check-{name}-{len(text)}.json").write_text(text, encoding="utf-8")


def standing(root: Path, theorem: str, link: str) -> Standing:
    return next(row for row in trust_ledger(root) if row.theorem == theorem).links[link]


def test_without_evidence_only_reading_counts(tmp_path: Path) -> None:
    rows = {row.theorem: row for row in trust_ledger(build(tmp_path))}
    assert rows["first_bound"].links["read"] is Standing.HOLDS
    assert rows["first_bound"].holds_to == "read"
    assert rows["first_bound"].weakest.startswith("not checked here: round trip, built, axioms clean")
    assert rows["second_bound"].holds_to == ""
    assert set(rows["second_bound"].links.values()) == {Standing.UNCHECKED}
    assert rows["third_bound"].links["on a model"] is Standing.NOT_MEANT


def test_all_evidence_makes_every_link_hold(tmp_path: Path) -> None:
    store(build(tmp_path), *(result(check) for check in (*LEAN, "listing", "properties", "mutants")))
    store_run(tmp_path, "first_bound", "sha256:first_bound", HOLDS=3)
    rows = {row.theorem: row for row in trust_ledger(tmp_path)}
    assert rows["first_bound"].weakest == "every link holds"
    assert rows["first_bound"].holds_to == "on a model"
    assert rows["third_bound"].weakest == "every link holds"
    assert rows["third_bound"].holds_to == "mutants killed"
    assert rows["second_bound"].weakest == "not checked here: read, on a model"


@pytest.mark.parametrize("check", [*LEAN, "properties", "mutants"])
def test_a_failure_outweighs_a_success(tmp_path: Path, check: str) -> None:
    store(build(tmp_path), result(check))
    store(tmp_path, result(check, {**ALL, "first_bound": False}, Status.FAILED), name="later.json")
    rows = {row.theorem: row for row in trust_ledger(tmp_path)}
    assert rows["first_bound"].weakest.startswith("failed: ")
    assert not rows["third_bound"].weakest.startswith("failed: ")


def test_a_listing_alone_is_no_round_trip_but_can_break_it(tmp_path: Path) -> None:
    store(build(tmp_path), result("listing"))
    assert standing(tmp_path, "first_bound", "round trip") is Standing.UNCHECKED
    store(tmp_path, result("test"), result("listing", {"first_bound": False}, Status.FAILED))
    assert standing(tmp_path, "first_bound", "round trip") is Standing.FAILED
    assert standing(tmp_path, "third_bound", "round trip") is Standing.HOLDS


def test_evidence_of_other_sources_is_none(tmp_path: Path) -> None:
    store(build(tmp_path), result("build"), result("properties"))
    assert standing(tmp_path, "first_bound", "built") is Standing.HOLDS
    (tmp_path / "LivingInference/Scalar.lean").write_text("-- another proof\n", encoding="utf-8")
    assert standing(tmp_path, "first_bound", "built") is Standing.UNCHECKED
    assert standing(tmp_path, "first_bound", "property-tested") is Standing.HOLDS


def test_evidence_of_another_statement_is_none(tmp_path: Path) -> None:
    store(build(tmp_path), result("properties"), statements={"first_bound": "sha256:old"})
    assert standing(tmp_path, "first_bound", "property-tested") is Standing.UNCHECKED
    store_run(tmp_path, "first_bound", "sha256:old", HOLDS=3)
    assert standing(tmp_path, "first_bound", "on a model") is Standing.UNCHECKED


def test_a_skipped_check_is_no_evidence(tmp_path: Path) -> None:
    store(build(tmp_path), result("build", {}, Status.SKIPPED))
    assert standing(tmp_path, "first_bound", "built") is Standing.UNCHECKED


def test_models_count_where_hypotheses_were_met(tmp_path: Path) -> None:
    store_run(build(tmp_path), "first_bound", "sha256:first_bound", HYPOTHESIS_UNMET=5)
    assert standing(tmp_path, "first_bound", "on a model") is Standing.UNCHECKED
    store_run(tmp_path, "first_bound", "sha256:first_bound", HOLDS=1, INCONCLUSIVE=2)
    assert standing(tmp_path, "first_bound", "on a model") is Standing.HOLDS
    store_run(tmp_path, "first_bound", "sha256:first_bound", HOLDS=1, VIOLATED=1)
    assert standing(tmp_path, "first_bound", "on a model") is Standing.FAILED


@pytest.mark.parametrize(
    "content",
    [
        '{"evidence_version": 1}',
        '{"evidence_version": 99}',
        '{"schema_version": 2}',
        '{"schema_version": 2, "theorems": [{"name": "t"}]}',
        "[]",
        "{",
        '{"evidence_version": 1, "sources": "", "statements": {}, "results": [{"check": "build"}]}',
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    folder = build(tmp_path) / "docs/evidence"
    folder.mkdir()
    (folder / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match=r"x\.json"):
        trust_ledger(tmp_path)


def test_the_printed_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store(build(tmp_path), result("build"))
    assert main(["--root", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed == table(trust_ledger(tmp_path)) + "\n"
    assert "| `first_bound` | holds | not checked here | holds |" in printed
    store(tmp_path, result("build", dict.fromkeys(ALL, False), Status.FAILED))
    assert main(["--root", str(tmp_path)]) == 1
    assert main(["--root", str(tmp_path / "nowhere")]) == 2
