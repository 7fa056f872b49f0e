"""What is not measured is completed from the hypothesis that determines it, or the theorem is refused."""

from __future__ import annotations

import pytest

from pybridge.codegen import check_source, load
from pybridge.errors import PlanError
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement

NORMED = "{E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F]"


def read(measure: str, binders: str, conclusion: str = "(0 : ℝ) = 0") -> Statement:
    return parse_statement(
        f"/-- **Theorem 0**.\n\n@mode runtime property\n@measure {measure}\n-/\n"
        f"theorem t {binders} : {conclusion}"
    )


def completion(statement: Statement) -> list[str]:
    source = check_source(statement)
    body = source.split("def complete(")[1].split("return ")[0].splitlines()[1:]
    return [line.strip() for line in body if line.strip()]


RULES = [
    (
        "a definition is computed",
        read("a hit cost; b full cost", "(c a b : ℝ) (hc : c = 2 * a + b)"),
        ["c = ops.real(2) * a + b"],
        ("hc",),
    ),
    (
        "an equation gives the missing summand",
        read("f weight; g sparse weight", f"{NORMED} (f g r : E →L[ℝ] F) (hf : f = g + r)"),
        ["r = f - g"],
        ("hf",),
    ),
    (
        "a bound gives its upper end",
        read("x activation; y cached activation", f"{NORMED} (x y : E) (δ : ℝ) (hδ : ‖x - y‖ ≤ δ)"),
        ["δ = ops.upper_end(ops.vec_norm(x - y))"],
        (),
    ),
    (
        "a bound with a factor gives the smallest factor",
        read("x activation; y cached activation", f"{NORMED} (x y : E) (L : ℝ) (hL : ‖x‖ ≤ L * ‖y‖)"),
        ["L = ops.smallest_factor(ops.vec_norm(x), ops.vec_norm(y))"],
        (),
    ),
    (
        "a bound on every entry gives the upper end over the range",
        read(
            "n block count; ε relative injections",
            "(n : ℕ) (ε : ℕ → ℝ) (M : ℝ) (hε : ∀ i ∈ Finset.range n, ε i ≤ M)",
        ),
        ["M = ops.upper_end_over(0, n, lambda i: ε(i))"],
        (),
    ),
    (
        "an equation for every entry is the rule of a sequence",
        read(
            "n block count; ε relative injections",
            "(n : ℕ) (ε c : ℕ → ℝ) (hc : ∀ t ∈ Finset.range n, c t = 2 * ε t)",
        ),
        ["c = ops.sequence(lambda t: ops.real(2) * ε(t))"],
        ("hc",),
    ),
    (
        "a bound with a factor for every entry",
        read(
            "n block count; V error energies",
            "(n : ℕ) (V ρ : ℕ → ℝ) (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t)",
        ),
        ["ρ = ops.sequence(lambda t: ops.smallest_factor(V(t + 1), V(t)))"],
        (),
    ),
    (
        "matrices",
        read(
            "W weight; S sparse weight",
            "{m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W S R : Matrix m n ℝ) (hW : W = S + R)",
        ),
        ["R = W - S"],
        ("hW",),
    ),
    (
        "one after the other",
        read(
            "f weight; s sparse weight; a low-rank weight",
            f"{NORMED} (f s r a q : E →L[ℝ] F) (hf : f = s + r) (hs : s = a + q)",
        ),
        ["r = f - s", "q = s - a"],
        ("hf", "hs"),
    ),
    (
        "with everything measured an equation is an assumption",
        read(
            "f weight; s sparse weight; a low-rank weight", f"{NORMED} (f s a : E →L[ℝ] F) (hf : f = s + a)"
        ),
        [],
        (),
    ),
]


@pytest.mark.parametrize(
    ("statement", "expected", "solved"), [r[1:] for r in RULES], ids=[r[0] for r in RULES]
)
def test_completion(statement: Statement, expected: list[str], solved: tuple[str, ...]) -> None:
    assert completion(statement) == expected
    assert solved == load(statement).SOLVED


def test_an_undetermined_binder_is_refused() -> None:
    statement = read("a hit cost", "(a b : ℝ) (hab : a < b)")
    with pytest.raises(PlanError) as caught:
        check_source(statement)
    message = str(caught.value)
    assert message.startswith("<string>:6: `t`: nothing determines `b`")
    assert "@measure b" in message


def test_a_theorem_for_property_tests_is_given_everything() -> None:
    check = load(parse_statement("theorem t (a b : ℝ) (hab : a < b) : a ≤ b"))
    assert check.MODES == ("property",)
    assert check.MEASURED == {}
    assert check.complete(None, a=1, b=2) == {"a": 1, "b": 2}
