"""Docstrings: number, section, prose and keys."""

from __future__ import annotations

import pytest

from pybridge.errors import StatementError
from pybridge.ir import scope_of
from pybridge.ir.nodes import Docstring
from pybridge.parser import parse_statement

THEOREM = (
    "theorem t {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] "
    "[NormedAddCommGroup F] [NormedSpace ℝ F] (f : E →L[ℝ] F) (x xc : E) (δ : ℝ) "
    "(hδ : ‖x - xc‖ ≤ δ) : ‖f x - f xc‖ ≤ ‖f‖ * δ"
)


def doc(text: str) -> Docstring:
    return parse_statement(f"/-- {text} -/\n{THEOREM}").doc


def test_all_keys() -> None:
    found = doc(
        "**Theorem 4b'** of a paper, §2.4: reusing `f xc`.\n\nMore prose, with ‖f‖.\n\n"
        "@mode property runtime\n@measure f weight;  x   activation;\n  xc cached activation\n"
        "@upper ‖f‖\n@certificate no\n@note one\n@note two,\n  continued\n"
    )
    assert found == Docstring(
        text="**Theorem 4b'** of a paper, §2.4: reusing `f xc`.\n\nMore prose, with ‖f‖.",
        number="4b'",
        section="§2.4",
        modes=("runtime", "property"),
        measures=(("f", "weight"), ("x", "activation"), ("xc", "cached activation")),
        uppers=("‖f‖",),
        certificate=False,
        notes=("one", "two, continued"),
    )


def test_no_docstring_and_no_keys() -> None:
    assert parse_statement(THEOREM).doc == Docstring()
    assert doc("Prose alone.") == Docstring(text="Prose alone.")


@pytest.mark.parametrize(
    ("text", "number", "section"),
    [
        ("**Theorem 1** of arXiv:2603.20991v1, §2.1: x", "1", "§2.1"),
        ("**Theorem 5 (iff)**, after Theorem 5", "5 (iff)", ""),
        ("**Theorem C0** and **Theorem 9**, § 5.2", "C0", "§5.2"),
        ("See **Theorem 1**", "", ""),
        ("**Lemma** of §3 and §4", "", "§3"),
    ],
)
def test_number_and_section(text: str, number: str, section: str) -> None:
    found = doc(text)
    assert (found.number, found.section) == (number, section)


def test_an_upper_norm_is_stored_as_it_prints() -> None:
    assert doc("@upper   ‖ f‖").uppers == ("‖f‖",)


def test_the_norm_of_a_matrix_is_an_upper_norm_too() -> None:
    text = (
        "/-- @mode runtime property\n@measure W weight; x activation\n@upper ‖W‖ -/\n"
        "theorem t {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W : Matrix m n ℝ) "
        "(x : EuclideanSpace ℝ n) : ‖linMap W x‖ ≤ ‖W‖ * ‖x‖"
    )
    found = parse_statement(text)
    assert found.doc.uppers == ("‖W‖",)
    assert scope_of(found) == "map"


def test_an_at_sign_within_prose_is_no_key() -> None:
    assert doc("Write to a@b.c about it.").text == "Write to a@b.c about it."


def test_the_scope_is_that_of_what_is_measured() -> None:
    statement = parse_statement(f"/-- @mode runtime property\n@measure f weight; x activation -/\n{THEOREM}")
    assert scope_of(statement) == "map"


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ("@mesure f weight", "Did you mean `@measure`?"),
        ("@mode runtime property\n@measure f wieght", "Did you mean `weight`?"),
        ("@mode runtime property\n@measure xcc activation", "Did you mean `xc`?"),
        ("@mode runtme property", "Did you mean `runtime`?"),
    ],
)
def test_the_close_match_is_suggested(keys: str, advice: str) -> None:
    with pytest.raises(StatementError) as caught:
        doc(keys)
    assert caught.value.advice == advice
