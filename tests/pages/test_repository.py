"""The committed page of this repository: fresh, whole, its links alive, its counts true."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from pybridge.codegen.mutants import mutants
from pybridge.pages import Library, moved, page, read_library

ROOT = Path(__file__).resolve().parents[2]


@lru_cache(maxsize=1)
def library() -> Library:
    return read_library(ROOT)


@lru_cache(maxsize=1)
def fresh() -> str:
    return page(library())


def test_the_page_is_fresh() -> None:
    assert moved(ROOT, fresh()) == [], "run `python -m pybridge.pages`"


def test_every_theorem_has_an_entry_a_line_of_contents_and_a_row_of_the_ledger() -> None:
    text = fresh()
    for theorem in library().theorems:
        assert text.count(f"\n### {theorem.number} · `{theorem.name}`\n") == 1
        lines = [
            line for line in text.splitlines() if line.startswith(f"| {theorem.number} | [`{theorem.name}`]")
        ]
        assert len([line for line in lines if theorem.prose.meaning[:20] in line.replace("\\|", "|")]) >= 1
        assert len([line for line in lines if f"{theorem.mutants.killed} + " in line]) == 1


def test_every_link_leads_somewhere() -> None:
    text = fresh()
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', text))
    anchors |= {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    assert len(targets) > 300
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert ((ROOT / "docs") / target).resolve().exists(), target


def slug(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_anchors_are_not_used_twice() -> None:
    anchors = re.findall(r'<a id="([^"]+)"></a>', fresh())
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("word", ["sorry", "/work", "/tmp", "TODO", "None", "{{"])
def test_words_that_must_not_be_printed(word: str) -> None:
    assert not re.search(rf"(?<![\w`]){re.escape(word)}(?= |$|\b)", fresh().replace("None is recorded", ""))


def test_tables_have_as_many_cells_as_their_headers() -> None:
    width = 0
    for line in fresh().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.split(r"(?<!\\)\|", line)) - 2
        assert cells == (width or cells), line
        width = cells


def test_no_formula_holds_what_github_would_take_for_markdown() -> None:
    for formula in re.findall(r"\$`([^`]*)`\$", fresh()):
        assert "$" not in formula
        assert "|" not in formula
        assert "\n" not in formula


def test_mutants_that_are_neither_killed_nor_explained_are_none() -> None:
    """What the page counts is all there is."""
    for theorem in library().theorems:
        counted = theorem.mutants.killed + theorem.mutants.explained
        assert counted == len(mutants(theorem.statement)), theorem.name


def test_every_statement_was_searched() -> None:
    assert [theorem.name for theorem in library().theorems if theorem.necessity is None] == []


def test_the_recorded_runs_are_of_these_statements() -> None:
    assert library().runs, "record one: `python -m pybridge.pages --record RESULT.json`"
    for theorem in library().theorems:
        assert len(theorem.current_rows) == len(theorem.rows), theorem.name
