"""The committed modules: what they say of themselves, and that both arithmetics can evaluate every one."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pybridge_extracted
import pytest

from pybridge.codegen.render import spaces
from pybridge.ir import check_statement, digest, from_json, vocabulary
from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec, EnclosureBackend
from pybridge.runtime.verdict import Verdict, evaluate

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = {name: from_json(data) for name, data in pybridge_extracted.statements().items()}
MANIFEST = pybridge_extracted.manifest()


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


def measured(batch: int) -> dict[str, object]:
    """Data of the shapes a model gives, one value per meaning of the vocabulary."""
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(12, 16))
    sparse = weight * (np.abs(weight) > 1)
    u, s, v = np.linalg.svd(sparse)
    x, h = rng.normal(size=(batch, 16)), rng.normal(size=(batch, 16))
    update = rng.normal(size=(batch, 16))

    def real(value: float) -> EnclosedReal:
        return EnclosedReal(np.float64(value), np.float64(value))

    return {
        "weight": EnclosedMap.exact(weight),
        "sparse weight": EnclosedMap.exact(sparse),
        "low-rank weight": EnclosedMap.factored(u[:, :4] * s[:4], v[:4]),
        "activation": EnclosedVec.exact(x),
        "cached activation": EnclosedVec.exact(x + rng.normal(size=x.shape) / 8),
        "state": EnclosedVec.exact(h),
        "update": EnclosedVec.exact(update),
        "perturbed state": EnclosedVec.exact(h + rng.normal(size=h.shape) / 64),
        "perturbed update": EnclosedVec.exact(update + rng.normal(size=h.shape) / 64),
        "block count": 6,
        "relative injections": lambda index: real((index + 1) / 64),
        **{
            meaning: real(value)
            for meaning, value in {
                "near radius": 0.25,
                "far radius": 0.5,
                "full cost": 192.0,
                "hit cost": 0.0,
                "lookup cost": 64.0,
                "hit rate": 0.75,
                "injection cap": 0.125,
                "contraction cap": 0.875,
                "gain": 2.0,
                "alignment": 0.25,
                "lipschitz ratio": 0.5,
                "state growth": 1.5,
                "error growth": 1.25,
            }.items()
        },
    }


@pytest.mark.parametrize("name", pybridge_extracted.NAMES)
def test_every_check_comes_to_a_verdict_on_measured_data(name: str) -> None:
    check, data = pybridge_extracted.load(name), measured(batch=5)
    assert set(data) == set(vocabulary.MEANINGS)
    given = {binder: data[meaning] for binder, meaning in check.MEASURED.items()}
    found = evaluate(check, EnclosureBackend(), given)
    assert set(found.verdicts) <= {Verdict.HOLDS, Verdict.HYPOTHESIS_UNMET}, found.reasons
    assert Verdict.HOLDS in found.verdicts or name == "preln_contraction"
