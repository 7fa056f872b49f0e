"""Every theorem has one place beside the paper, and every finding is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pybridge.errors import SettingError
from pybridge.pages.paper import FILE, place_of, read_paper
from pybridge.parser import read_project

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = read_project(ROOT)


def test_the_ten_theorems_and_all_findings_are_there() -> None:
    paper = read_paper([s.doc.number for s in STATEMENTS])
    assert [theorem.number for theorem in paper.theorems] == [str(n) for n in range(1, 11)]
    assert [finding.label for finding in paper.findings] == [f"P{n}" for n in range(1, 21)]
    named = {label for theorem in paper.theorems for label in theorem.findings}
    beside = {label for group in paper.groups for label in re.findall(r"P\d+", group.stands_for)}
    assert named | beside | {"P20"} == {finding.label for finding in paper.findings}


def test_every_place_has_a_theorem() -> None:
    paper = read_paper([])
    places = {place_of(s.doc.number) for s in STATEMENTS}
    assert places == {t.number for t in paper.theorems} | {g.letter for g in paper.groups}


def test_names_in_the_mapping_exist() -> None:
    text = FILE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-zA-Z]\w*_\w+)`", text))
    assert named
    assert named <= {s.name for s in STATEMENTS}


def test_a_number_without_a_place_is_refused() -> None:
    with pytest.raises(SettingError, match="Q7"):
        read_paper(["1", "Q7"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('findings = ["P18"]', 'findings = ["P99"]', "P99"),
        ("[[finding]]", "[[lost]]", "damaged"),
        ("[[finding]]", "[[", "is not the mapping"),
    ],
)
def test_a_damaged_mapping_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "paper.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SettingError, match=message):
        read_paper([], path)
