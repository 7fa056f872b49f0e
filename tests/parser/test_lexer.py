"""Tokens of Lean text: names, comments, docstrings, and the symbols that Lean sees whole."""

from __future__ import annotations

import pytest

from pybridge.parser.lexer import tokens
from pybridge.parser.source import Source


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(Source(text, "<string>"))][:-1]


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokens(Source(text, "<string>"))][:-1]


@pytest.mark.parametrize(
    "name", ["x", "h'", "hhat'", "δ₁", "cosθ", "εmax", "hρ0", "α", "_x", "Finset.range", "«a b»", "ℝ", "xᵢ"]
)
def test_a_name_is_one_token(name: str) -> None:
    assert texts(name) == [name]
    assert kinds(name) == ["name"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("λ x", ["λ", "x"]),
        ("xλ", ["x", "λ"]),
        ("E →L[ℝ] F", ["E", "→L[", "ℝ", "]", "F"]),
        ("‖f x‖≤‖f‖", ["‖", "f", "x", "‖", "≤", "‖", "f", "‖"]),
        ("||x||", ["||", "x", "||"]),
        ("|-x|", ["|-", "x", "|"]),
        ("x:=y", ["x", ":=", "y"]),
        ("a<-b", ["a", "<-", "b"]),
        ("x⁻¹", ["x", "⁻", "¹"]),
        ("12 0x1f 1.5 2e3", ["12", "0x1f", "1.5", "2e3"]),
        ("{E : Type*}", ["{", "E", ":", "Type", "*", "}"]),
        ('s!"a \\" theorem" b', ["s!", '"a \\" theorem"', "b"]),
        ("'a' h'", ["'a'", "h'"]),
    ],
)
def test_symbols_are_the_longest_that_fit(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a -- b\nc",
        "a /- b -/ c",
        "a /- b /- d -/ e -/ c",
        "a /-! b -/ c",
        "a/--/c",
        "a --\n--\nc",
        "a /- -- -/ c",
    ],
)
def test_comments_vanish(text: str) -> None:
    assert texts(text) == ["a", "c"]


def test_a_docstring_is_kept_with_its_text() -> None:
    (token, *_) = tokens(Source("/-- a /- b -/ c -/ theorem", "<string>"))
    assert (token.kind, token.text) == ("doc", " a /- b -/ c ")


def test_a_token_knows_of_a_blank_or_comment_before_it() -> None:
    spaced = [token.spaced for token in tokens(Source("f(x) y/- -/z", "<string>"))]
    assert spaced == [False, False, False, False, True, True, True]


def test_a_part_of_a_text_keeps_its_positions() -> None:
    found = tokens(Source("a b c d", "<string>"), 2, 5)
    assert [(token.text, token.start) for token in found] == [("b", 2), ("c", 4), ("", 5)]
