"""The committed modules: what they say of themselves, and that both arithmetics can evaluate every one."""

from __future__ import annotations

import ast
from pathlib import Path

import pybridge_extracted
import pytest

from pybridge.codegen.render import spaces
from pybridge.ir import check_statement, digest, from_json, vocabulary
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict, evaluate
from tests.codegen.measured import measured

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = {name: from_json(data) for name, data in pybridge_extracted.statements().items()}
MANIFEST = pybridge_extracted.manifest()
RUNTIME = tuple(name for name, statement in STATEMENTS.items() if "runtime" in statement.doc.modes)


def test_names_ir_manifest_and_files_agree() -> None:
    assert list(STATEMENTS) == list(pybridge_extracted.NAMES)
    assert set(MANIFEST["theorems"]) == set(pybridge_extracted.NAMES)
    for folder, pattern in (("checks", "{}.py"), ("ir", "{}.json"), ("properties", "test_{}.py")):
        found = {path.name for path in (ROOT / "extracted" / folder).iterdir() if path.is_file()}
        assert found == {pattern.format(name) for name in pybridge_extracted.NAMES} | {"__init__.py"}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        pybridge_extracted.load("os")


@pytest.mark.parametrize("name", pybridge_extracted.NAMES)
def test_a_check_says_what_its_statement_says(name: str) -> None:
    check, statement = pybridge_extracted.load(name), STATEMENTS[name]
    check_statement(statement)
    assert (name, statement.doc.number, statement.doc.section) == (check.NAME, check.NUMBER, check.SECTION)
    assert digest(statement) == check.STATEMENT
    assert statement.doc.modes == check.MODES
    assert vocabulary.scope_of(statement) == check.SCOPE
    assert spaces(statement) == check.SPACES
    assert list(check.MEASURED.values()) == [meaning for _, meaning in statement.doc.measures]
    assert MANIFEST["theorems"][name]["proof"] == "not checked here"


@pytest.mark.parametrize("path", sorted((ROOT / "extracted").rglob("*.py")), ids=lambda path: path.name)
def test_a_generated_module_is_short_and_imports_only_what_it_may(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) < 150
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if path.parent.name == "checks":
        assert modules == set()
    if path.parent.name == "properties" and path.name != "__init__.py":
        assert modules == {"pybridge.runtime.strategies", "pybridge_extracted.checks"}


@pytest.mark.parametrize("name", RUNTIME)
def test_every_check_comes_to_a_verdict_on_measured_data(name: str) -> None:
    check, data = pybridge_extracted.load(name), measured(batch=5)
    given = {binder: data[meaning] for binder, meaning in check.MEASURED.items()}
    found = evaluate(check, EnclosureBackend(), given)
    assert set(found.verdicts) <= {Verdict.HOLDS, Verdict.HYPOTHESIS_UNMET}, found.reasons
    assert Verdict.HOLDS in found.verdicts, found.reasons


def test_the_data_have_every_meaning() -> None:
    assert set(measured(batch=1)) == set(vocabulary.MEANINGS)


@pytest.mark.parametrize("name", sorted(set(pybridge_extracted.NAMES) - set(RUNTIME)))
def test_a_theorem_of_properties_alone_measures_nothing(name: str) -> None:
    check = pybridge_extracted.load(name)
    assert check.MEASURED == {}
    assert check.SCOPE is None
    assert set(evaluate(check, EnclosureBackend(), {}).verdicts) == {Verdict.UNSUPPORTED}
