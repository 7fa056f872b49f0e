"""Walking, rebuilding and substituting."""

from __future__ import annotations

from typing import assert_type

from hypothesis import given

from pybridge.ir import children, free_variables, print_prop, print_term, rebuild, substitute, walk
from pybridge.ir import nodes as n
from pybridge.ir.traverse import Node
from tests.ir.samples import NAT, REAL, STATEMENT, W, a, c, i, lit, m, r, v, ε
from tests.parser.strategies import props

b = n.Var("b", REAL)
sum_ = n.Sum("i", n.Range(m), n.Mul(n.Index(ε, i), a))


def test_walk_goes_from_the_whole_to_its_parts() -> None:
    assert list(walk(sum_)) == [sum_, m, n.Mul(n.Index(ε, i), a), n.Index(ε, i), ε, i, a]


def test_children_go_through_index_sets() -> None:
    assert children(n.Sum("i", n.Ico(m, lit(3, NAT)), a)) == (m, lit(3, NAT), a)
    assert children(a) == ()


def test_bound_variables_are_not_free() -> None:
    assert free_variables(sum_) == {"m", "ε", "a"}
    assert free_variables(n.Sum("i", n.Range(i), i)) == {"i"}
    assert free_variables(STATEMENT.hypotheses[2].prop) == {"m", "ε", "a"}


def test_rebuild_works_from_the_bottom() -> None:
    def doubled(node: Node) -> Node:
        return n.Add(node, node) if isinstance(node, n.Var) and node.sort == REAL else node

    assert print_term(rebuild(n.Mul(a, n.Neg(b)), doubled)) == "(a + a) * -(b + b)"
    assert_type(rebuild(STATEMENT.conclusion, doubled), n.Prop)


def test_substitution_is_simultaneous_and_leaves_bound_variables() -> None:
    assert substitute(n.Sub(a, b), {"a": b, "b": a}) == n.Sub(b, a)
    assert substitute(sum_, {"i": lit(3, NAT)}) == sum_
    assert print_term(substitute(sum_, {"m": n.Add(m, lit(1, NAT))})) == "∑ i ∈ Finset.range (m + 1), ε i * a"


def test_substitution_renames_what_would_capture() -> None:
    over_i = n.Index(ε, i)
    assert print_term(substitute(sum_, {"a": over_i})) == "∑ i' ∈ Finset.range m, ε i' * ε i"
    prop = n.Forall("i", n.Range(m), n.Rel("≤", n.Index(ε, i), a))
    assert print_prop(substitute(prop, {"a": over_i})) == "∀ i' ∈ Finset.range m, ε i' ≤ ε i"


def test_walks_and_substitution_know_index_types() -> None:
    entries = n.Sum("c", n.All("l"), n.Mul(n.Entry(W, r, c), n.Component(v, c)))
    assert free_variables(entries) == {"W", "r", "v"}
    assert children(n.Sum("c", n.All("l"), a)) == (a,)
    assert print_term(substitute(entries, {"r": n.Var("c", n.Member("k"))})) == "∑ c', W c c' * v c'"


@given(props())
def test_rebuilding_with_the_identity_changes_nothing(prop: n.Prop) -> None:
    assert rebuild(prop, lambda node: node) == prop
    assert substitute(prop, {}) == prop


@given(props())
def test_substituting_a_variable_removes_it(prop: n.Prop) -> None:
    replaced = substitute(prop, {"a": lit(1)})
    assert free_variables(replaced) == free_variables(prop) - {"a"}
