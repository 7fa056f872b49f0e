"""Each role turns its hypothesis into a draw; what no role knows is an error that names it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from pybridge.codegen import draw_source, load
from pybridge.codegen.plan_draw import plan_draw
from pybridge.codegen.verbs import VERBS
from pybridge.errors import PlanError
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement
from pybridge.runtime.strategies import Draw, falsify

NORMED = "{E : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]"
INNER = "{E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]"


def read(binders: str, conclusion: str = "(0 : ℝ) = 0") -> Statement:
    return parse_statement(f"theorem t {binders} : {conclusion}")


def lines(binders: str, conclusion: str = "(0 : ℝ) = 0") -> list[str]:
    """The assignments of the generated draw."""
    source = draw_source(read(binders, conclusion)).splitlines()[1:-1]
    return [line.strip() for line in source if line.strip() != "ops = d.ops"]


REALS = [
    ("(a : ℝ)", ["a = d.real()"]),
    ("(a : ℝ) (ha : 0 ≤ a)", ["a = d.nonneg()"]),
    ("(a : ℝ) (ha : 0 < a)", ["a = d.positive()"]),
    ("(a : ℝ) (ha : a ≠ 0)", ["a = d.nonzero()"]),
    ("(a : ℝ) (ha : 0 ≤ a) (ha' : a ≠ 0)", ["a = d.positive()"]),
    ("(a : ℝ) (h0 : 0 ≤ a) (h1 : a < 1)", ["a = d.unit()"]),
    ("(a : ℝ) (h0 : 0 ≤ a) (h1 : a ≤ 1)", ["a = d.at_most(ops.real(1))"]),
    ("(a : ℝ) (h0 : 0 < a) (h1 : a < 1)", ["a = d.inside(ops.real(1))"]),
    ("(a : ℝ) (h0 : 1 < a) (h1 : a ≤ 3)", ["a = ops.real(3) - d.below(ops.real(2))"]),
    ("(a : ℝ) (h1 : a < 1)", ["a = ops.real(1) - d.positive()"]),
    ("(a b : ℝ) (h : a ≤ b)", ["a = d.real()", "b = a + d.slack()"]),
    ("(a b : ℝ) (h : b < a)", ["b = d.real()", "a = b + d.positive()"]),
    ("(a b : ℝ) (h0 : 0 ≤ a) (h : a < b)", ["a = d.nonneg()", "b = a + d.positive()"]),
    (
        "(a b c : ℝ) (h : a ≤ c) (h' : b ≤ c)",
        ["a = d.real()", "b = d.real()", "c = d.largest(a, b) + d.slack()"],
    ),
    ("(a b : ℝ) (h : 2 * a ≤ b)", ["a = d.real()", "b = ops.real(2) * a + d.slack()"]),
    ("(a b : ℝ) (hab : a + b = 3)", ["a = d.real()", "b = ops.real(3) - a"]),
    ("(a b : ℝ) (hb : b = a ^ 2)", ["a = d.real()", "b = a ** 2"]),
    ("(a b : ℝ) (h : a ≠ b)", ["a = d.real()", "b = a + d.nonzero()"]),
    (
        "(a b c : ℝ) (hc : 0 < c) (h : c < a * b)",
        ["a = d.nonzero()", "c = d.positive()", "b = ops.div(c + d.positive(), a)"],
    ),
    (
        "(a b c : ℝ) (h : c < a * b)",
        ["a = d.real()", "b = d.real()", "c = a * b - d.positive()"],
    ),
    ("(n : ℕ) (hn : n ≠ 0)", ["n = d.positive_nat()"]),
    ("(n : ℕ) (hn : 0 < n)", ["n = d.positive_nat()"]),
    ("(m n : ℕ) (h : m ≤ n)", ["m = d.nat()", "n = m + d.nat()"]),
    ("(a b : ℝ) (h : |a| ≤ b)", ["a = d.real()", "b = ops.abs(a) + d.slack()"]),
    ("(a b : ℝ) (h : -a ≤ b) (h' : a ≤ b)", ["a = d.real()", "b = d.largest(-a, a) + d.slack()"]),
    ("(a b : ℝ) (h : 0 < a * b)", ["a = d.positive()", "b = d.positive()"]),
    ("(a : ℝ) (h : 0 ≤ a ^ 2 + 3)", ["a = d.real()"]),
    ("(a : ℝ) (h : 0 < a ^ 2)", ["a = d.nonzero()"]),
    (
        "(a L : ℝ) (h : 4 * (1 + L) ^ 2 ≤ 4 + a)",
        ["L = d.real()", "a = ops.real(4) * (ops.real(1) + L) ** 2 - ops.real(4) + d.slack()"],
    ),
    (
        "(a L : ℝ) (h : (1 + L) ^ 2 < 1 + a ^ 2)",
        ["a = d.nonzero()", "L = d.below(ops.sqrt(ops.real(1) + a ** 2) - ops.real(1))"],
    ),
    (
        "(a : ℝ) (h : 1 / 2 ≤ a) (h' : a < 3 / 4)",
        ["a = ops.div(ops.real(1), ops.real(2)) + d.below(ops.div(ops.real(1), ops.real(4)))"],
    ),
    ("(m n : ℕ) (h : m < n)", ["m = d.nat()", "n = m + d.positive_nat()"]),
]


@pytest.mark.parametrize(("binders", "expected"), REALS, ids=[row[0] for row in REALS])
def test_roles_of_reals_and_naturals(binders: str, expected: list[str]) -> None:
    assert lines(binders) == expected


VECTORS = [
    ("(x : E)", ['x = d.vector("E")']),
    ("(f : E →L[ℝ] E)", ['f = d.map("E", "E")']),
    ("(h : E) (hh : h ≠ 0)", ['d.space("E", least=1)', 'h = d.nonzero_vector("E")']),
    (
        "(h u : E) (hh : h ≠ 0) (hu : h + u ≠ 0)",
        ['d.space("E", least=1)', 'h = d.nonzero_vector("E")', 'u = d.nonzero_vector("E") - h'],
    ),
    (
        "(h k : E) (hk : h - k ≠ 0)",
        ['d.space("E", least=1)', 'h = d.vector("E")', 'k = h - d.nonzero_vector("E")'],
    ),
    ("(x : E) (r : ℝ) (h : ‖x‖ ≤ r)", ['x = d.vector("E")', "r = ops.vec_norm(x) + d.slack()"]),
    (
        "(x y : E) (r : ℝ) (h : ‖x - y‖ ≤ r)",
        ['x = d.vector("E")', 'y = x - d.displacement("E")', "r = ops.vec_norm(x - y) + d.slack()"],
    ),
    (
        "(u v h : E) (L : ℝ) (hL : ‖u - v‖ ≤ L * ‖h‖)",
        [
            'u = d.vector("E")',
            'h = d.vector("E")',
            "L = d.coefficient(ops.vec_norm(h))",
            'v = u - d.vector_within("E", L * ops.vec_norm(h), along=h)',
        ],
    ),
    ("(x : E) (h : 0 < ‖x‖)", ['d.space("E", least=1)', 'x = d.nonzero_vector("E")']),
    (
        "(x y : E) (h : 2 * ‖x - y‖ < 1)",
        ['x = d.vector("E")', 'y = x - d.vector_within("E", d.below(ops.div(ops.real(1), ops.real(2))))'],
    ),
    (
        "(f g r : E →L[ℝ] E) (hf : f = g + r)",
        ['g = d.map("E", "E")', 'r = d.map("E", "E")', "f = g + r"],
    ),
    ("(f : E →L[ℝ] E) (N : ℝ) (hN : ‖f‖ ≤ N)", ['f = d.map("E", "E")', "N = ops.map_norm(f) + d.slack()"]),
]


@pytest.mark.parametrize(("binders", "expected"), VECTORS, ids=[row[0] for row in VECTORS])
def test_roles_of_vectors_and_maps(binders: str, expected: list[str]) -> None:
    assert lines(f"{NORMED} {binders}") == expected


SEQUENCES = [
    ("(hs : ∀ i ∈ Finset.range n, s i ≤ c)", "s = d.sequence_below(n, c)"),
    ("(hs : ∀ i ∈ Finset.range n, s i < c)", "s = d.sequence_until(n, lambda i: c - d.positive())"),
    ("(hs : ∀ i ∈ Finset.range n, 0 ≤ s i)", "s = d.sequence_until(n, lambda i: d.nonneg())"),
    (
        "(h0 : ∀ i ∈ Finset.range n, 0 ≤ s i) (h1 : ∀ j ∈ Finset.range n, s j < 1)",
        "s = d.sequence_until(n, lambda i: d.unit())",
    ),
    ("", "s = d.sequence(n)"),
]


@pytest.mark.parametrize(("hypotheses", "expected"), SEQUENCES, ids=[row[1] for row in SEQUENCES])
def test_roles_of_sequences(hypotheses: str, expected: str) -> None:
    drawn = lines(f"(n : ℕ) (c : ℝ) (s : ℕ → ℝ) {hypotheses}", "∑ i ∈ Finset.range n, s i ≤ c")
    assert drawn[:2] == ["n = d.nat()", "c = d.real()"]
    assert drawn[2] == expected


RECURSIONS = [
    (
        "a step with a slack",
        "(hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ c * V t)",
        "V = d.recursion(n, d.real(), lambda t, V_t: c * V_t - d.slack())",
    ),
    (
        "a strict step from below",
        "(hV : ∀ t ∈ Finset.range n, V t + c < V (t + 1))",
        "V = d.recursion(n, d.real(), lambda t, V_t: V_t + c + d.positive())",
    ),
    (
        "an equation, and a first entry that is given",
        "(h0 : V 0 = 0) (hV : ∀ t ∈ Finset.range n, V (t + 1) = V t + c)",
        "V = d.recursion(n, ops.real(0), lambda t, V_t: V_t + c)",
    ),
    (
        "a first entry that is bounded",
        "(h0 : 0 ≤ V 0) (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ V t)",
        "V = d.recursion(n, d.nonneg(), lambda t, V_t: V_t - d.slack())",
    ),
    (
        "from the middle on",
        "(hmn : m ≤ n) (hV : ∀ t ∈ Finset.Ico m n, V (t + 1) ≤ c * V t)",
        "V = d.recursion(n, d.real(), lambda t, V_t: c * V_t - d.slack(), since=m)",
    ),
    (
        "a bound of every entry leaves the other sequence to be solved for",
        "(h0 : ∀ t ∈ Finset.range n, 0 ≤ V t) (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ V t + s t)",
        "s = d.sequence_until(n, lambda t: V(t + 1) - V(t) + d.slack())",
    ),
    (
        "every entry by a definition",
        "(hs : ∀ t ∈ Finset.range n, s t = c * V t)",
        "s = d.sequence_until(n, lambda t: c * V(t))",
    ),
    (
        "an entry below what is left",
        "(hs : ∀ t ∈ Finset.range n, V t + s t ≤ c)",
        "s = d.sequence_until(n, lambda t: c - V(t) - d.slack())",
    ),
    (
        "products at one level",
        "(hp : ∀ t ∈ Finset.range n, (∏ i ∈ Finset.Ico t n, V i) * s t ≤ c / (n : ℝ))",
        "s = d.sequence_until(n, lambda t: d.level(s_level, ops.product(t, n, lambda i: V(i))))",
    ),
    (
        "only the first entry is given",
        "(h0 : V 0 = 3)",
        "V = d.recursion(n, ops.real(3), lambda i, V_i: d.real())",
    ),
    (
        "a number above the first entry",
        "(h0 : V 0 ≤ c) (hV : ∀ t ∈ Finset.range n, 0 ≤ V t)",
        "c = V(0) + d.slack()",
    ),
]


@pytest.mark.parametrize(
    ("hypotheses", "expected"), [r[1:] for r in RECURSIONS], ids=[r[0] for r in RECURSIONS]
)
def test_roles_of_entries(hypotheses: str, expected: str) -> None:
    drawn = lines(f"(V s : ℕ → ℝ) (c : ℝ) (m n : ℕ) {hypotheses}", "∑ i ∈ Finset.range n, (V i + s i) ≤ c")
    assert expected in drawn


def test_a_vector_recursion_within_a_ball() -> None:
    """The perturbed states step within the ball, and its updates are their differences."""
    drawn = "\n".join(
        lines(
            f"{NORMED} (h k u v : ℕ → E) (L : ℕ → ℝ) (n : ℕ) (hh : ∀ t ∈ Finset.range n, h t ≠ 0) "
            "(hu : ∀ t ∈ Finset.range n, h (t + 1) = h t + u t) "
            "(hv : ∀ t ∈ Finset.range n, k (t + 1) = k t + v t) "
            "(hL : ∀ t ∈ Finset.range n, ‖u t - v t‖ ≤ L t * ‖h t - k t‖)",
            "‖h n - k n‖ ≤ 1",
        )
    )
    assert 'h = d.nonzero_vector_sequence("E", n)' in drawn
    assert "u = d.sequence_until(n, lambda t: h(t + 1) - h(t))" in drawn
    assert 'h(0) - d.displacement("E")' in drawn
    assert 'd.vector_within("E", L(t) * ops.vec_norm(h(t) - k_t), along=h(t) - k_t)' in drawn
    assert "v = d.sequence_until(n, lambda t: k(t + 1) - k(t))" in drawn


FACTORS = [
    (
        f"{NORMED} (f : E → E) (x y : E) (L : ℝ) (hL : ‖f x - f y‖ ≤ L * ‖x - y‖)",
        "L = d.factor(ops.vec_norm(f(x) - f(y)), ops.vec_norm(x - y))",
    ),
    (f"{NORMED} (x y : E) (L : ℝ) (hL : ‖y‖ ≤ L * ‖x‖)", "L = d.coefficient(ops.vec_norm(x))"),
    (f"{NORMED} (x y : E) (L : ℝ) (hx : x ≠ 0) (hL : ‖y‖ ≤ L * ‖x‖)", "L = d.nonneg()"),
    ("(u : ℝ) (m : ℕ) (hu : 0 ≤ u) (h : (m : ℝ) * u < 1)", "u = d.share_below(ops.real(1), ops.cast(m))"),
    ("(u : ℝ) (m : ℕ) (h : (m : ℝ) * u ≤ 1)", "u = d.share_at_most(ops.real(1), ops.cast(m)) - d.slack()"),
    (
        "(x y u v a b : ℝ) (hx : |u - x| ≤ a) (hy : |v - y| ≤ b) (h : v + (a + b) < u)",
        "y = v - d.within(b)",
    ),
    (
        "(g L r : ℝ) (h : L / g ≤ r) (h' : r ≤ g / L)",
        "r = d.between(ops.div(L, g), ops.div(g, L))",
    ),
    (
        "(g L r : ℝ) (h : L / g < r) (h' : r ≤ g / L)",
        "r = d.strictly_between(ops.div(L, g), ops.div(g, L))",
    ),
]


@pytest.mark.parametrize(("binders", "expected"), FACTORS, ids=[row[1][:24] for row in FACTORS])
def test_roles_of_factors_balls_and_brackets(binders: str, expected: str) -> None:
    assert expected in lines(binders)


MATRICES = "{m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]"


def test_matrices_and_members_are_drawn_over_index_types() -> None:
    assert lines(f"{MATRICES} (A B C : Matrix m n ℝ) (x : EuclideanSpace ℝ n) (i : m) (hA : A = B + C)") == [
        'd.size("m", least=1)',
        'B = d.matrix("m", "n")',
        'C = d.matrix("m", "n")',
        "A = B + C",
        'x = d.vector("ℝ^n")',
        'i = d.member("m")',
    ]


def test_a_number_above_the_sums_of_all_rows() -> None:
    assert lines(f"{MATRICES} (W : Matrix m n ℝ) (R : ℝ) (hR : ∀ i, ∑ j, |W i j| ≤ R)")[1:] == [
        "R = d.above_all(",
        "0,",
        'ops.size("m"),',
        'lambda i: ops.sum(0, ops.size("n"), lambda j: ops.abs(ops.entry(W, i, j))),',
        ")",
    ]


CONDITION = "(hcond : (1 + L) ^ 2 < 1 + 2 * g * c + g ^ 2)"
UPDATE = "(hg : g = ‖u‖ / ‖h‖) (hc : c = inner ℝ h u / (‖h‖ * ‖u‖))"


def test_the_contraction_condition_on_scalars_is_met_with_and_without_a_gain() -> None:
    """The alignment lifts the right side; where g = 0 it cannot, and 1 + L is drawn below the root."""
    drawn = lines(f"(g c L : ℝ) {CONDITION}")
    assert drawn[0] == "g = d.real()"
    assert drawn[1] == "L = d.square_within(ops.real(1) + g ** 2, free=ops.real(2) * g) - ops.real(1)"
    assert drawn[2].startswith("c = d.lifting((ops.real(1) + L) ** 2 - (ops.real(1) + g ** 2)")


def test_the_contraction_condition_on_vectors_makes_the_state_grow() -> None:
    drawn = lines(f"{INNER} (h u : E) (g c L : ℝ) {UPDATE} {CONDITION}")
    assert 'u = d.vector_of_norm("E", ops.vec_norm(h) + d.positive()) - h' in drawn
    assert any(line.startswith("L = d.below(ops.sqrt(") for line in drawn)
    assert 'h = d.nonzero_vector("E")' in drawn  # implied: with h = 0 the condition cannot hold


def test_an_acute_angle_is_drawn_within_a_ball() -> None:
    assert lines(f"{INNER} (x y : E) (h : 0 < inner ℝ x y)") == [
        'd.space("E", least=1)',
        'x = d.nonzero_vector("E")',
        'y = x + d.vector_within("E", d.below(ops.vec_norm(x)))',
    ]


def test_an_ignored_hypothesis_is_not_planned_for() -> None:
    statement = read("(a b : ℝ) (h : a ^ 2 * b ^ 2 = 3)")
    with pytest.raises(PlanError):
        plan_draw(statement)
    assert [name for name, _ in plan_draw(statement, ignoring=("h",)).steps] == ["a", "b"]


UNKNOWN = [
    ("(a b : ℝ) (hab : a ^ 2 + b ^ 2 = 1)", "hab : a ^ 2 + b ^ 2 = 1"),
    ("(n : ℕ) (hn : n ≤ 3)", "hn : n ≤ 3"),
    ("(a : ℝ) (h0 : 1 ≤ a) (h1 : a ≤ 0)", "h0 : 1 ≤ a`, `h1 : a ≤ 0"),
    (f"{NORMED} (f : E →L[ℝ] E) (x : E) (hx : ‖f x‖ < 1)", "hx : ‖f x‖ < 1"),
]


@pytest.mark.parametrize(("binders", "culprit"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_a_hypothesis_without_a_role_is_named(binders: str, culprit: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan_draw(read(binders))
    message = str(caught.value)
    assert message.startswith("<string>:1: `t`")
    assert f"`{culprit}" in message
    assert "pybridge/codegen/roles/" in message


CONTRACTION = f"""theorem contraction {INNER} (h u k v : E) (g c L ρ : ℝ)
    (hh : h ≠ 0) (he : h - k ≠ 0) {UPDATE}
    (hL : ‖u - v‖ ≤ L * ‖h - k‖) {CONDITION}
    (hρ : ρ = (‖(h + u) - (k + v)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - k‖ ^ 2 / ‖h‖ ^ 2)) : ρ < 1"""


def without(statement: Statement, dropped: tuple[str, ...]) -> Statement:
    return replace(
        statement,
        hypotheses=tuple(h for h in statement.hypotheses if h.name not in dropped),
        binder_order=tuple(name for name in statement.binder_order if name not in dropped),
    )


def test_every_subset_of_hypotheses_can_be_planned() -> None:
    statement = parse_statement(CONTRACTION)
    names = [h.name for h in statement.hypotheses]
    for size in range(len(names) + 1):
        for dropped in combinations(names, size):
            plan = plan_draw(without(statement, dropped))
            assert [name for name, _ in plan.roles] == [name for name in names if name not in dropped]
            assert {name for name, _ in plan.steps} == {b.name for b in statement.binders}


@pytest.mark.parametrize("dropped", ["hg", "hc", "hL", "hcond", "hρ"])
def test_a_needed_hypothesis_that_is_dropped_is_missed(dropped: str) -> None:
    check = load(without(parse_statement(CONTRACTION), (dropped,)))
    witness = falsify(check, check.draw, "l2", 200)
    assert witness is not None
    assert set(witness.bindings) == {"h", "u", "k", "v", "g", "c", "L", "ρ"}


def test_every_verb_is_implemented() -> None:
    from pybridge.runtime.exact.draw import Draw as ExactDraw

    class AnyChoice:
        def integer(self, low: int, high: int) -> int:
            return low

    draw = ExactDraw(AnyChoice(), "l2")
    assert [verb for verb in VERBS if not callable(getattr(draw, verb, None))] == []
    assert Draw is ExactDraw
