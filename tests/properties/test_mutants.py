"""Every mutant of every theorem is killed by a witness or explained in `equivalents.toml`.

The ordinary run replays recorded witnesses exactly and searches what is new; the nightly run searches what is
claimed to be true much longer, and finds the killed ones again without looking at the record.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from pybridge.codegen.mutants import Mutant, mutants
from pybridge.ir.nodes import Hypothesis, Lit, Real, Rel, Statement, Var
from tests.properties import mutation
from tests.properties.mutation import (
    Budget,
    Outcome,
    equivalents,
    outcome,
    replay,
    search,
    statements,
    witnesses,
)

THEOREMS = tuple(statements())
NEW = Budget(plain=100, coincidences=100)
GLANCE = Budget(plain=20)
LONG = Budget(plain=400, coincidences=400)
AFRESH = Budget(plain=400, coincidences=3000)
HARD: dict[str, set[str]] = {
    "cap_le_geometric": {"scale-:hρ1:left"},
    "growth_factor_pos": {"scale-:hg:right", "scale+:hg:right"},
    "preln_contraction": {"constant-:hcond:2", "scale-:hcosθ:right", "drop:hcond:2"},
    "propagation_product_Ico": {"swap:hρ:m,n"},
    "geometric_injection_bound": {"scale-:hρ1:left"},
    "capped_injection_bound": {"scale-:hr1:left"},
    "layer_removal_downstream": {"swap:hρ:r,n"},
    "sqrt_rho_deviation": {"scale-:hg1:left"},
    "rho_deviation": {"scale-:hg1:left"},
    "runtime_violation_sound": {"scale-:h:right"},
}
"""Mutants that the search does not find: their witnesses were written by hand or are those of other mutants,
and are replayed like any other."""


def report(outcomes: list[Outcome]) -> str:
    return "\n".join(
        f"{o.fate}: {o.mutant.id}\n    {o.mutant.before}\n    {o.mutant.after or '(dropped)'}\n    {o.detail}"
        for o in outcomes
    )


@pytest.mark.parametrize("theorem", THEOREMS)
def test_every_mutant_is_killed_or_explained(theorem: str) -> None:
    outcomes = [outcome(theorem, mutant, NEW) for mutant in mutants(statements()[theorem])]
    alive = [o for o in outcomes if o.fate not in ("killed", "equivalent")]
    assert not alive, (
        f"{len(alive)} of {len(outcomes)} mutants of {theorem} live: it is loose or asks too much.\n"
        f"Kill them (python -m tests.properties.record_witnesses {theorem}) or argue in equivalents.toml.\n"
        f"{report(alive)}"
    )


@pytest.mark.parametrize("theorem", THEOREMS)
def test_what_is_explained_survives_a_glance(theorem: str) -> None:
    """Long enough to catch a reason that is plainly wrong; the nightly run looks harder."""
    named = equivalents().get(theorem, {})
    for mutant in mutants(statements()[theorem]):
        if mutant.id in named:
            witness = search(mutant, GLANCE)
            assert witness is None, f"{mutant.id} is not equivalent ({named[mutant.id]}):\n{witness}"


def test_no_entry_is_stale_or_double() -> None:
    for name, entries in (("equivalents.toml", equivalents()), ("witnesses.json", witnesses())):
        assert set(entries) <= set(THEOREMS), name
        for theorem, found in entries.items():
            known = {mutant.id for mutant in mutants(statements()[theorem])}
            assert set(found) <= known, f"{name}, {theorem}: no such mutant: {sorted(set(found) - known)}"
    for theorem in THEOREMS:
        both = equivalents().get(theorem, {}).keys() & witnesses().get(theorem, {}).keys()
        assert not both, f"{theorem}: killed and called equivalent: {sorted(both)}"


def test_reasons_are_sentences_and_most_mutants_die() -> None:
    reasons = [reason for theorem in equivalents().values() for reason in theorem.values()]
    killed = sum(len(theorem) for theorem in witnesses().values())
    assert all(len(reason.split()) >= 4 for reason in reasons)
    assert killed >= 5 * len(reasons)


def test_every_kind_of_mutant_has_been_killed() -> None:
    kinds = Counter(name.split(":")[0] for theorem in witnesses().values() for name in theorem)
    assert set(kinds) == {"drop", "flip", "swap", "scale-", "scale+", "constant-", "constant+", "frobenius"}


# ---- the gate can turn red ---------------------------------------------------------------------------------
def test_a_redundant_hypothesis_survives() -> None:
    """`residual_growth_contraction` with `α < 5` added: dropping it changes nothing, and that is reported."""
    theorem = statements()["residual_growth_contraction"]
    extra = Hypothesis("hextra", Rel("<", Var("β", Real()), Lit(5, Real())))
    padded = replace(theorem, name="padded", hypotheses=(*theorem.hypotheses, extra))
    dropped = next(m for m in mutants(padded) if m.id == "drop:hextra")
    assert outcome("padded", dropped, Budget(plain=200)).fate == "survivor"


def test_a_loose_bound_survives() -> None:
    """An iff weakened to a bound with room to spare: the scaled bound is still true."""
    theorem = statements()["adaptive_monotonicity"]
    assert isinstance(theorem.conclusion, Rel)
    loose = replace(theorem, name="loose", conclusion=Rel("≤", Lit(1, Real()), Lit(2, Real())))
    scaled = next(m for m in mutants(loose) if m.id == "scale-:conclusion:right")
    assert outcome("loose", scaled, Budget(plain=50)).fate == "survivor"


def test_a_statement_without_a_plan_is_a_category_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "load", _no_plan)
    mutant = mutants(statements()["retrieval_bound"])[0]
    found = outcome("unheard of", mutant, NEW)
    assert (found.fate, found.detail) == ("unplanned", "no role fits")


def _no_plan(statement: Statement, ignoring: object = ()) -> None:
    from pybridge.errors import PlanError

    raise PlanError("no role fits")


def test_a_witness_is_replayed_not_believed() -> None:
    """The recorded witness kills its mutant; with one number changed, or against the true theorem, it does
    not."""
    theorem = statements()["residual_growth_contraction"]
    dropped = next(m for m in mutants(theorem) if m.id == "drop:hβ")
    entry = witnesses()["residual_growth_contraction"]["drop:hβ"]
    assert replay(dropped, entry)
    assert not replay(dropped, {**entry, "values": {**entry["values"], "β": {"real": "0"}}})
    assert not replay(dropped, {**entry, "space": "l2"})
    assert not replay(Mutant("none", theorem, "", ""), entry)
    assert Fraction(entry["values"]["β"]["real"]) < 0


def test_a_plainly_wrong_reason_is_caught_at_a_glance() -> None:
    """What the glance would say if these killable mutants were called equivalent."""
    for theorem, name in (
        ("retrieval_bound", "drop:hδ"),
        ("composition_bound", "drop:hf"),
        ("cap_le_geometric", "drop:hn"),
    ):
        mutant = next(m for m in mutants(statements()[theorem]) if m.id == name)
        assert search(mutant, GLANCE) is not None, name


def test_an_entry_for_no_mutant_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        globals(), "equivalents", lambda: {"retrieval_bound": {"drop:hγ": "no such hypothesis"}}
    )
    with pytest.raises(AssertionError, match=r"no such mutant: .'drop:hγ'"):
        test_no_entry_is_stale_or_double()


# ---- nightly -----------------------------------------------------------------------------------------------
@pytest.mark.nightly
@pytest.mark.parametrize("theorem", THEOREMS)
def test_what_is_explained_survives_a_long_search(theorem: str) -> None:
    named = equivalents().get(theorem, {})
    for mutant in mutants(statements()[theorem]):
        if mutant.id in named:
            witness = search(mutant, LONG)
            assert witness is None, f"{mutant.id} is not equivalent ({named[mutant.id]}):\n{witness}"


@pytest.mark.nightly
@pytest.mark.parametrize("theorem", THEOREMS)
def test_killed_mutants_are_killed_afresh(theorem: str) -> None:
    missed = [
        mutant.id
        for mutant in mutants(statements()[theorem])
        if mutant.id not in equivalents().get(theorem, {}) and search(mutant, AFRESH) is None
    ]
    assert set(missed) <= HARD.get(theorem, set()), f"{theorem}: only the record kills {missed}"
