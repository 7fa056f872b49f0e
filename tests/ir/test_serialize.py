"""JSON, its schema, and what moves the digest."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from pybridge.errors import StaleError
from pybridge.ir import IR_VERSION, SCHEMA, Statement, digest, from_json, to_json
from pybridge.ir import nodes as n
from pybridge.parser import parse_statement
from tests.ir.samples import STATEMENT, lit
from tests.parser.strategies import statements


def through_text(statement: Statement) -> Statement:
    return from_json(json.loads(json.dumps(to_json(statement))))


def test_nothing_is_lost() -> None:
    assert through_text(STATEMENT) == STATEMENT
    assert through_text(STATEMENT).source == STATEMENT.source


@settings(max_examples=50)
@given(statements())
def test_any_statement_comes_back_and_satisfies_the_schema(statement: Statement) -> None:
    assert through_text(statement) == statement
    jsonschema.validate(to_json(statement), SCHEMA)


def test_the_schema_is_a_schema_and_knows_the_sample() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(to_json(STATEMENT), SCHEMA)


def damaged(*path: str | int, value: object) -> dict[str, Any]:
    data = json.loads(json.dumps(to_json(STATEMENT)))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    "data",
    [
        damaged("ir_version", value=0),
        damaged("digest", value="md5:0"),
        damaged("extra", value=1),
        damaged("statement", "line", value="7"),
        damaged("statement", "conclusion", "kind", value="Implies"),
        damaged("statement", "conclusion", "left", "left", value={"kind": "Real"}),
        damaged("statement", "binders", 0, "sort", value={"kind": "Var", "name": "x"}),
        damaged("statement", "doc", "measures", value=[["x"]]),
        damaged("statement", "doc", "certificate", value="yes"),
        damaged("statement", "conclusion", "comment", value="more"),
    ],
)
def test_the_schema_refuses(data: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (damaged("ir_version", value=IR_VERSION + 1), f"IR version {IR_VERSION + 1}"),
        ({}, "IR version None"),
        ([], "IR version None"),
        (damaged("statement", value=None), "holds no statement"),
        (damaged("statement", value={"kind": "Real"}), "holds no statement"),
        (damaged("statement", "conclusion", "kind", value="Implies"), "unknown IR node"),
        (damaged("statement", "conclusion", "kind", value=["Iff"]), "unknown IR node"),
        (damaged("statement", "conclusion", "more", value=1), "the IR node Iff has the fields"),
    ],
)
def test_a_file_of_another_kind_is_stale(data: Any, reason: str) -> None:
    with pytest.raises(StaleError, match=reason):
        from_json(data)


# ---- the digest ----------------------------------------------------------------------------------------
LEAN = """\
/-- **Theorem 1** of a paper, §2.1: prose.

@mode runtime property
@measure f weight; x activation; xc cached activation
@upper ‖f‖
@certificate yes
@note kept
-/
theorem retrieval_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F] (f : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hδ : ‖x - xc‖ ≤ 2 * δ) :
    ‖f x - f xc‖ ≤ 2 * (‖f‖ * δ)
"""


def lean_digest(text: str) -> str:
    return digest(parse_statement(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n    ", " "),
        ("(δ : ℝ)", "( δ : ℝ ) -- the radius\n"),
        ("‖f‖ * δ", "(‖f‖) * δ"),
        ("(x xc : E)", "(x : E) (xc : E)"),
        ("/-- **Theorem 1** of a paper, §2.1: prose.", "\n\n/-- **Theorem 2**, §3: other words."),
        ("@certificate yes\n@note kept", "@note   kept\n@certificate yes"),
        ("@mode runtime property", "@mode property runtime"),
        ("[NormedSpace ℝ E]\n    [NormedAddCommGroup F]", "[NormedAddCommGroup F] [NormedSpace ℝ E]"),
    ],
)
def test_layout_and_prose_do_not_move_it(old: str, new: str) -> None:
    assert old in LEAN
    assert lean_digest(LEAN.replace(old, new)) == lean_digest(LEAN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("retrieval_bound", "retrieval_bounds"),
        ("theorem retrieval_bound", "theorem A.retrieval_bound"),
        ("(x xc : E) (δ : ℝ)", "(δ : ℝ) (x xc : E)"),
        ("(δ : ℝ)", "(δ N : ℝ)"),
        ("(hδ :", "(h :"),
        ("(hδ : ‖x - xc‖ ≤ 2 * δ)", ""),
        ("‖x - xc‖ ≤ 2 * δ", "‖x - xc‖ < 2 * δ"),
        ("‖x - xc‖ ≤ 2 * δ", "‖x - xc‖ ≤ 3 * δ"),
        ("‖x - xc‖ ≤ 2 * δ", "‖xc - x‖ ≤ 2 * δ"),
        ("2 * (‖f‖ * δ)", "2 * ‖f‖ * δ"),
        ("2 * (‖f‖ * δ)", "3 * (‖f‖ * δ)"),
        ("[NormedSpace ℝ E]", "[InnerProductSpace ℝ E]"),
        ("; xc cached activation", ""),
        ("@upper ‖f‖\n", ""),
        ("@certificate yes", "@certificate no"),
        ("@note kept", "@note changed"),
    ],
)
def test_what_is_said_moves_it(old: str, new: str) -> None:
    assert old in LEAN
    assert lean_digest(LEAN.replace(old, new)) != lean_digest(LEAN)


def test_each_field_is_in_the_digest_or_is_known_not_to_be() -> None:
    doc = STATEMENT.doc
    moved = {
        "name": "other",
        "namespace": "A",
        "doc": replace(doc, notes=()),
        "spaces": STATEMENT.spaces[:1],
        "binders": STATEMENT.binders[1:],
        "hypotheses": STATEMENT.hypotheses[1:],
        "conclusion": n.Rel("=", lit(1), lit(1)),
        "binder_order": STATEMENT.binder_order[1:],
    }
    kept = {"file": "B.lean", "line": 8, "source": ""}
    assert set(moved) | set(kept) == set(STATEMENT.__dataclass_fields__)
    for field, value in moved.items():
        assert digest(replace(STATEMENT, **{field: value})) != digest(STATEMENT), field
    for field, value in kept.items():
        assert digest(replace(STATEMENT, **{field: value})) == digest(STATEMENT), field


def test_numerals_of_different_sorts_differ() -> None:
    real, natural = (
        replace(STATEMENT, conclusion=n.Rel("≤", lit(0, s), lit(1, s))) for s in (n.Real(), n.Nat())
    )
    assert digest(real) != digest(natural)


def test_the_digest_is_in_the_file_and_is_stable() -> None:
    assert to_json(STATEMENT)["digest"] == digest(copy.deepcopy(STATEMENT))
    assert len(digest(STATEMENT)) == len("sha256:") + 64
