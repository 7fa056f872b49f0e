"""Generated modules: word for word as in `golden/`, executable, and safe whatever a docstring says."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pybridge.codegen import check_source, load, property_source
from pybridge.codegen.templating import docstring_text, literal, render
from pybridge.errors import PlanError
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement

GOLDEN = Path(__file__).with_name("golden")
INNER = "{E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]"
NORMED = "{E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F]"

STATEMENTS = {
    "retrieval_bound": f"""/-- **Theorem 1** of a paper, §2.1: reusing a cached output.

@mode runtime property
@measure f weight; x activation; xc cached activation
@certificate yes
-/
theorem retrieval_bound {NORMED} (f : E →L[ℝ] F) (x xc : E) (δ : ℝ) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - f xc‖ ≤ ‖f‖ * δ""",
    "multi_layer_error_bound": """/-- **Theorem 7** of a paper, §5.1: the sum is at most n times a cap.

@mode runtime property
@measure n block count; ε relative injections
-/
theorem multi_layer_error_bound (n : ℕ) (ε : ℕ → ℝ) (εmax : ℝ) (hε : ∀ i ∈ Finset.range n, ε i ≤ εmax) :
    ∑ i ∈ Finset.range n, ε i ≤ (n : ℝ) * εmax""",
    "relative_error_step": f"""/-- **Theorem 10b**.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
-/
theorem relative_error_step {INNER} (h u hhat uhat : E) (g cosθ L : ℝ) (hh : h ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖)) (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖) :
    ‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2
      ≤ (1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2) * (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)""",
    "budget_allocation": """/-- **Theorem D4**.

@mode runtime property
@measure V error amplitudes; ρ amplitude factors; c compression injections; τ error budget; n block count
-/
theorem budget_allocation (V ρ c : ℕ → ℝ) (τ : ℝ) (n : ℕ) (hn : n ≠ 0) (hρ : ∀ t ∈ Finset.range n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) (hV0 : V 0 = 0)
    (hc : ∀ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t ≤ τ / (n : ℝ)) : V n ≤ τ""",
    "l2_opNorm_le_sqrt_row_col": """/-- **Theorem N2**. -/
theorem l2_opNorm_le_sqrt_row_col {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (R C : ℝ) (hR0 : 0 ≤ R) (hC0 : 0 ≤ C) (hrow : ∀ i, ∑ j, |W i j| ≤ R)
    (hcol : ∀ j, ∑ i, |W i j| ≤ C) : ‖W‖ ≤ Real.sqrt (R * C)""",
    "matrix_sparse_activation_bound": """/-- **Theorem M2**.

@mode runtime property
@measure W weight; S sparse weight; x activation
@certificate yes
-/
theorem matrix_sparse_activation_bound {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W S R : Matrix m n ℝ) (x : EuclideanSpace ℝ n) (hW : W = S + R) :
    ‖linMap W x - linMap S x‖ ≤ ‖R‖ * ‖x‖""",
}


def named(name: str) -> Statement:
    return parse_statement(STATEMENTS[name], file="LivingInference/Bounds.lean")


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize(("kind", "source"), [("check", check_source), ("property", property_source)])
def test_golden(name: str, kind: str, source) -> None:
    """The digest is left out: it moves with the IR version, which has tests of its own."""
    text = re.sub("sha256:[0-9a-f]{64}", "sha256:…", source(named(name)))
    assert text == (GOLDEN / f"{name}.{kind}.txt").read_text(encoding="utf-8")


def test_lines_stay_short() -> None:
    for name in STATEMENTS:
        for source in (check_source(named(name)), property_source(named(name))):
            code = source.split('"""', 2)[2]
            assert max(map(len, code.splitlines())) <= 110


def test_spaces_follow_from_the_statement() -> None:
    assert load(named("retrieval_bound")).SPACES == ("l1", "l2", "linf")
    assert load(named("relative_error_step")).SPACES == ("l2",)
    assert load(named("multi_layer_error_bound")).SPACES == ("real",)
    assert load(named("matrix_sparse_activation_bound")).SPACES == ("l2",)


def test_unusual_names_are_spelled_one_way_everywhere() -> None:
    check = load(
        parse_statement("theorem t (δ₁ δ₂ h' in' : ℝ) (hδ : δ₁ ≤ δ₂) : δ₁ + h' + in' ≤ δ₂ + h' + in'")
    )
    names = {"δ_1", "δ_2", "h_prime", "in_prime"}
    assert set(check.complete(None, **dict.fromkeys(names, 0))) == names
    assert check.LEAN_NAMES == {"δ_1": "δ₁", "δ_2": "δ₂", "h_prime": "h'", "in_prime": "in'"}


def test_names_of_generated_code_can_be_binders() -> None:
    """`d`, `ops` and `check` are what a generated module calls its own things."""
    check = load(parse_statement("theorem t (d ops check : ℝ) (h : d ≤ ops) : d + check ≤ ops + check"))
    assert list(check.complete(None, d_=1, ops_=2, check=3)) == ["d_", "ops_", "check"]


@pytest.mark.parametrize("text", ['"""', "\\", '\\"""', "''' \" '", "{{ 1 }}", "{% if %}", "\n", "‖f‖"])
def test_text_of_a_docstring_stays_text(text: str) -> None:
    """A generated module is built from typed terms; words only ever become string literals."""
    statement = named("retrieval_bound")
    hostile = replace(
        statement, file=f"A{text}.lean", doc=replace(statement.doc, number=text, section=text, text=text)
    )
    check = load(hostile)
    assert (text, text) == (check.NUMBER, check.SECTION)
    assert (ast.get_docstring(ast.parse(check_source(hostile))) or "").startswith("Generated by")
    for source in (check_source, property_source):
        assert ast.unparse(without_text(source(hostile))) == ast.unparse(without_text(source(statement)))


def without_text(source: str) -> ast.Module:
    """The program without its docstring and string constants."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return tree


def test_docstring_text_reads_back() -> None:
    for text in ('a """ b', "\\n", '"""', "\\\\", 'x\\"""'):
        assert ast.literal_eval(f'"""{docstring_text(text)} """') == text + " "


@pytest.mark.parametrize("value", ["δ₁", 'a"b\\', (), ("x",), ("x", "y"), {"k": "v"}, None, True, 3])
def test_literals_read_back(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_a_literal_of_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="no literal for float"):
        literal(0.5)


def test_a_template_variable_that_is_missing_is_an_error() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render("draw.py.j2", lines=[])


def test_a_numeral_that_is_a_map_has_no_value() -> None:
    with pytest.raises(PlanError, match="no value at this sort"):
        check_source(parse_statement(f"theorem t {NORMED} (f : E →L[ℝ] F) : f = 0"))


def test_natural_subtraction_is_truncated() -> None:
    check = load(parse_statement("theorem t (m n : ℕ) : m - n ≤ m"))
    compared = []

    class Naturals:
        def le(self, left: int, right: int) -> None:
            compared.append((left, right))

    check.conclusion(Naturals(), m=2, n=5)
    assert compared == [(0, 2)]


def test_a_bound_variable_that_meets_a_binder_is_renamed() -> None:
    source = check_source(
        parse_statement("theorem t (n i_prime : ℕ) (ε : ℕ → ℝ) : ∑ i' ∈ Finset.range n, ε (i' + i_prime) ≤ 1")
    )
    assert "lambda i_prime_: ε(i_prime_ + i_prime)" in source
