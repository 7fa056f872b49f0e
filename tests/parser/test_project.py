"""A whole project: which files are read, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.errors import StatementError
from pybridge.parser import read_file, read_project, source_digest
from tests.parser.texts import ROOT


def lay_out(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / (name.replace("__", "/") + ".lean")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def theorem(name: str) -> str:
    return f"theorem {name} (x : ℝ) : x ≤ x := le_refl x\n"


def test_files_follow_the_imports_and_theorems_the_lines(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        LivingInference="import Mathlib.X\nimport LivingInference.B\n"
        "import LivingInference.ForMathlib.G\nimport LivingInference.A\n",
        LivingInference__A=theorem("z") + theorem("a"),
        LivingInference__B="import LivingInference.A\n" + theorem("b"),
        LivingInference__ForMathlib__G="theorem g : ∃ x, x = 1 := general\n",
    )
    assert [(s.name, s.file, s.line) for s in read_project(root)] == [
        ("b", "LivingInference/B.lean", 2),
        ("z", "LivingInference/A.lean", 1),
        ("a", "LivingInference/A.lean", 2),
    ]


def test_an_error_names_the_file_as_the_project_knows_it(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        LivingInference="import LivingInference.Sub.A\n",
        LivingInference__Sub__A="\n theorem t (x : ℝ) : x ≥ x := rfl\n",
    )
    with pytest.raises(StatementError, match=r"^LivingInference/Sub/A\.lean:2:24: expected"):
        read_project(root)


def test_a_missing_file_is_a_statement_error(tmp_path: Path) -> None:
    with pytest.raises(StatementError, match=r"^A\.lean:1:1: this file cannot be read: No such file"):
        read_file(tmp_path / "A.lean", tmp_path)


def test_this_project_has_its_theorems() -> None:
    statements = read_project(ROOT)
    numbers = {statement.doc.number for statement in statements}
    expected = {str(number) for number in range(1, 11)} | {"4a", "4b", "4c", "C0", "C1", "10a", "10b", "10c"}
    expected |= {*(f"D{number}" for number in range(9)), *(f"E{number}" for number in range(1, 6))}
    expected |= {"M1", "M2", "M4c", *(f"N{number}" for number in range(1, 8)), "F1", "F2"}
    assert expected <= numbers
    assert len(numbers) == len(statements)
    assert all(statement.namespace == "LivingInference" for statement in statements)
    assert read_project(ROOT) == statements


def test_the_source_digest_moves_with_layout_and_prose(tmp_path: Path) -> None:
    texts = [
        theorem("t"),
        "\n" + theorem("t"),
        theorem("t").replace(" : x", " :  x"),
        "/-- prose -/\n" + theorem("t"),
    ]
    digests = [source_digest(read_file(lay_out(tmp_path, A=text) / "A.lean", tmp_path)[0]) for text in texts]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
