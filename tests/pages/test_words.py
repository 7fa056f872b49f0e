"""The `Let` of a statement, sort by sort."""

from __future__ import annotations

import pytest

from pybridge.pages.words import let
from pybridge.parser import parse_statement

NORMED = "[NormedAddCommGroup E] [NormedSpace ℝ E]"


@pytest.mark.parametrize(
    ("binders", "expected"),
    [
        ("(a : ℝ) (ha : 0 ≤ a)", "Let $`a`$ be a real number."),
        (
            "(a b : ℝ) (n : ℕ) (ha : 0 ≤ a)",
            "Let $`a`$ and $`b`$ be real numbers and $`n`$ a natural number.",
        ),
        (
            "(V : ℕ → ℝ) (m n : ℕ) (ha : m ≤ n)",
            "Let $`V`$ be a sequence of real numbers and $`m`$ and $`n`$ natural numbers.",
        ),
        (
            f"{{E : Type*}} {NORMED} (x y : E) (f : E →L[ℝ] E) (a : ℝ) (ha : ‖f x‖ ≤ a)",
            "Let $`E`$ be a real normed space, $`x`$ and $`y`$ vectors of $`E`$, "
            r"$`f \colon E \to E`$ a continuous linear map, and $`a`$ a real number.",
        ),
        (
            "{E F : Type*} [NormedAddCommGroup E] [NormedAddCommGroup F] (f fhat : E → F) (h : E) "
            "(ha : f h = 0)",
            r"Let $`E`$ and $`F`$ be normed groups, $`f, \hat f \colon E \to F`$ any functions, "
            "and $`h`$ an element of $`E`$.",
        ),
        (
            "{E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E] (h : ℕ → E) (ha : h 0 = 0)",
            "Let $`E`$ be a real inner product space and $`h`$ a sequence of vectors of $`E`$.",
        ),
        (
            "{m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W : Matrix m n ℝ) "
            "(x : EuclideanSpace ℝ n) (i : m) (ha : (linMap W x) i = 0)",
            r"Let $`m`$ and $`n`$ be finite sets, $`W`$ a real $`m \times n`$ matrix, "
            r"$`x`$ a vector of $`\mathbb{R}^{n}`$, and $`i`$ an element of $`m`$.",
        ),
    ],
)
def test_each_sort_has_its_words(binders: str, expected: str) -> None:
    statement = parse_statement(f"theorem t {binders} : (0 : ℝ) ≤ 0")
    assert let(statement.spaces, statement.binders) == expected


def test_nothing_is_introduced_where_there_is_nothing() -> None:
    assert let((), ()) == ""
