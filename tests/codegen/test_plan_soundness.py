"""Whatever can be planned is drawn true: all pairs and many triples of hypotheses, every draw exactly."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from pybridge.codegen import load
from pybridge.errors import PlanError
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.factors import RejectedDraw

BINDERS = (
    "{E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E] (f g : E →L[ℝ] E) (x y : E) (m n : ℕ) "
    "(s : ℕ → ℝ) (a b c : ℝ)"
)
POOL = (
    "0 ≤ a",
    "0 < b",
    "a < 1",
    "a ≤ b",
    "b < c",
    "a ≠ 0",
    "a ≠ c",
    "a + b = c",
    "c < a * b",
    "a ^ 2 ≤ b",
    "(1 + a) ^ 2 < 1 + b ^ 2",
    "(1 + a) ^ 2 ≤ 1 + 2 * b * c + b ^ 2",
    "1 < 1 + 2 * b * c + b ^ 2",
    "|a| < c",
    "n ≠ 0",
    "m ≤ n",
    "x ≠ 0",
    "x + y ≠ 0",
    "x = y",
    "‖x - y‖ ≤ a",
    "‖x‖ < b",
    "‖x - y‖ ≤ b * ‖x‖",
    "2 * ‖y‖ ≤ c",
    "0 < inner ℝ x y",
    "‖f‖ ≤ a",
    "f = g + g",
    "g = f - f",
    "∀ i ∈ Finset.range n, s i ≤ a",
    "∀ i ∈ Finset.range n, 0 ≤ s i",
    "∀ i ∈ Finset.range n, s i < 1",
    "∀ i ∈ Finset.range n, s (i + 1) ≤ a * s i + b",
    "∀ i ∈ Finset.Ico m n, s i < s (i + 1)",
    "∀ i ∈ Finset.range n, s i * c ≤ b",
    "s 0 = 1",
    "s 0 ≤ c",
    "(m : ℝ) * a < 1",
    "|a - b| ≤ c",
    "∀ i ∈ Finset.range n, ‖x‖ * s i ≤ b / (n : ℝ)",
    "b = ‖x‖ / ‖y‖",
    "c = inner ℝ x y / (‖x‖ * ‖y‖)",
)
DRAWS = 8


class Choices:
    """Integers from a seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


def statement(hypotheses: tuple[str, ...]) -> Statement:
    texts = []
    for number, text in enumerate(hypotheses):
        defined = text[0] if text[:4] in ("b = ", "c = ", "f = ", "g = ") else f"p{number}"
        texts.append(f"(h{defined} : {text})")
    return parse_statement(f"theorem t {BINDERS} {' '.join(texts)} : ∑ i ∈ Finset.range n, s i ≤ a")


def missed(hypotheses: tuple[str, ...], ignoring: tuple[str, ...] = ()) -> list[str] | None:
    """Hypotheses that some draw did not meet; None where there is no plan."""
    try:
        check = load(statement(hypotheses), ignoring=ignoring)
    except PlanError:
        return None
    found = []
    for seed in range(DRAWS):
        draw = Draw(Choices(seed), "l2")
        try:
            values = check.draw(draw)
        except RejectedDraw:
            continue
        for name, claim in check.hypotheses(draw.ops, **values):
            if not claim().all_true():
                found.append(f"{name} of {hypotheses} with seed {seed}")
    return found


@pytest.mark.parametrize("hypothesis", POOL)
def test_each_alone_can_be_planned_and_is_met(hypothesis: str) -> None:
    assert missed((hypothesis,)) == []


def test_a_draw_that_misses_is_seen() -> None:
    assert missed(("a < 1", "‖x‖ < b"), ignoring=("hp1",))


def test_pairs_that_can_be_planned_are_met() -> None:
    outcomes = [missed(pair) for pair in combinations(POOL, 2)]
    assert [line for outcome in outcomes if outcome for line in outcome] == []
    planned = sum(outcome is not None for outcome in outcomes)
    assert planned > 0.9 * len(outcomes)


def test_triples_that_can_be_planned_are_met() -> None:
    triples = Random(0).sample(list(combinations(POOL, 3)), 300)
    outcomes = [missed(triple) for triple in triples]
    assert [line for outcome in outcomes if outcome for line in outcome] == []
    planned = sum(outcome is not None for outcome in outcomes)
    assert planned > 0.8 * len(outcomes)
