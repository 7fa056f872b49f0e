"""How sorts are found: numerals, norms, casts, application."""

from __future__ import annotations

import pytest

from pybridge.ir import nodes as n
from pybridge.parser import parse_statement

BINDERS = (
    "{E F : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F] "
    "(f g : E →L[ℝ] F) (x : E) (a b : ℝ) (m n : ℕ) (ε : ℕ → ℝ) (u : ℕ → E)"
)
E, F, REAL, NAT, MAP = n.Vec("E"), n.Vec("F"), n.Real(), n.Nat(), n.Map("E", "F")
f, g, x = n.Var("f", MAP), n.Var("g", MAP), n.Var("x", E)
a, b = n.Var("a", REAL), n.Var("b", REAL)
m, length = n.Var("m", NAT), n.Var("n", NAT)
i = n.Var("i", NAT)
u, ε = n.Var("u", n.Seq(E)), n.Var("ε", n.Seq(REAL))


def conclusion(text: str) -> n.Prop:
    return parse_statement(f"theorem t {BINDERS} : {text}").conclusion


def left(text: str) -> n.Term:
    found = conclusion(text)
    assert isinstance(found, n.Rel)
    return found.left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x ≠ 0", n.Rel("≠", x, n.Lit(0, E))),
        ("f = 0", n.Rel("=", f, n.Lit(0, MAP))),
        ("n ≠ 0", n.Rel("≠", length, n.Lit(0, NAT))),
        ("0 ≤ a", n.Rel("≤", n.Lit(0, REAL), a)),
        ("0 ≤ 1", n.Rel("≤", n.Lit(0, NAT), n.Lit(1, NAT))),
        ("(0 : ℝ) ≤ 1", n.Rel("≤", n.Lit(0, REAL), n.Lit(1, REAL))),
        ("a = 1 + 2", n.Rel("=", a, n.Add(n.Lit(1, REAL), n.Lit(2, REAL)))),
        ("f 0 = 0", n.Rel("=", n.Apply(f, n.Lit(0, E)), n.Lit(0, F))),
    ],
)
def test_a_numeral_takes_the_sort_of_its_surroundings(text: str, expected: n.Prop) -> None:
    assert conclusion(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ^ 2 = b", n.Pow(a, n.Lit(2, NAT))),
        ("2 ^ n = a", n.Pow(n.Lit(2, REAL), length)),
        ("2 ^ n = m", n.Pow(n.Lit(2, NAT), length)),
        ("a ^ (n + 1) = b", n.Pow(a, n.Add(length, n.Lit(1, NAT)))),
        ("-a ^ 2 = b", n.Neg(n.Pow(a, n.Lit(2, NAT)))),
    ],
)
def test_an_exponent_is_a_natural_number(text: str, expected: n.Term) -> None:
    assert left(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("‖x‖ = a", n.VecNorm(x)),
        ("‖f‖ = a", n.MapNorm(f)),
        ("‖f x‖ = a", n.VecNorm(n.Apply(f, x))),
        ("‖f + 0‖ = a", n.MapNorm(n.Add(f, n.Lit(0, MAP)))),
        ("‖u m‖ = a", n.VecNorm(n.Index(u, m))),
        ("‖(f - g) x‖ = a", n.VecNorm(n.Apply(n.Sub(f, g), x))),
        ("‖(0 : E →L[ℝ] F)‖ = a", n.MapNorm(n.Lit(0, MAP))),
        ("|a - b| = a", n.Abs(n.Sub(a, b))),
        ("‖x‖ - ‖f‖ = a", n.Sub(n.VecNorm(x), n.MapNorm(f))),
        ("Real.sqrt |a| = a", n.Sqrt(n.Abs(a))),
        ("inner ℝ x (u 0) = a", n.Inner(x, n.Index(u, n.Lit(0, NAT)))),
        ("inner ℝ 0 x = a", n.Inner(n.Lit(0, E), x)),
    ],
)
def test_bars_mean_what_the_sort_says(text: str, expected: n.Term) -> None:
    assert left(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(n : ℝ) = a", n.Cast(length)),
        ("((n + 1 : ℕ) : ℝ) = a", n.Cast(n.Add(length, n.Lit(1, NAT)))),
        ("((2 : ℕ) : ℝ) = a", n.Cast(n.Lit(2, NAT))),
        ("(n : ℝ) + 1 = a", n.Add(n.Cast(length), n.Lit(1, REAL))),
    ],
)
def test_casts_are_written(text: str, expected: n.Term) -> None:
    assert left(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("∑ i ∈ Finset.range n, ε i = a", n.Sum("i", n.Range(length), n.Index(ε, i))),
        ("∑ i ∈ Finset.range n, ε i * a = a", n.Sum("i", n.Range(length), n.Mul(n.Index(ε, i), a))),
        ("∑ i ∈ Finset.range n, ε i + a = a", n.Add(n.Sum("i", n.Range(length), n.Index(ε, i)), a)),
        ("a * ∏ i ∈ Finset.Ico m n, ε i = a", n.Mul(a, n.Product("i", n.Ico(m, length), n.Index(ε, i)))),
        (
            "∑ i ∈ Finset.range (n + 1), (i : ℝ) = a",
            n.Sum("i", n.Range(n.Add(length, n.Lit(1, NAT))), n.Cast(i)),
        ),
    ],
)
def test_a_sum_takes_the_product_after_it(text: str, expected: n.Term) -> None:
    assert left(text) == expected


