"""Statements and the IR they are known to have, file by file.

A golden file changes only when the IR or its normalisation changes, and then with a new version number:
`python tests/golden/test_golden.py` writes them again.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pybridge.ir import from_json, to_json
from pybridge.parser import parse_statement

FOLDER = Path(__file__).parent
TEXTS = sorted(FOLDER.glob("statements/*.lean.txt"))


def golden_file(text: Path) -> Path:
    return text.with_name(text.name.removesuffix(".lean.txt") + ".json")


def ir_text(text: Path) -> str:
    statement = parse_statement(text.read_text(encoding="utf-8"), file=text.name)
    return json.dumps(to_json(statement), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_a_statement_has_its_known_ir(text: Path) -> None:
    known = golden_file(text).read_text(encoding="utf-8")
    assert ir_text(text) == known
    assert from_json(json.loads(known)) == parse_statement(text.read_text(encoding="utf-8"), file=text.name)


def test_there_are_golden_statements_of_every_kind() -> None:
    kinds = {kind for text in TEXTS for kind in json.dumps(to_json_of(text)).split('"kind": "')[1:]}
    names = {kind.partition('"')[0] for kind in kinds}
    for expected in (
        "Seq",
        "Vec",
        "Map",
        "Sum",
        "Product",
        "Ico",
        "Forall",
        "Iff",
        "And",
        "Sqrt",
        "Abs",
        "Inner",
        "Cast",
        "Function",
        "Matrix",
        "Member",
        "All",
        "Entry",
        "Component",
        "MatMul",
        "Transpose",
        "LinMap",
        "MatrixNorm",
    ):
        assert expected in names


def to_json_of(text: Path) -> dict[str, object]:
    return json.loads(golden_file(text).read_text(encoding="utf-8"))


if __name__ == "__main__":
    for path in TEXTS:
        golden_file(path).write_text(ir_text(path), encoding="utf-8")
