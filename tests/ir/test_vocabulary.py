"""The vocabulary of what can be measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pybridge.errors import TypingError
from pybridge.ir import MEANINGS, Statement, scope_of
from pybridge.ir import nodes as n
from pybridge.ir.vocabulary import SCOPES
from tests.ir.samples import STATEMENT


def measuring(*pairs: tuple[str, str]) -> Statement:
    return replace(STATEMENT, doc=replace(STATEMENT.doc, measures=pairs))


def test_every_meaning_has_a_scope_and_a_sentence() -> None:
    assert {scope for meaning in MEANINGS.values() for scope in meaning.scopes} == set(SCOPES)
    assert all(meaning.doc and meaning.scopes and meaning.sort for meaning in MEANINGS.values())


def test_a_meaning_fits_binders_of_its_sort() -> None:
    assert MEANINGS["weight"].fits(n.Map("E", "F"))
    assert MEANINGS["weight"].fits(n.Matrix("m", "n"))
    assert not MEANINGS["weight"].fits(n.Function("E", "F"))
    assert not MEANINGS["weight"].fits(n.Vec("E"))
    assert MEANINGS["dense update map"].fits(n.Function("E", "E"))
    assert MEANINGS["activation"].fits(n.Vec(n.euclidean("n")))
    assert MEANINGS["relative injections"].fits(n.Seq(n.Real()))
    assert not MEANINGS["relative injections"].fits(n.Seq(n.Vec("E")))


def test_the_scope_is_shared() -> None:
    assert scope_of(measuring(("f", "weight"), ("x", "activation"))) == "map"
    assert scope_of(measuring(("x", "state"))) == "block"
    assert scope_of(measuring(("m", "block count"))) == "profile"
    assert scope_of(measuring()) is None


@pytest.mark.parametrize(
    ("meanings", "scope"),
    [
        (("state", "update"), "block"),
        (("state", "compressed state"), "step"),
        (("state", "perturbed state"), "block"),
        (("error energies", "step factors", "block count"), "profile"),
        (("error energies", "step factors", "block count", "removed block"), "removal"),
        (("error amplitudes", "amplitude factors", "block count"), "lockstep"),
        (("block count", "relative injections"), "profile"),
    ],
)
def test_the_first_common_scope_is_taken(meanings: tuple[str, ...], scope: str) -> None:
    assert scope_of(measuring(*(("x", meaning) for meaning in meanings))) == scope


def test_mixed_scopes_are_refused() -> None:
    with pytest.raises(TypingError, match=r"`f` \(weight\) per map; `x` \(state\) per block or step"):
        scope_of(measuring(("f", "weight"), ("x", "state")))


def test_scopes_that_meet_only_in_pairs_are_refused() -> None:
    pairs = (("m", "block count"), ("ε", "running bound"), ("a", "removed block"))
    with pytest.raises(TypingError, match="no scope is common"):
        scope_of(measuring(*pairs))
