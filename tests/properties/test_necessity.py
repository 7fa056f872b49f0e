"""`necessity.json` speaks of every hypothesis as it stands, and all that it says is evaluated again."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from pybridge.ir import digest, print_prop
from pybridge.ir.nodes import Rel
from pybridge.runtime.exact import compare
from pybridge.runtime.strategies import refutes
from tests.properties import necessity
from tests.properties.instances import Instance, Json, is_attained, ratio, read
from tests.properties.mutation import ROOT, check_of, equivalents, sizes_of, statements
from tests.properties.necessity import LEAST, decimal, examples_of, recorded, tightness, without
from tests.properties.record_necessity import text_of_records

THEOREMS = tuple(statements())


def complaints(records: dict[str, Json]) -> list[str]:
    """What of the statements is missing in some records, or there without a statement."""
    found = [f"{name} is no theorem" for name in records.keys() - set(THEOREMS)]
    for name, statement in statements().items():
        record = records.get(name)
        if record is None:
            found.append(f"{name} is missing")
        elif record["statement"] != digest(statement):
            found.append(f"{name} has changed since")
        elif list(record["hypotheses"]) != [h.name for h in statement.hypotheses]:
            found.append(f"{name} has other hypotheses")
    return found


def test_every_hypothesis_of_every_theorem_is_there_and_none_is_stale() -> None:
    assert complaints(recorded()) == []


def test_the_file_is_as_it_is_written() -> None:
    text = necessity.FILE.read_bytes().decode("utf-8")
    assert text == text_of_records(recorded())
    assert list(recorded()) == sorted(recorded())


def problem_of(theorem: str, hypothesis: str, entry: Json) -> str | None:
    """What is wrong with what is recorded of a hypothesis; None if it is as it says."""
    statement, mutant = statements()[theorem], without(theorem, hypothesis)
    prop = next(h.prop for h in statement.hypotheses if h.name == hypothesis)
    if entry["dropped"] != print_prop(prop):
        return "it is another proposition"
    if "counterexample" in entry:
        found = read(mutant.statement, entry["counterexample"])
        if not refutes(check_of(mutant), found.ops, found.values):
            return "the counterexample is none"
        if Instance(statement, found.space, found.values).meets_hypotheses():
            return "the counterexample meets the dropped hypothesis"
        return None if found.to_json() == entry["counterexample"] else "the text is not of the exact values"
    if entry["none_found_in"] < LEAST or sum(entry["examples"].values()) != entry["none_found_in"]:
        return "too few examples"
    if set(entry["examples"]) != set(check_of(mutant).SPACES):
        return "a kind of space was left out"
    if not entry["reason"] or entry["reason"] != equivalents().get(theorem, {}).get(mutant.id):
        return "no reviewed reason"
    return None


@pytest.mark.parametrize("theorem", THEOREMS)
def test_counterexamples_and_counts_are_as_they_say(theorem: str) -> None:
    for hypothesis, entry in recorded()[theorem]["hypotheses"].items():
        assert problem_of(theorem, hypothesis, entry) is None, (hypothesis, entry)


@pytest.mark.parametrize("theorem", THEOREMS)
def test_the_instance_meets_every_hypothesis_and_the_conclusion(theorem: str) -> None:
    statement, record = statements()[theorem], recorded()[theorem]
    found = read(statement, record["instance"])
    assert found.holds()
    assert found.to_json() == record["instance"]
    assert tightness(found) == record["tightness"]
    if record["tightness"]["kind"] == "attained":
        assert is_attained(found)
    if record["tightness"]["kind"] == "best ratio":
        share = ratio(found)
        assert share is not None
        assert record["tightness"]["ratio"] == decimal(share)
        assert record["tightness"]["examples"] >= LEAST


def test_every_bound_is_attained_or_its_gap_is_stated() -> None:
    """A bound that no instance attains is a weak one. F2 alone: its sides are equal where both are 0, and in
    the limit of small m * u."""
    loose = {
        name
        for name, statement in statements().items()
        if isinstance(statement.conclusion, Rel)
        and statement.conclusion.op == "≤"
        and recorded()[name]["tightness"]["kind"] != "attained"
    }
    assert loose == {"one_add_pow_sub_one_le_gamma"}


# ---- the gate can turn red ---------------------------------------------------------------------------------
def test_a_missing_a_changed_and_an_unknown_theorem_are_seen() -> None:
    records = deepcopy(recorded())
    records["retrieval_bound"]["statement"] = "sha256:0"
    records["unheard_of"] = records.pop("composition_bound")
    del records["interpolation_bound"]["hypotheses"]["hfSparse"]
    assert sorted(complaints(records)) == [
        "composition_bound is missing",
        "interpolation_bound has other hypotheses",
        "retrieval_bound has changed since",
        "unheard_of is no theorem",
    ]


def spoilt(entry: Json, **changes: Any) -> Json:
    return {**deepcopy(entry), **changes}


def test_a_false_record_is_seen() -> None:
    entry = recorded()["residual_growth_contraction"]["hypotheses"]["hβ"]
    assert problem_of("residual_growth_contraction", "hβ", entry) is None
    harmless = deepcopy(entry)
    harmless["counterexample"]["exact"]["β"] = {"real": "0"}
    assert problem_of("residual_growth_contraction", "hβ", harmless) == "the counterexample is none"
    retold = deepcopy(entry)
    retold["counterexample"]["values"]["α"] = "17"
    assert problem_of("residual_growth_contraction", "hβ", retold) == "the text is not of the exact values"
    free = recorded()["growth_factor_nonneg"]["hypotheses"]["hg"]
    assert problem_of("growth_factor_nonneg", "hg", free) is None
    few = spoilt(free, none_found_in=9_999, examples={"l2": 9_999})
    assert problem_of("growth_factor_nonneg", "hg", few) == "too few examples"
    assert problem_of("growth_factor_nonneg", "hg", spoilt(free, reason="")) == "no reviewed reason"


def test_a_needed_hypothesis_cannot_be_counted_as_free() -> None:
    """What the count would meet if it were asked of a hypothesis that is needed."""
    mutant = without("residual_growth_contraction", "hβ")
    found = [e.conclusion.all_true() for e in examples_of(mutant.statement, "real", 500)]
    assert len(found) == 500
    assert not all(found)


def test_strictness_is_not_rounded_away() -> None:
    """A ratio below 1 reads as one."""
    record = recorded()["residual_growth_contraction"]
    found = read(statements()["residual_growth_contraction"], record["instance"])
    share = ratio(found)
    assert share is not None
    assert compare(share, share - share + 1) < 0
    assert float(record["tightness"]["ratio"]) < 1


def test_sizes_are_those_of_the_values() -> None:
    statement = statements()["l2_opNorm_le_frobenius"]
    found = read(statement, recorded()["l2_opNorm_le_frobenius"]["instance"])
    rows = found.values["W"].rows
    assert sizes_of(statement, found.values) == {"m": len(rows), "n": found.values["W"].columns}
    assert json.loads((ROOT / "tests/properties/necessity.json").read_text(encoding="utf-8")) == recorded()
