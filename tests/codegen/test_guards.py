"""Every denominator is guarded, once, under the quantifiers it stands under."""

from __future__ import annotations

from pybridge.codegen import load
from pybridge.codegen.guards import guards
from pybridge.codegen.pyexpr import Atom, flat
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement
from pybridge.runtime.exact import ExactBackend


def guarded(text: str) -> list[tuple[str, str]]:
    statement = parse_statement(f"theorem t {text}")
    scope = {binder.name: Atom(binder.name) for binder in statement.binders}
    return [(lean, flat(claim)) for lean, claim in guards(statement, scope)]


def test_each_denominator_once_in_order() -> None:
    assert guarded("(a b c : ℝ) (hc : c = a / b) : a / (1 - c) ≤ a / b + a / 2") == [
        ("b", "ops.ne(b, ops.real(0))"),
        ("1 - c", "ops.ne(ops.real(1) - c, ops.real(0))"),
    ]


def test_nested_denominators_are_guarded_from_within() -> None:
    assert [lean for lean, _ in guarded("(a b c d : ℝ) : (a / b) / (c / d) ≤ 1")] == ["b", "d", "c / d"]


def test_a_literal_zero_is_guarded() -> None:
    assert guarded("(a : ℝ) : a / 0 ≤ 1") == [("(0 : ℝ)", "ops.ne(ops.real(0), ops.real(0))")]


def test_a_denominator_under_a_sum_is_guarded_for_every_index() -> None:
    found = guarded("(n : ℕ) (ε : ℕ → ℝ) : ∑ i ∈ Finset.range n, 1 / ε i ≤ 1")
    assert found == [("ε i", "ops.forall(0, n, lambda i: ops.ne(ε(i), ops.real(0)))")]


def test_a_denominator_over_an_index_type_is_guarded_for_every_element() -> None:
    found = guarded("{n : Type*} [Fintype n] (x : EuclideanSpace ℝ n) : ∑ j, 1 / x j ≤ 1")
    claim = 'ops.forall(0, ops.size("n"), lambda j: ops.ne(ops.component(x, j), ops.real(0)))'
    assert found == [("x j", claim)]


def test_nothing_to_guard() -> None:
    assert guarded("(a b : ℝ) : a * b ≤ 1") == []


def test_a_guard_is_false_exactly_at_zero() -> None:
    statement: Statement = parse_statement("theorem t (a b : ℝ) : a / (b - 1) ≤ a")
    check, ops = load(statement), ExactBackend("real")
    [(text, at_zero)] = check.guards(ops, a=ops.real(1), b=ops.real(1))
    [(_, elsewhere)] = check.guards(ops, a=ops.real(1), b=ops.real(2))
    assert text == "b - 1"
    assert at_zero().any_false()
    assert elsewhere().all_true()
