"""Lean text of terms, propositions and statements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pybridge.ir import nodes as n
from pybridge.ir import print_example, print_prop, print_statement, print_term
from tests.ir.samples import MAP, MATRIX, NAT, REAL, STATEMENT, E, W, a, c, f, i, lit, m, r, v, x, y, ε, φ

sum_ = n.Sum("i", n.Range(m), n.Index(ε, i))
less = n.Rel("<", a, a)
every = n.Forall("i", n.Range(m), less)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (n.Add(n.Add(a, a), a), "a + a + a"),
        (n.Add(a, n.Add(a, a)), "a + (a + a)"),
        (n.Sub(a, n.Sub(a, a)), "a - (a - a)"),
        (n.Mul(n.Add(a, a), a), "(a + a) * a"),
        (n.Div(a, n.Mul(a, a)), "a / (a * a)"),
        (n.Pow(n.Pow(a, m), m), "(a ^ m) ^ m"),
        (n.Pow(a, n.Pow(m, m)), "a ^ m ^ m"),
        (n.Pow(a, n.Add(m, lit(1, NAT))), "a ^ (m + 1)"),
        (n.Neg(n.Pow(a, m)), "-a ^ m"),
        (n.Pow(n.Neg(a), m), "(-a) ^ m"),
        (n.Neg(n.Neg(a)), "-(-a)"),
        (n.Sub(a, n.Neg(a)), "a - -a"),
        (n.Neg(n.Mul(a, a)), "-(a * a)"),
        (n.Mul(n.Neg(a), a), "-a * a"),
        (n.Apply(f, n.Neg(x)), "f (-x)"),
        (n.Apply(n.Add(f, f), x), "(f + f) x"),
        (n.Apply(f, n.Lit(0, E)), "f 0"),
        (n.Apply(n.Lit(0, MAP), x), "(0 : E →L[ℝ] F) x"),
        (n.Pow(n.Index(ε, n.Add(m, lit(1, NAT))), m), "ε (m + 1) ^ m"),
        (n.Sqrt(n.Index(ε, m)), "Real.sqrt (ε m)"),
        (n.Sqrt(n.Abs(a)), "Real.sqrt (|a|)"),
        (n.Abs(n.Sub(n.Abs(a), n.Abs(a))), "|(|a| - |a|)|"),
        (n.Abs(n.Mul(a, n.VecNorm(x))), "|a * ‖x‖|"),
        (n.Abs(n.Neg(a)), "|(-a)|"),
        (n.Inner(x, n.Sub(x, y)), "inner ℝ x (x - y)"),
        (n.Inner(lit(0, E), lit(0, E)), "inner ℝ (0 : E) 0"),
        (n.VecNorm(lit(0, E)), "‖(0 : E)‖"),
        (n.VecNorm(n.Add(lit(0, E), x)), "‖0 + x‖"),
        (n.Cast(m), "(m : ℝ)"),
        (n.Cast(n.Sub(m, lit(1, NAT))), "((m - 1 : ℕ) : ℝ)"),
        (n.Cast(lit(2, NAT)), "((2 : ℕ) : ℝ)"),
        (lit(2, NAT), "2"),
        (n.Add(lit(1), lit(2)), "(1 : ℝ) + 2"),
        (n.Add(sum_, a), "∑ i ∈ Finset.range m, ε i + a"),
        (n.Add(a, sum_), "a + ∑ i ∈ Finset.range m, ε i"),
        (n.Mul(sum_, a), "(∑ i ∈ Finset.range m, ε i) * a"),
        (n.Mul(a, sum_), "a * ∑ i ∈ Finset.range m, ε i"),
        (n.Mul(n.Mul(a, sum_), a), "a * (∑ i ∈ Finset.range m, ε i) * a"),
        (n.Add(n.Mul(a, sum_), a), "a * ∑ i ∈ Finset.range m, ε i + a"),
        (n.Neg(sum_), "-(∑ i ∈ Finset.range m, ε i)"),
        (n.Product("i", n.Ico(lit(0, NAT), m), n.Add(a, a)), "∏ i ∈ Finset.Ico 0 m, (a + a)"),
        (n.Sum("i", n.Range(n.Add(m, m)), n.Mul(a, a)), "∑ i ∈ Finset.range (m + m), a * a"),
        (n.Apply(φ, n.Neg(x)), "φ (-x)"),
        (n.LinMap(W), "linMap W"),
        (n.LinMap(n.Add(W, W)), "linMap (W + W)"),
        (n.LinMap(n.Lit(0, MATRIX)), "linMap (0 : Matrix k l ℝ)"),
        (n.Apply(n.LinMap(W), v), "linMap W v"),
        (n.Apply(n.LinMap(n.Transpose(W)), n.Apply(n.LinMap(W), v)), "linMap Wᵀ (linMap W v)"),
        (n.Apply(n.Add(n.LinMap(W), n.LinMap(W)), v), "(linMap W + linMap W) v"),
        (n.Component(n.Apply(n.LinMap(W), v), r), "(linMap W v) r"),
        (n.Component(v, c), "v c"),
        (n.Component(n.Lit(0, v.sort), c), "(0 : EuclideanSpace ℝ l) c"),
        (n.Pow(n.Entry(W, r, c), lit(2, NAT)), "W r c ^ 2"),
        (n.Entry(n.MatMul(n.Transpose(W), W), c, c), "(Wᵀ * W) c c"),
        (n.Entry(n.Transpose(W), c, r), "Wᵀ c r"),
        (n.Transpose(n.MatMul(n.Transpose(W), W)), "(Wᵀ * W)ᵀ"),
        (n.Transpose(n.Transpose(W)), "Wᵀᵀ"),
        (n.MatMul(n.MatMul(W, n.Transpose(W)), n.Neg(W)), "W * Wᵀ * -W"),
        (n.MatMul(W, n.MatMul(n.Transpose(W), W)), "W * (Wᵀ * W)"),
        (n.MatMul(n.Transpose(W), n.Lit(0, MATRIX)), "Wᵀ * (0 : Matrix k l ℝ)"),
        (n.Add(n.MatMul(n.Transpose(W), W), n.MatMul(n.Transpose(W), W)), "Wᵀ * W + Wᵀ * W"),
        (n.MatrixNorm(n.Sub(W, n.Lit(0, MATRIX))), "‖W - 0‖"),
        (n.MapNorm(n.LinMap(W)), "‖linMap W‖"),
        (n.Sum("r", n.All("k"), n.Sum("c", n.All("l"), n.Entry(W, r, c))), "∑ r, ∑ c, W r c"),
        (n.Sum("c", n.All("l"), n.Mul(n.Entry(W, r, c), n.Component(v, c))), "∑ c, W r c * v c"),
        (n.Mul(n.Sum("c", n.All("l"), n.Component(v, c)), a), "(∑ c, v c) * a"),
        (n.Product("c", n.All("l"), a), "∏ c : l, a"),
    ],
)
def test_terms_have_the_parentheses_they_need(term: n.Term, text: str) -> None:
    assert print_term(term) == text


@pytest.mark.parametrize(
    ("prop", "text"),
    [
        (n.Rel("≤", n.Add(a, a), sum_), "a + a ≤ ∑ i ∈ Finset.range m, ε i"),
        (n.Rel("≤", lit(0), lit(1)), "(0 : ℝ) ≤ 1"),
        (n.Rel("≤", lit(0, NAT), lit(1, NAT)), "0 ≤ 1"),
        (n.Rel("≤", lit(0), a), "0 ≤ a"),
        (n.And(less, n.And(less, less)), "a < a ∧ a < a ∧ a < a"),
        (n.And(n.And(less, less), less), "(a < a ∧ a < a) ∧ a < a"),
        (n.Iff(n.And(less, less), less), "a < a ∧ a < a ↔ a < a"),
        (n.And(n.Iff(less, less), less), "(a < a ↔ a < a) ∧ a < a"),
        (n.Iff(less, n.Iff(less, less)), "a < a ↔ (a < a ↔ a < a)"),
        (n.And(less, every), "a < a ∧ ∀ i ∈ Finset.range m, a < a"),
        (n.And(every, less), "(∀ i ∈ Finset.range m, a < a) ∧ a < a"),
        (n.Iff(n.And(less, every), less), "a < a ∧ (∀ i ∈ Finset.range m, a < a) ↔ a < a"),
        (n.Rel("=", n.LinMap(W), n.Lit(0, n.Map("ℝ^l", "ℝ^k"))), "linMap W = 0"),
        (
            n.Forall("r", n.All("k"), n.Forall("c", n.All("l"), n.Rel("≤", n.Entry(W, r, c), a))),
            "∀ r, ∀ c, W r c ≤ a",
        ),
        (n.Forall("c", n.All("l"), less), "∀ c : l, a < a"),
    ],
)
def test_propositions_have_the_parentheses_they_need(prop: n.Prop, text: str) -> None:
    assert print_prop(prop) == text


def test_a_statement() -> None:
    assert print_statement(STATEMENT).splitlines() == [
        "theorem sample {E F k l : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]",
        "    [NormedAddCommGroup F] [NormedSpace ℝ F] [Fintype k] [Fintype l] [DecidableEq l] "
        "(f : E →L[ℝ] F)",
        "    (x : E) (ha : a = ‖x - y‖ / ‖f‖) (y : E) (a : ℝ) (m : ℕ) (ε : ℕ → ℝ) (hx : x ≠ 0 ∧ 0 < m)",
        "    (hε : ∀ i ∈ Finset.range m, |ε i| ≤ Real.sqrt a) (W : Matrix k l ℝ) (φ : E → F)",
        "    (v : EuclideanSpace ℝ l) (hW : ∀ c, ∑ r, |W r c| ≤ v c)",
        "    (hv : ‖linMap W v‖ ≤ ‖Wᵀ * W‖ ∧ φ x = f x) :",
        "    ‖f (-x)‖ ≤ (m : ℝ) * inner ℝ x y ↔ "
        "∑ i ∈ Finset.Ico 1 m, ε i ^ 2 ≤ ∏ i ∈ Finset.range m, ε i + a",
    ]


def test_an_example_calls_the_theorem_with_its_arguments_in_order() -> None:
    lines = print_example(STATEMENT).splitlines()
    assert lines[0].startswith("example {E F k l : Type*} ")
    assert lines[-2].endswith(" :=")
    assert lines[-1] == "  A.B.sample f x ha y a m ε hx hε W φ v hW hv"


def test_a_short_statement_stays_on_one_line() -> None:
    short = replace(
        STATEMENT,
        namespace="",
        spaces=(),
        binders=(n.Binder("a", REAL), n.Binder("b", REAL)),
        binder_order=("a", "b"),
        hypotheses=(),
        conclusion=less,
    )
    assert print_statement(short) == "theorem sample (a b : ℝ) : a < a"
    assert print_example(short) == "example (a b : ℝ) : a < a :=\n  sample a b"
