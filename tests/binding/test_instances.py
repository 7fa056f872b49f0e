"""Binding: the vocabulary is the statements' own, and a check that asks for anything else is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pybridge.binding.instances import SCOPES, Instances, bind, reason_absent, require_known
from pybridge.errors import PlanError
from pybridge.ir.vocabulary import MEANINGS


def a_check(scope: str | None = "map", **measured: str) -> Any:
    return SimpleNamespace(NAME="a_bound", SCOPE=scope, MODES=("runtime",), MEASURED=measured)


def test_the_scopes_offer_exactly_the_vocabulary() -> None:
    by_scope: dict[str, set[str]] = {}
    for name, meaning in MEANINGS.items():
        for scope in meaning.scopes:
            by_scope.setdefault(scope, set()).add(name)
    assert by_scope == {scope: set(meanings) for scope, meanings in SCOPES.items()}


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (a_check(f="wieght"), r"a_bound: `f` is measured by 'wieght'"),
        (a_check(scope="block", f="weight"), r"scope block does not offer"),
        (a_check(scope=None), r"needs a scope"),
        (a_check(scope="galaxy", f="weight"), r"needs a scope"),
    ],
)
def test_an_unknown_meaning_is_an_error_that_names_the_theorem(check: Any, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        require_known(check)


def test_binding_takes_what_is_measured_and_says_what_is_absent() -> None:
    instances = Instances(
        "map", "map 0.q", ("position 1",), {"weight": 7}, {"activation": "noise: too small"}
    )
    check = a_check(f="weight", x="activation")
    assert bind(check, instances) == {"f": 7}
    assert reason_absent(check, instances) == "noise: too small"
    assert reason_absent(a_check(f="weight"), instances) is None


def test_labels_name_the_batch_entry_only_where_there_is_a_batch() -> None:
    instances = Instances("map", "map 0.q", ("position 1", "position 5"), {})
    assert instances.label(1, 2) == "map 0.q, position 5"
    assert instances.label(0, 1) == "map 0.q"
