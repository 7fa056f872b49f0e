"""Printer and reader undo each other, and two independent parsers see the same trees."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from lark.exceptions import LarkError

from pybridge.ir import Statement, check_statement, print_statement
from pybridge.parser import parse_statement, read_project
from pybridge.parser import surface as s
from pybridge.parser.binders import Assumption
from pybridge.parser.header import read_groups
from pybridge.parser.lexer import tokens
from pybridge.parser.pratt import ExpressionReader
from pybridge.parser.scope import Scope
from pybridge.parser.source import Source
from pybridge.parser.stream import Stream
from tests.parser.oracle import leaves_have_positions, oracle_shape, oracle_text, rewrite_bars, surface_shape
from tests.parser.strategies import plain_props, statements
from tests.parser.texts import ROOT, SPECIFICATION, name_of

PROJECT = read_project(ROOT)


def pratt_trees(header: str) -> list[s.Surface]:
    """Trees of a header's hypotheses and conclusion, by the Pratt parser."""
    source = Source(header.partition(":=")[0], "<string>")
    stream = Stream(source, tokens(source))
    stream.expect("theorem", "first")
    stream.expect_name("a name", "second")
    groups = read_groups(stream, Scope())
    stream.expect(":", "before the conclusion")
    conclusion = ExpressionReader(stream, {}).read()
    assert stream.next.kind == "end"
    return [*(group.prop for group in groups if isinstance(group, Assumption)), conclusion]


def assert_parsers_agree(header: str) -> None:
    trees = pratt_trees(header)
    assert [surface_shape(tree) for tree in trees] == oracle_shape(header)
    assert all(leaves_have_positions(tree) for tree in trees)


def reread(statement: Statement) -> Statement:
    """The statement printed and read again, with what a printed header does not carry."""
    found = parse_statement(print_statement(statement), statement.file)
    return replace(found, namespace=statement.namespace, line=statement.line, doc=statement.doc)


# ---- theorems as people write them -----------------------------------------------------------------
@pytest.mark.parametrize("statement", PROJECT, ids=lambda statement: statement.name)
def test_an_exported_theorem_survives_printing(statement: Statement) -> None:
    assert reread(statement) == statement


@pytest.mark.parametrize("statement", PROJECT, ids=lambda statement: statement.name)
def test_both_parsers_agree_on_an_exported_theorem(statement: Statement) -> None:
    assert_parsers_agree(statement.source)
    assert_parsers_agree(print_statement(statement))


@pytest.mark.parametrize("text", SPECIFICATION, ids=name_of)
def test_a_planned_theorem_is_read(text: str) -> None:
    statement = parse_statement(text)
    assert reread(statement) == statement
    assert_parsers_agree(text)
    assert_parsers_agree(print_statement(statement))


# ---- theorems as no one writes them ----------------------------------------------------------------
@settings(max_examples=200)
@given(statements())
def test_any_statement_survives_printing(statement: Statement) -> None:
    check_statement(statement)
    assert reread(statement) == statement


@settings(max_examples=200)
@given(statements(plain_props()))
def test_both_parsers_agree_on_any_plain_statement(statement: Statement) -> None:
    assert_parsers_agree(print_statement(statement))


def test_the_pratt_parser_reads_whatever_the_grammar_makes() -> None:
    texts = {oracle_text(seed) for seed in range(1500)}
    for text in sorted(texts):
        header = "theorem t : " + text
        assert [surface_shape(tree) for tree in pratt_trees(header)] == oracle_shape(header), text
    assert len(texts) > 1000
    assert sum("‖" in text for text in texts) > 100


# ---- the oracle can disagree -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a + b * c = a", "(a + b) * c = a"),
        ("a - b - c = a", "a - (b - c) = a"),
        ("-a ^ 2 = a", "(-a) ^ 2 = a"),
        ("a ^ m ^ n = a", "(a ^ m) ^ n = a"),
        ("∑ i ∈ Finset.range n, ε i * a = a", "(∑ i ∈ Finset.range n, ε i) * a = a"),
        ("‖x‖ - ‖y‖ = a", "‖x - y‖ = a"),
    ],
)
def test_the_comparison_sees_precedence(text: str, wrong: str) -> None:
    header = "theorem t (a : ℝ) : "
    assert surface_shape(pratt_trees(header + text)[0]) == oracle_shape(header + text)[0]
    assert surface_shape(pratt_trees(header + text)[0]) != oracle_shape(header + wrong)[0]


def test_the_oracle_refuses_what_is_outside() -> None:
    with pytest.raises(LarkError):
        oracle_shape("theorem t (a b : ℝ) : a ≥ b")


def test_bars_close_after_an_operand() -> None:
    assert rewrite_bars("‖x‖ * ‖y - z‖ + |a|") == "⦃x⦄ * ⦃y - z⦄ + ⟦a⟧"
