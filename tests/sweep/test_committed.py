"""The committed summaries: of whole studies, of the statements as they are now, and page and record agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pybridge_extracted
import pytest

from pybridge.sweep.page import page_of

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "sweeps"
NAMES = ("random-gpt2-small", "smollm2-135m")


@pytest.fixture(params=NAMES)
def summary(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))


def test_no_summary_is_forgotten_here() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.json"))) == NAMES


def test_the_study_is_whole_large_enough_and_without_violation(summary: dict[str, Any]) -> None:
    assert summary["complete"]
    assert summary["configurations"] == summary["configurations_expected"] >= 14_040
    assert summary["least_vectors"] >= 8
    assert sum(summary["certified_norms"].values()) == summary["configurations"]
    assert "estimate" not in summary["certified_norms"]
    assert summary["verdicts"] == {"HOLDS": summary["checks"]}


def test_it_is_of_the_statements_as_they_are_now(summary: dict[str, Any]) -> None:
    """Red when a theorem changes: then `summary["command"]` has to be run again."""
    now = {name: pybridge_extracted.load(name).STATEMENT for name in summary["theorems"]}
    assert summary["theorems"] == now


def test_the_page_is_that_of_the_record(summary: dict[str, Any]) -> None:
    page = (FOLDER / f"{summary['model']['name']}.md").read_text(encoding="utf-8")
    assert page == page_of(summary)
    assert summary["command"] in page
