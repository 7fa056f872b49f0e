"""Which mutants a statement has: each kind, in the direction that strengthens the claim, with stable ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.codegen.load import load
from pybridge.codegen.mutants import Mutant, mutants
from pybridge.codegen.signs import nonnegative_variables
from pybridge.ir import check_statement, print_prop
from pybridge.ir.nodes import Statement
from pybridge.parser import parse_statement, read_project

ROOT = Path(__file__).resolve().parents[2]
SPACES = "{E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F]"


def mutants_of(text: str) -> dict[str, Mutant]:
    return {mutant.id: mutant for mutant in mutants(parse_statement(text))}


def after(text: str, kind: str) -> dict[str, str]:
    """Mutants of one kind: rest of the id → changed proposition."""
    return {
        m.id.removeprefix(kind + ":"): m.after
        for m in mutants_of(text).values()
        if m.id.startswith(kind + ":")
    }


def test_drop_takes_hypotheses_terms_factors_divisors_exponents_signs_and_bars() -> None:
    text = "theorem t (a b : ℝ) (ha : 0 ≤ a) : |a| * -b / 2 + a ^ 2 ≤ b"
    assert after(text, "drop") == {
        "ha": "",
        "conclusion:a ^ 2": "|a| * -b / 2 ≤ b",
        "conclusion:(|a| * -b / 2)": "a ^ 2 ≤ b",
        "conclusion:/ 2": "|a| * -b + a ^ 2 ≤ b",
        "conclusion:(|a| * -b)": "1 / 2 + a ^ 2 ≤ b",
        "conclusion:(-b)": "|a| / 2 + a ^ 2 ≤ b",
        "conclusion:|a|": "-b / 2 + a ^ 2 ≤ b",
        "conclusion:|·|": "a * -b / 2 + a ^ 2 ≤ b",
        "conclusion:-": "|a| * b / 2 + a ^ 2 ≤ b",
        "conclusion:^ 2": "|a| * -b / 2 + a ≤ b",
    }


def test_subtraction_loses_either_side_and_keeps_the_sign() -> None:
    text = f"theorem t {SPACES} (f : E →L[ℝ] F) (x y : E) : ‖f (x - y)‖ ≤ ‖f‖ * ‖x - y‖"
    dropped = after(text, "drop")
    assert dropped["conclusion:y"] == "‖f x‖ ≤ ‖f‖ * ‖x - y‖"
    assert dropped["conclusion:x"] == "‖f (-y)‖ ≤ ‖f‖ * ‖x - y‖"
    assert dropped["conclusion:x#2"] == "‖f (x - y)‖ ≤ ‖f‖ * ‖-y‖"


@pytest.mark.parametrize(
    ("prop", "expected"),
    [
        ("a ≤ b", {"scale-:conclusion:right", "scale+:conclusion:right"}),
        ("a ≤ |b|", {"scale-:conclusion:right"}),
        ("0 ≤ b", set()),
        ("a = b", {"scale-:conclusion:right", "scale+:conclusion:right"}),
        ("a ≠ b", set()),
        ("a < 1 ↔ |b| < 2", {f"scale{m}:conclusion:right{n}" for m in "-+" for n in ("", "#2")}),
    ],
)
def test_sides_are_scaled_in_the_direction_that_strengthens(prop: str, expected: set[str]) -> None:
    found = {name for name in mutants_of(f"theorem t (a b : ℝ) : {prop}") if name.startswith("scale")}
    assert found == expected


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [
        ("|a| ≤ b", {"scale-:h:left"}),
        ("a ≤ |b|", {"scale+:h:right"}),
        ("a < b", {"scale-:h:right", "scale+:h:right"}),
        ("0 < b", set()),
    ],
)
def test_in_a_hypothesis_strengthening_means_asking_less(hypothesis: str, expected: set[str]) -> None:
    found = {
        n for n in mutants_of(f"theorem t (a b : ℝ) (h : {hypothesis}) : 0 ≤ a") if n.startswith("scale")
    }
    assert found == expected


def test_the_scale_is_one_part_in_a_billion() -> None:
    assert after("theorem t (a b : ℝ) : a ≤ |b|", "scale-") == {
        "conclusion:right": "a ≤ |b| * (999999999 / 1000000000)"
    }


def test_constants_are_scaled_both_ways_but_not_whole_sides_nor_exponents() -> None:
    text = "theorem t (a : ℝ) : a ^ 2 - 2 * a ≤ 1"
    assert after(text, "constant-") == {"conclusion:2": "a ^ 2 - 2 * (999999999 / 1000000000) * a ≤ 1"}
    assert after(text, "constant+") == {"conclusion:2": "a ^ 2 - 2 * (1000000000 / 999999999) * a ≤ 1"}


def test_flips_follow_the_direction() -> None:
    text = "theorem t (a b : ℝ) (h : a < b) (h' : 0 ≤ a) : a ≤ b ↔ a < b + 1"
    assert after(text, "flip") == {
        "conclusion": "a < b ↔ a < b + 1",
        "conclusion#2": "a ≤ b ↔ a ≤ b + 1",
        "h": "a ≤ b",
    }


def test_swaps_are_between_variables_of_one_sort() -> None:
    text = f"theorem t {SPACES} (f : E →L[ℝ] F) (x y : E) (a b : ℝ) (h : ‖x - y‖ ≤ a) : ‖f x‖ ≤ b"
    assert after(text, "swap") == {
        "conclusion:x,y": "‖f y‖ ≤ b",
        "conclusion:a,b": "‖f x‖ ≤ a",
        "h:x,y": "‖y - x‖ ≤ a",
    }


def test_frobenius_only_where_an_operator_norm_is() -> None:
    text = f"theorem t {SPACES} (f : E →L[ℝ] F) (x : E)"
    assert mutants_of(f"{text} : ‖f x‖ ≤ ‖f‖ * ‖x‖")["frobenius"].frobenius
    assert "frobenius" not in mutants_of(f"{text} : 0 ≤ ‖f x‖")


MATRICES = "{m n : Type*} [Fintype m] [Fintype n] [DecidableEq m] [DecidableEq n]"


def test_matrices_are_transposed_where_the_sorts_fit_and_it_matters() -> None:
    """`W * Wᵀ` is another matrix; `(Wᵀ * W)ᵀ` is the same, and `Wᵀ * Wᵀ` is none."""
    text = f"theorem t {MATRICES} (W : Matrix m n ℝ) : ‖linMap (Wᵀ * W)‖ ≤ ‖W‖ * ‖W‖"
    assert after(text, "transpose") == {
        "conclusion:(Wᵀ * W)": "‖linMap (W * Wᵀ)‖ ≤ ‖W‖ * ‖W‖",
        "conclusion:W": "‖linMap (Wᵀ * W)‖ ≤ ‖Wᵀ‖ * ‖W‖",
        "conclusion:W#2": "‖linMap (Wᵀ * W)‖ ≤ ‖W‖ * ‖Wᵀ‖",
    }
    assert "frobenius" in mutants_of(text)


def test_steps_and_ends_of_index_sets_lose_their_one() -> None:
    text = (
        "theorem t (V : ℕ → ℝ) (r n : ℕ) (h : ∀ t ∈ Finset.Ico (r + 1) n, V (t + 1) ≤ V t) : V n ≤ V (r + 1)"
    )
    assert after(text, "drop") == {
        "h": "",
        "h:1": "∀ t ∈ Finset.Ico r n, V (t + 1) ≤ V t",
        "h:r": "∀ t ∈ Finset.Ico 1 n, V (t + 1) ≤ V t",
        "h:1#2": "∀ t ∈ Finset.Ico (r + 1) n, V t ≤ V t",
        "h:t": "∀ t ∈ Finset.Ico (r + 1) n, V 1 ≤ V t",
        "conclusion:1": "V n ≤ V r",
        "conclusion:r": "V n ≤ V 1",
    }


def test_signs_come_from_hypotheses_through_definitions() -> None:
    text = "theorem t (a b c d : ℝ) (ha : 0 < a) (hb : b = a * |c|) (hd : b ≤ d) : 0 ≤ d"
    assert nonnegative_variables(parse_statement(text)) == {"a", "b", "d"}


def all_mutants() -> list[tuple[Statement, Mutant]]:
    return [(statement, mutant) for statement in read_project(ROOT) for mutant in mutants(statement)]


def test_every_mutant_of_the_theorems_is_typed_different_and_property_only() -> None:
    everything = all_mutants()
    assert len(everything) > 1000
    for statement, mutant in everything:
        check_statement(mutant.statement)
        assert mutant.statement.doc.modes == ("property",)
        if not mutant.frobenius:
            changed = (mutant.statement.hypotheses, mutant.statement.conclusion)
            assert changed != (statement.hypotheses, statement.conclusion)
            assert mutant.before != mutant.after


def test_ids_are_unique_and_reproducible() -> None:
    first, second = all_mutants(), all_mutants()
    names = [(statement.name, mutant.id) for statement, mutant in first]
    assert len(set(names)) == len(names)
    assert names == [(statement.name, mutant.id) for statement, mutant in second]


def test_a_mutant_goes_through_the_same_templates() -> None:
    statement = next(s for s in read_project(ROOT) if s.name == "retrieval_bound")
    mutant = next(m for m in mutants(statement) if m.id == "drop:conclusion:δ")
    module = load(mutant.statement)
    assert print_prop(mutant.statement.conclusion) in (module.__doc__ or "")
    assert module.SPACES == ("l1", "l2", "linf")
