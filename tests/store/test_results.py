"""The results store: three idempotent verbs, and what becomes of a file that is damaged, foreign or full."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pybridge.errors import OutputError, StoreError
from pybridge.store import ResultStore


def tamper(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.sqlite"


def test_what_is_saved_is_fetched_bit_for_bit_by_another_opening(path: Path) -> None:
    record = {"norm": 0.1 + 0.2, "name": "Ŵ", "verdicts": {"HOLDS": 8}, "rank": None, "list": [1, 2.5]}
    with ResultStore(path) as store:
        assert store.save("study", "b", record)
        assert store.save("study", "a", {})
        assert store.save("other", "b", {"x": 1})
    with ResultStore(path) as store:
        assert store.fetch("study") == {"a": {}, "b": record}
        assert list(store.fetch("study")) == ["a", "b"]
        assert store.fetch("nothing of that name") == {}


def test_saving_twice_is_saving_once_and_the_first_record_stays(path: Path) -> None:
    with ResultStore(path) as store:
        assert store.save("study", "a", {"x": 1})
        assert not store.save("study", "a", {"x": 1})
        assert not store.save("study", "a", {"x": 2})
        assert store.fetch("study") == {"a": {"x": 1}}


def test_deleting_twice_is_deleting_once(path: Path) -> None:
    with ResultStore(path) as store:
        store.save("study", "a", {"x": 1})
        assert store.delete("study", "a")
        assert not store.delete("study", "a")
        assert store.fetch("study") == {}
        assert store.save("study", "a", {"x": 2})


def test_a_record_with_nan_is_refused_and_nothing_is_there(path: Path) -> None:
    with ResultStore(path) as store:
        with pytest.raises(ValueError, match="JSON"):
            store.save("study", "a", {"x": float("nan")})
        assert store.fetch("study") == {}


def test_a_changed_record_is_named(path: Path) -> None:
    with ResultStore(path) as store:
        store.save("study", "a", {"x": 1})
        store.save("study", "b", {"x": 1})
    tamper(path, """UPDATE records SET record = '{"x": 2}' WHERE key = 'b'""")
    with ResultStore(path) as store, pytest.raises(StoreError, match="record 'b' of 'study' is damaged"):
        store.fetch("study")


def test_a_record_moved_to_another_key_is_named(path: Path) -> None:
    with ResultStore(path) as store:
        store.save("study", "a", {"x": 1})
    tamper(path, "UPDATE records SET key = 'b'")
    with ResultStore(path) as store, pytest.raises(StoreError, match="'b'"):
        store.fetch("study")


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_bytes(b"results, but as text\n" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a results store"):
        ResultStore(path)
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    tamper(path, "CREATE TABLE photographs (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        ResultStore(path)
    assert path.read_bytes() == before


def test_another_format_is_refused(path: Path) -> None:
    ResultStore(path).close()
    tamper(path, "PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="format 99"):
        ResultStore(path)


def test_a_folder_that_does_not_exist_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere.*unable to open"):
        ResultStore(tmp_path / "nowhere" / "results.sqlite")


def test_a_full_disk_is_one_message_and_loses_nothing(path: Path) -> None:
    with ResultStore(path) as store:
        store.save("study", "a", {"x": 1})
        store._connection.execute("PRAGMA max_page_count = 4")
        with pytest.raises(OutputError, match="full"):
            store.save("study", "b", {"text": "x" * 100_000})
        assert store.fetch("study") == {"a": {"x": 1}}
    with ResultStore(path) as store:
        assert store.save("study", "b", {"text": "x" * 100_000})
        assert set(store.fetch("study")) == {"a", "b"}
