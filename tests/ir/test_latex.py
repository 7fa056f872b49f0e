"""Mathematics as it stands on the theorem page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from pybridge.ir import Statement
from pybridge.ir import nodes as n
from pybridge.ir.latex import latex_declaration, latex_prop, latex_sort, latex_statement, latex_term
from pybridge.ir.latex_names import latex_name
from pybridge.parser import read_project
from tests.ir.samples import FUNCTION, MAP, MATRIX, NAT, REAL, STATEMENT, E, W, a, c, f, i, lit, m, r, v, x, ε
from tests.parser.strategies import statements
from tests.parser.texts import ROOT

b, s_, cosθ = n.Var("b", REAL), n.Var("s'", REAL), n.Var("cosθ", REAL)
half = n.Div(a, b)
entries = n.Sum("i", n.Range(m), n.Index(ε, i))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "x"),
        ("h'", "h'"),
        ("hhat", r"\hat h"),
        ("hhat'", r"\hat h'"),
        ("εmax", r"\varepsilon_{\max}"),
        ("cosθ", r"\cos\theta"),
        ("cosφ", r"\cos\varphi"),
        ("δ₁", r"\delta_{1}"),
        ("δ₁₂", r"\delta_{12}"),
        ("fSparse", r"f_{\mathrm{sparse}}"),
        ("fR", "f_{R}"),
        ("xc", "x_{c}"),
        ("cos", r"\mathrm{cos}"),
        ("lhs", r"\mathrm{lhs}"),
        ("a_1", "a_{1}"),
        ("V", "V"),
        ("ρ", r"\rho"),
    ],
)
def test_names(name: str, text: str) -> None:
    assert latex_name(name) == text


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (n.Mul(n.Add(a, b), a), "(a + b) a"),
        (n.Mul(lit(2), a), "2 a"),
        (n.Mul(a, lit(2)), r"a \cdot 2"),
        (n.Mul(a, n.Neg(b)), "a (-b)"),
        (n.Sub(a, n.Sub(a, b)), "a - (a - b)"),
        (n.Sub(a, n.Neg(b)), "a - (-b)"),
        (n.Neg(n.Mul(a, b)), "-(a b)"),
        (half, r"\frac{a}{b}"),
        (n.Div(half, half), r"\frac{a / b}{a / b}"),
        (n.Div(n.Mul(half, a), b), r"\frac{(a / b) a}{b}"),
        (n.Mul(half, half), r"\frac{a}{b} \cdot \frac{a}{b}"),
        (n.Pow(half, lit(2, NAT)), r"\left( \frac{a}{b} \right)^{2}"),
        (n.Pow(n.Neg(a), m), "(-a)^{m}"),
        (n.Pow(n.Pow(a, m), m), "(a^{m})^{m}"),
        (n.Pow(n.VecNorm(x), lit(2, NAT)), r"\lVert x \rVert^{2}"),
        (n.Pow(s_, lit(2, NAT)), "{s'}^{2}"),
        (n.Pow(cosθ, lit(2, NAT)), r"(\cos\theta)^{2}"),
        (n.Cast(n.Sub(m, lit(1, NAT))), r"m \mathbin{\dot{-}} 1"),
        (n.Mul(n.Cast(n.Add(m, lit(1, NAT))), a), "(m + 1) a"),
        (n.Apply(n.Sub(f, f), x), "(f - f)(x)"),
        (n.Index(ε, n.Add(m, lit(1, NAT))), r"\varepsilon_{m + 1}"),
        (n.Abs(a), r"\lvert a \rvert"),
        (n.Sqrt(n.Mul(a, b)), r"\sqrt{a b}"),
        (n.Inner(x, x), r"\langle x, x \rangle"),
        (entries, r"\sum_{i = 0}^{m - 1} \varepsilon_{i}"),
        (n.Mul(entries, a), r"\left( \sum_{i = 0}^{m - 1} \varepsilon_{i} \right) a"),
        (n.Add(entries, a), r"\sum_{i = 0}^{m - 1} \varepsilon_{i} + a"),
        (n.Sum("i", n.Range(m), n.Add(a, b)), r"\sum_{i = 0}^{m - 1} (a + b)"),
        (n.Product("i", n.Ico(lit(1, NAT), n.Add(m, lit(1, NAT))), a), r"\prod_{i = 1}^{m} a"),
        (n.Sum("i", n.Range(lit(3, NAT)), a), r"\sum_{i = 0}^{2} a"),
        (n.Entry(W, r, c), "W_{r c}"),
        (n.Component(v, c), "v_{c}"),
        (n.Component(n.Apply(n.LinMap(W), v), r), "(T_{W}(v))_{r}"),
        (n.Entry(n.MatMul(n.Transpose(W), W), c, c), r"(W^{\top} W)_{c c}"),
        (n.Sum("c", n.All("l"), n.Component(v, c)), r"\sum_{c} v_{c}"),
        (n.MatrixNorm(n.MatMul(W, n.Neg(n.Transpose(W)))), r"\lVert W (-W^{\top}) \rVert"),
        (n.Transpose(n.Add(W, W)), r"(W + W)^{\top}"),
        (n.MapNorm(n.LinMap(n.Add(W, W))), r"\lVert T_{W + W} \rVert"),
    ],
)
def test_terms(term: n.Term, text: str) -> None:
    assert latex_term(term) == text


def test_an_indexed_cosine_keeps_its_index_and_its_square_apart() -> None:
    cosines = n.Var("cosθ", n.Seq(REAL))
    assert latex_term(n.Index(cosines, m)) == r"\cos\theta_{m}"
    assert latex_term(n.Pow(n.Index(cosines, m), lit(2, NAT))) == r"(\cos\theta_{m})^{2}"


less, same = n.Rel("≤", a, b), n.Rel("=", a, b)
every = n.Forall("i", n.Range(m), less)


@pytest.mark.parametrize(
    ("prop", "text"),
    [
        (less, r"a \le b"),
        (n.Rel("≠", x, lit(0, E)), r"x \ne 0"),
        (every, r"a \le b \quad \text{for } 0 \le i < m"),
        (n.Forall("i", n.Ico(lit(1, NAT), m), less), r"a \le b \quad \text{for } 1 \le i < m"),
        (
            n.Forall("r", n.All("k"), n.Forall("c", n.All("l"), less)),
            r"a \le b \quad \text{for } r \in k, c \in l",
        ),
        (n.Iff(less, same), r"a \le b \iff a = b"),
        (n.Iff(n.Iff(less, same), same), r"(a \le b \iff a = b) \iff a = b"),
        (n.And(less, every), r"a \le b \quad \text{and} \quad (\forall 0 \le i < m \colon a \le b)"),
    ],
)
def test_propositions(prop: n.Prop, text: str) -> None:
    assert latex_prop(prop) == text


@pytest.mark.parametrize(
    ("names", "sort", "text"),
    [
        (("x", "xc"), E, r"x, x_{c} \in E"),
        (("f",), MAP, r"f \in \mathcal{L}(E, F)"),
        (("f",), FUNCTION, r"f \colon E \to F"),
        (("W",), MATRIX, r"W \in \mathbb{R}^{k \times l}"),
        (("v",), v.sort, r"v \in \mathbb{R}^{l}"),
        (("V",), n.Seq(REAL), r"V \colon \mathbb{N} \to \mathbb{R}"),
        (("n",), NAT, r"n \in \mathbb{N}"),
        (("i",), n.Member("m"), r"i \in m"),
    ],
)
def test_declarations(names: tuple[str, ...], sort: n.Sort, text: str) -> None:
    assert latex_declaration(names, sort) == text
    assert latex_sort(sort) in text


def test_a_statement_lists_what_it_assumes() -> None:
    short = replace(STATEMENT, hypotheses=(n.Hypothesis("h", every),), conclusion=same)
    assert latex_statement(short).splitlines() == [
        r"\begin{aligned}",
        r"& a \le b \quad \text{for } 0 \le i < m \\",
        r"\Longrightarrow \quad & a = b",
        r"\end{aligned}",
    ]
    assert latex_statement(replace(short, hypotheses=())) == "a = b"


def assert_sound(text: str) -> None:
    """Braces and sized brackets nest, Markdown can take no backslash away, and no Lean symbol is left."""
    depth = 0
    for char in text:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left(") == text.count(r"\right)")
    assert text.count(r"\lVert") == text.count(r"\rVert")
    assert not re.search(r"\\[^A-Za-z]", text)
    assert text.isascii()


@pytest.mark.parametrize("statement", read_project(ROOT), ids=lambda statement: statement.name)
def test_every_exported_theorem_is_sound_mathematics(statement: Statement) -> None:
    for prop in (statement.conclusion, *(hypothesis.prop for hypothesis in statement.hypotheses)):
        assert_sound(latex_prop(prop))


@settings(max_examples=100)
@given(statements())
def test_any_statement_is_sound_mathematics(statement: Statement) -> None:
    assert_sound(latex_prop(statement.conclusion))