# ---- matrices, Euclidean spaces, functions -----------------------------------------------------------
MATRICES = (
    "{E F k l : Type*} [NormedAddCommGroup E] [NormedAddCommGroup F] [Fintype k] [DecidableEq k] [Fintype l] "
    "[DecidableEq l] (W S : Matrix k l ℝ) (B : Matrix l k ℝ) (v : EuclideanSpace ℝ l) (p : k) (q : l) "
    "(φ : E → F) (x : E) (a : ℝ) (u : ℕ → EuclideanSpace ℝ l) (n : ℕ)"
)
KL = n.Matrix("k", "l")
W, S, B = n.Var("W", KL), n.Var("S", KL), n.Var("B", n.Matrix("l", "k"))
v, p, q = n.Var("v", n.Vec("ℝ^l")), n.Var("p", n.Member("k")), n.Var("q", n.Member("l"))
row, column = n.Var("i", n.Member("k")), n.Var("j", n.Member("l"))
seconds = n.Var("u", n.Seq(n.Vec("ℝ^l")))


def matrix_conclusion(text: str) -> n.Prop:
    return parse_statement(f"theorem t {MATRICES} : {text}").conclusion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("‖W‖", n.MatrixNorm(W)),
        ("‖W * B‖", n.MatrixNorm(n.MatMul(W, B))),
        ("‖Wᵀ * W - 0‖", n.MatrixNorm(n.Sub(n.MatMul(n.Transpose(W), W), n.Lit(0, n.Matrix("l", "l"))))),
        ("‖linMap W‖", n.MapNorm(n.LinMap(W))),
        ("‖linMap (W + S)‖", n.MapNorm(n.LinMap(n.Add(W, S)))),
        ("‖linMap Wᵀ‖", n.MapNorm(n.LinMap(n.Transpose(W)))),
        ("‖(linMap W) v‖", n.VecNorm(n.Apply(n.LinMap(W), v))),
        ("‖linMap W v‖", n.VecNorm(n.Apply(n.LinMap(W), v))),
        ("‖(linMap W - linMap S) v‖", n.VecNorm(n.Apply(n.Sub(n.LinMap(W), n.LinMap(S)), v))),
        ("‖φ x‖", n.VecNorm(n.Apply(n.Var("φ", n.Function("E", "F")), x))),
        ("inner ℝ v (u n)", n.Inner(v, n.Index(seconds, n.Var("n", NAT)))),
        ("W p q", n.Entry(W, p, q)),
        ("Wᵀ q p", n.Entry(n.Transpose(W), q, p)),
        ("(W * Wᵀ) p p", n.Entry(n.MatMul(W, n.Transpose(W)), p, p)),
        ("v q", n.Component(v, q)),
        ("(linMap W v) p", n.Component(n.Apply(n.LinMap(W), v), p)),
        ("linMap W v p", n.Component(n.Apply(n.LinMap(W), v), p)),
        ("u 0 q", n.Component(n.Index(seconds, n.Lit(0, NAT)), q)),
        ("∑ j, v j", n.Sum("j", n.All("l"), n.Component(v, column))),
        ("∑ i, ∑ j, |W i j|", n.Sum("i", n.All("k"), n.Sum("j", n.All("l"), n.Abs(n.Entry(W, row, column))))),
        ("∏ i : k, a", n.Product("i", n.All("k"), a)),
    ],
)
def test_matrices_and_their_norms_entries_and_sums(text: str, expected: n.Term) -> None:
    assert matrix_conclusion(f"{text} = a") == n.Rel("=", expected, a)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W = S + 0", n.Rel("=", W, n.Add(S, n.Lit(0, KL)))),
        ("Wᵀ ≠ B", n.Rel("≠", n.Transpose(W), B)),
        ("W * B = 0", n.Rel("=", n.MatMul(W, B), n.Lit(0, n.Matrix("k", "k")))),
        ("0 = linMap W", n.Rel("=", n.Lit(0, n.Map("ℝ^l", "ℝ^k")), n.LinMap(W))),
        (
            "∀ i, ∀ j, W i j ≤ a",
            n.Forall("i", n.All("k"), n.Forall("j", n.All("l"), n.Rel("≤", n.Entry(W, row, column), a))),
        ),
    ],
)
def test_relations_between_matrices_and_maps(text: str, expected: n.Prop) -> None:
    assert matrix_conclusion(text) == expected


def test_a_binder_called_like_a_definition_hides_it() -> None:
    statement = parse_statement("theorem t (linMap : ℕ → ℝ) : linMap 0 = 1")
    assert statement.conclusion == n.Rel(
        "=", n.Index(n.Var("linMap", n.Seq(REAL)), n.Lit(0, NAT)), n.Lit(1, REAL)
    )


def test_connectives_and_quantifiers() -> None:
    bound = n.Forall("i", n.Range(length), n.Rel("≤", n.Index(ε, i), a))
    positive, same = n.Rel("<", n.Lit(0, REAL), a), n.Rel("=", a, b)
    assert conclusion("0 < a ∧ ∀ i ∈ Finset.range n, ε i ≤ a") == n.And(positive, bound)
    assert conclusion("0 < a ∧ a = b ↔ a = b") == n.Iff(n.And(positive, same), same)
    assert conclusion("(0 < a ↔ a = b) ∧ a = b") == n.And(n.Iff(positive, same), same)
    assert conclusion("0 < a ∧ a = b ∧ 0 < a") == n.And(positive, n.And(same, positive))
