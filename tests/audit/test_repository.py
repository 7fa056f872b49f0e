"""This repository passes its own audit, and its real files turn red when one bracket is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pybridge.audit import LEAN_ORDER, Finding, run
from pybridge.audit.identifiers import uses
from pybridge.audit.lean_file import LeanFile
from pybridge.audit.pairs import CLOSERS, OPENERS
from pybridge.audit.project import Project, lean_file, read_project
from pybridge.audit.rules.blocks import blocks
from pybridge.audit.rules.brackets import brackets
from pybridge.audit.rules.listed_names import listed_names

ROOT = Path(__file__).resolve().parents[2]
TOPICS = [topic for topic in LEAN_ORDER if (ROOT / "LivingInference" / f"{topic}.lean").is_file()]


@pytest.fixture(scope="module")
def project() -> Project:
    return read_project(ROOT)


def topic_file(project: Project, topic: str) -> LeanFile:
    return next(file for file in project.files if file.path == f"LivingInference/{topic}.lean")


def judged(
    project: Project, rule: Callable[[Project], Iterator[Finding]], file: LeanFile, text: str
) -> list[Finding]:
    """What a rule says of another text in the place of this file, alone."""
    return list(rule(replace(project, files=(lean_file(text, file.path),))))


def test_the_repository_is_clean() -> None:
    report = run(ROOT)
    assert report.exit_code == 0, "\n".join(report.lines())
    assert report.theorems > 0


@pytest.mark.parametrize("topic", TOPICS)
def test_a_lost_bracket_or_bar_is_noticed(project: Project, topic: str) -> None:
    file = topic_file(project, topic)
    text = file.source.text
    assert judged(project, brackets, file, text) == []
    marks = [token for token in file.tokens if token.text in OPENERS | CLOSERS | {"‖"}]
    assert len(marks) > 100
    for lost in marks[:: len(marks) // 15]:
        without = text[: lost.start] + " " + text[lost.end :]
        assert judged(project, brackets, file, without), f"nobody misses line {file.line(lost)}: {lost.text}"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_proof_line_moved_to_the_left_is_noticed(project: Project, topic: str) -> None:
    """The first line of a block that starts on a line of its own, moved to column 1."""
    file = topic_file(project, topic)
    text = file.source.text
    assert judged(project, blocks, file, text) == []
    pairs = zip(file.tokens, file.tokens[1:], strict=False)
    starts = [after for token, after in pairs if token.text == "by" and file.starts_line(after)]
    for start in starts[:8]:
        moved = text[: file.source.line_start(file.line(start))] + text[start.start :]
        assert judged(project, blocks, file, moved)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_misspelt_library_name_is_noticed(project: Project, topic: str) -> None:
    file = topic_file(project, topic)
    text = file.source.text
    places = {use.at for declaration in file.declarations for use in uses(file, declaration)}
    names = [token for token in file.tokens if token.start in places]
    for name in names[:: 1 + len(names) // 8]:
        misspelt = lean_file(f"{text[: name.end]}zz{text[name.end :]}", file.path)
        others = [misspelt if other is file else other for other in project.files]
        said = listed_names(replace(project, files=tuple(others)))
        assert any(f.file == file.path and "zz`" in f.message for f in said), name.text
