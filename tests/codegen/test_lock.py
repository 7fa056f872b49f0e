"""The lock: only an acceptance with a reason changes it, and every change counts."""

from __future__ import annotations

import pytest

from pybridge.codegen.lock import Accepted, accept, complaint, lock_text, read_lock, unaccepted
from pybridge.errors import SettingError, StaleError

LOCK = {"a": Accepted("sha256:1", 1, "first statement"), "b": Accepted("sha256:2", 3, "sharper")}


def test_text_reads_back_and_is_sorted() -> None:
    text = lock_text(dict(reversed(LOCK.items())))
    assert read_lock(text) == LOCK
    assert text == lock_text(LOCK)
    assert text.endswith("}\n")


def test_no_file_is_an_empty_lock() -> None:
    assert read_lock(None) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"lock_version": 2, "statements": {}}',
        '{"lock_version": 1, "statements": {"a": {}}}',
    ],
)
def test_a_damaged_lock_is_refused(text: str) -> None:
    with pytest.raises(StaleError, match=r"statements\.lock is damaged"):
        read_lock(text)


def test_every_kind_of_difference_is_seen() -> None:
    digests = {"a": "sha256:9", "c": "sha256:3"}
    assert unaccepted(LOCK, digests) == {"a": "changed", "b": "removed", "c": "new"}
    assert unaccepted(LOCK, {name: str(row.digest) for name, row in LOCK.items()}) == {}


def test_acceptance_counts_revisions_and_keeps_the_reason() -> None:
    rows = accept(LOCK, {"a": "sha256:9", "b": "sha256:2"}, ["a"], "  weaker on\n purpose ")
    assert rows["a"] == Accepted("sha256:9", 2, "weaker on purpose")
    assert rows["b"] == LOCK["b"]


def test_a_withdrawn_theorem_leaves_its_row() -> None:
    rows = accept(LOCK, {"a": "sha256:1"}, ["b"], "false")
    assert rows["b"] == Accepted(None, 4, "false")
    assert unaccepted(rows, {"a": "sha256:1"}) == {}
    assert unaccepted(rows, {"a": "sha256:1", "b": "sha256:2"}) == {"b": "new"}
    assert accept(rows, {"a": "sha256:1", "b": "sha256:2"}, ["b"], "proved")["b"].revision == 5


def test_all_accepts_what_differs() -> None:
    digests = {"a": "sha256:1", "b": "sha256:7", "c": "sha256:3"}
    rows = accept(LOCK, digests, ["all"], "new section")
    assert unaccepted(rows, digests) == {}
    assert rows["a"] == LOCK["a"]


@pytest.mark.parametrize(
    ("names", "reason", "message"),
    [
        (["a"], "", "an acceptance needs a reason"),
        (["a"], " \n", "an acceptance needs a reason"),
        (["b"], "why", "`b` is accepted as it stands; statements that wait for acceptance: a"),
        (["z"], "why", "`z` is no exported theorem"),
    ],
)
def test_what_cannot_be_accepted(names: list[str], reason: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        accept(LOCK, {"a": "sha256:9", "b": "sha256:2"}, names, reason)
    assert message in str(caught.value)


def test_nothing_to_accept() -> None:
    with pytest.raises(SettingError, match="nothing to accept"):
        accept(LOCK, {name: str(row.digest) for name, row in LOCK.items()}, ["all"], "why")


def test_the_complaint_says_how_to_go_on() -> None:
    assert complaint({"a": "changed"}).splitlines() == [
        "1 statement not as accepted in extracted/statements.lock:",
        "  a: changed",
        "  Look at the change, then `python -m pybridge.extract --accept a --reason TEXT`.",
    ]
    assert "`all` for all of them" in complaint({"a": "changed", "b": "new"})
