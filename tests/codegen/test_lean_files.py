"""RoundTrip.lean and Audit.lean name every theorem; reading the examples back gives the statements."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pybridge.codegen.lean_files import AUDIT, ROUND_TRIP, lean_files
from pybridge.ir.nodes import Docstring
from pybridge.parser import parse_statement, read_project

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = read_project(ROOT)
FILES = lean_files(STATEMENTS)


def test_each_example_is_the_statement_and_is_proved_by_the_theorem() -> None:
    blocks = re.split(r"^-- ", FILES[ROUND_TRIP], flags=re.MULTILINE)[1:]
    assert len(blocks) == len(STATEMENTS)
    for block, statement in zip(blocks, STATEMENTS, strict=True):
        name, example = block.split("\n", 1)
        assert name == statement.full_name
        said, proof = example.split(" :=\n")
        assert proof.split() == [statement.full_name, *statement.binder_order]
        back = parse_statement(said.replace("example", f"theorem {statement.name}", 1))
        wanted = replace(statement, namespace="", file=back.file, line=back.line, doc=Docstring())
        assert replace(back, doc=Docstring()) == wanted


def test_the_audit_asks_for_every_theorem() -> None:
    text = FILES[AUDIT]
    assert re.findall(r"^    ``(\S+?)[,\]]$", text, flags=re.MULTILINE) == [s.full_name for s in STATEMENTS]
    assert "[``propext, ``Classical.choice, ``Quot.sound]" in text
    assert "throwError" in text
    assert "Lean.collectAxioms" in text


def test_both_are_plain_files_that_import_the_door() -> None:
    for text in FILES.values():
        assert "import LivingInference\n" in text
        assert not re.search(r"^module", text, flags=re.MULTILINE)
        assert text.startswith("/-\nCopyright")
        code = text.split("-/", 2)[2]
        assert "sorry" not in code
