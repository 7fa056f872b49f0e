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
            "L = d.nonneg()",
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
    ("(hs : ∀ i ∈ Finset.range n, s i < c)", "s = d.sequence_of(n, lambda i: c - d.positive())"),
    ("(hs : ∀ i ∈ Finset.range n, 0 ≤ s i)", "s = d.sequence_of(n, lambda i: d.nonneg())"),
    (
        "(h0 : ∀ i ∈ Finset.range n, 0 ≤ s i) (h1 : ∀ j ∈ Finset.range n, s j < 1)",
        "s = d.sequence_of(n, lambda i: d.unit())",
    ),
    ("", "s = d.sequence(n)"),
]


@pytest.mark.parametrize(("hypotheses", "expected"), SEQUENCES, ids=[row[1] for row in SEQUENCES])
def test_roles_of_sequences(hypotheses: str, expected: str) -> None:
    drawn = lines(f"(n : ℕ) (c : ℝ) (s : ℕ → ℝ) {hypotheses}", "∑ i ∈ Finset.range n, s i ≤ c")
    assert drawn[:2] == ["n = d.nat()", "c = d.real()"]
    assert drawn[2] == expected


CONDITION = "(hcond : (1 + L) ^ 2 < 1 + 2 * g * c + g ^ 2)"
UPDATE = "(hg : g = ‖u‖ / ‖h‖) (hc : c = inner ℝ h u / (‖h‖ * ‖u‖))"


def test_the_contraction_condition_on_scalars_is_solved_for_the_alignment() -> None:
    drawn = lines(f"(g c L : ℝ) {CONDITION}")
    assert drawn[:2] == ["g = d.nonzero()", "L = d.real()"]
    assert drawn[2].startswith("c = ops.div((ops.real(1) + L) ** 2 + d.positive()")


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
