"""Whatever the text, reading gives a well-typed statement or a StatementError."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pybridge.errors import StatementError
from pybridge.ir import Statement, check_statement, from_json, print_statement, to_json
from pybridge.parser import parse_statement
from pybridge.parser.constructs import CONSTRUCTS
from pybridge.parser.lexer import SYMBOLS
from tests.parser.texts import SPECIFICATION

WORDS = [
    "theorem",
    "lemma",
    "private",
    "section",
    "namespace",
    "end",
    "variable",
    "open",
    "include",
    "in",
    "by",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ":",
    ":=",
    ",",
    ";",
    "+",
    "-",
    "*",
    "/",
    "^",
    "≤",
    "<",
    "=",
    "≠",
    "≥",
    "↔",
    "∧",
    "∀",
    "∑",
    "∏",
    "∈",
    "‖",
    "|",
    "→",
    "→L[",
    "ℝ",
    "]",
    "ℕ",
    "Type*",
    "E",
    "F",
    "f",
    "x",
    "y",
    "n",
    "a",
    "h",
    "hx",
    "ε",
    "i",
    "0",
    "1",
    "2",
    "NormedAddCommGroup",
    "NormedSpace",
    "InnerProductSpace",
    "Finset.range",
    "Finset.Ico",
    "Real.sqrt",
    "inner",
    "Matrix",
    "EuclideanSpace",
    "linMap",
    "Fintype",
    "DecidableEq",
    "ᵀ",
    "W",
    "v",
    "k",
    "p",
    "/--",
    "-/",
    "/-",
    "--",
    "@mode",
    "@measure",
    "@upper",
    "weight",
    "runtime",
    "property",
]
HEAD = (
    "{E F k l : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E] "
    "[Fintype k] [Fintype l] [DecidableEq l] "
    "(f : E →L[ℝ] E) (x y : E) (a : ℝ) (n : ℕ) (W : Matrix k l ℝ) (v : EuclideanSpace ℝ l) (p : k)"
)


def read_or_refuse(text: str) -> Statement | None:
    """What is read is well typed and survives being stored and printed."""
    try:
        statement = parse_statement(text)
    except StatementError:
        return None
    check_statement(statement)
    assert from_json(to_json(statement)) == statement
    assert parse_statement(print_statement(statement)).conclusion == statement.conclusion
    return statement


@settings(max_examples=300)
@given(st.text())
@example("theorem t (x : ℝ) : x = " + "(" * 5000)
@example("theorem t (x : ℝ) : x = " + "-" * 5001 + " x")
@example("theorem t (x : ℝ) : x = " + "x + " * 5000 + "x")
@example("theorem t (x : ℝ) : x = " + "‖" * 5000)
@example("theorem t (x : ℝ) : " + "x = x ∧ " * 5000 + "x = x")
@example("theorem t (f : ℕ → ℝ) : f = " + "f " * 5000)
@example("theorem t (f : ℕ → ℝ) : f = " + "f " * 90)
@example("theorem t {n : Type*} [Fintype n] (W : Matrix n n ℝ) : W" + "ᵀ" * 90 + " = W" + "ᵀ" * 5000)
@example("theorem t {n : Type*} [Fintype n] (W : Matrix n n ℝ) (i : n) : W" + " i" * 90 + " = 1")
@example("theorem t {n : Type*} [Fintype n] (W : Matrix n n ℝ) : " + "∑ i, " * 90 + "W i i = 1")
@example("theorem t {n : Type*} [Fintype n] (W : Matrix n n ℝ) : W = " + "W * " * 90 + "W")
@example("/-" * 5000)
@example("[" * 5000 + "@[" * 5000)
@example("theorem t (x : ℝ) : x = 9" + "9" * 10000)
@example("theorem t\u2028(x : ℝ) : x = x\r\n:= by\x00\x0c")
@example("\ufefftheorem t (x : ℝ) : x = x")
def test_any_text(text: str) -> None:
    read_or_refuse(text)


@settings(max_examples=500)
@given(st.lists(st.sampled_from((*WORDS, *SYMBOLS, *CONSTRUCTS)), max_size=40).map(" ".join))
def test_any_words(text: str) -> None:
    read_or_refuse(text)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(WORDS[11:-10]), min_size=3, max_size=14).map(" ".join))
def test_any_conclusion(text: str) -> None:
    read_or_refuse(f"theorem t {HEAD} : {text}")


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A planned theorem with a piece cut out, doubled or replaced."""
    text = draw(st.sampled_from(SPECIFICATION))
    start = draw(st.integers(0, len(text)))
    stop = min(len(text), start + draw(st.integers(0, 12)))
    middle = draw(st.sampled_from(("", text[start:stop] * 2, *WORDS)))
    return text[:start] + middle + text[stop:]


@settings(max_examples=500)
@given(damaged())
def test_damaged_theorems(text: str) -> None:
    read_or_refuse(text)


@pytest.mark.parametrize(
    "conclusion",
    [
        "x = x",
        "‖f x‖ ≤ ‖f‖ * ‖x‖",
        "∑ i ∈ Finset.range n, a ≤ (n : ℝ) * a",
        "‖linMap W v‖ ≤ ‖W‖ * ‖v‖",
        "(linMap W v) p = ∑ j, W p j * v j",
        "∀ i, ∀ j, (W * Wᵀ) i j = (W * Wᵀ) j i",
    ],
)
def test_the_frame_of_the_fuzz_lets_good_text_through(conclusion: str) -> None:
    assert read_or_refuse(f"theorem t {HEAD} : {conclusion}") is not None
