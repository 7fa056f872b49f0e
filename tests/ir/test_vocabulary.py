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
    assert {meaning.scope for meaning in MEANINGS.values()} == set(SCOPES)
    assert all(meaning.doc for meaning in MEANINGS.values())


def test_a_meaning_fits_binders_of_its_sort() -> None:
    assert MEANINGS["weight"].fits(n.Map("E", "F"))
    assert not MEANINGS["weight"].fits(n.Vec("E"))
    assert MEANINGS["relative injections"].fits(n.Seq(n.Real()))
    assert not MEANINGS["relative injections"].fits(n.Seq(n.Vec("E")))


def test_the_scope_is_shared() -> None:
    assert scope_of(measuring(("f", "weight"), ("x", "activation"))) == "map"
    assert scope_of(measuring(("x", "state"))) == "block"
    assert scope_of(measuring(("m", "block count"))) == "profile"
    assert scope_of(measuring()) is None


def test_mixed_scopes_are_refused() -> None:
    with pytest.raises(TypingError, match=r"`f` \(weight\) is measured per map and `x` \(state\) per block"):
        scope_of(measuring(("f", "weight"), ("x", "state")))
