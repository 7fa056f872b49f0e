"""From a check record to evidence: small, deterministic, without a trace of the machine; what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pybridge.crosscheck import Standing, trust_ledger
from pybridge.errors import SettingError
from pybridge.pages.__main__ import main
from pybridge.pages.evidence import read_runs
from pybridge.pages.record import condense, public_name, slug
from tests.pages.small_clone import NAMES, check_record, small_clone


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return small_clone(tmp_path / "clone")


def recorded(clone: Path, record: dict[str, Any]) -> tuple[int, Path]:
    result = clone.parent / "result.json"
    result.write_text(json.dumps(record), encoding="utf-8")
    return main(["--root", str(clone), "--record", str(result)]), clone / "docs" / "evidence"


def test_a_record_is_condensed_and_read_back(clone: Path) -> None:
    code, folder = recorded(clone, check_record(clone))
    assert code == 0
    assert [path.name for path in folder.iterdir()] == ["tiny-gpt2.json"]
    (run,) = read_runs(clone, NAMES)
    row = run.rows["first_bound"]
    assert (row.instances, row.met, row.verdicts["HOLDS"], row.tightness) == (8, 6, 5, 0.123)
    assert row.where == "map 0.q, position 3"
    assert list(run.rows) == sorted(run.rows)


def test_the_command_repeats_the_run(clone: Path) -> None:
    recorded(clone, check_record(clone))
    (run,) = read_runs(clone, NAMES)
    assert run.command == (
        "python -m pybridge.check --model tiny-gpt2 --text FILE --tokens 512 --eps 0.01 --eps 0.1 --seed 0 "
        "--dtype float32 --granularity block --skip-tokens 4 --keep 0.05 --rank 16 --maps '^0\\.' "
        "--removals all"
    )


def test_the_embedded_text_needs_no_option(clone: Path) -> None:
    source = "the held-out excerpt that comes with this package"
    recorded(clone, check_record(clone, text={"source": source, "digest": "sha256:b"}))
    (run,) = read_runs(clone, NAMES)
    assert "--text" not in run.command


def test_recording_twice_writes_the_same_bytes_and_nothing_of_the_machine(clone: Path) -> None:
    _, folder = recorded(clone, check_record(clone))
    first = (folder / "tiny-gpt2.json").read_bytes()
    recorded(clone, check_record(clone, timing={"open_s": 99.0}))
    assert (folder / "tiny-gpt2.json").read_bytes() == first
    assert not any(word in first for word in (b"secret", b"x86", b"open_s"))


def test_a_folder_leaves_its_name_and_not_its_path(clone: Path) -> None:
    model = {**check_record(clone)["model"], "name": "/home/me/gpt2", "source": "the folder /home/me/gpt2"}
    _, folder = recorded(clone, check_record(clone, model=model))
    assert [path.name for path in folder.iterdir()] == ["gpt2.json"]
    assert b"/home" not in (folder / "gpt2.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "public", "file"),
    [
        ("tiny-gpt2", "tiny-gpt2", "tiny-gpt2"),
        ("openai/gpt2", "openai/gpt2", "openai--gpt2"),
        ("./a/b", "b", "b"),
        ("C:\\m\\q", "q", "q"),
    ],
)
def test_names_of_models(name: str, public: str, file: str) -> None:
    assert public_name(name) == public
    assert slug(public) == file


def test_the_ledger_reads_the_evidence(clone: Path) -> None:
    recorded(clone, check_record(clone))
    rows = {row.theorem: row.links["on a model"] for row in trust_ledger(clone)}
    assert rows == {
        "first_bound": Standing.HOLDS,
        "second_bound": Standing.HOLDS,
        "third_bound": Standing.NOT_MEANT,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "shopping list"}, "no record of `python -m pybridge.check`"),
        ({"theorems": [{"name": "no_such_bound"}]}, "no_such_bound"),
        ({"model": {"name": "tiny-gpt2"}}, "no complete record"),
        ({"theorems": None}, "no complete record"),
    ],
)
def test_what_is_no_check_record_of_this_library_is_refused(
    clone: Path, change: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, folder = recorded(clone, check_record(clone, **change))
    error = capsys.readouterr().err
    assert code == 2
    assert message in error
    assert "Traceback" not in error
    assert not folder.exists()


@pytest.mark.parametrize("text", [None, "", "{", "[]", "\xff"])
def test_a_record_that_cannot_be_read_is_one_message(
    clone: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    result = clone / "result.json"
    if text is not None:
        result.write_bytes(text.encode("latin-1"))
    assert main(["--root", str(clone), "--record", str(result)]) == 2
    error = capsys.readouterr().err
    assert "result.json" in error
    assert "python -m pybridge.check" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda record: record.update(kind="other"), "no condensed run"),
        (lambda record: record.update(schema_version=7), "no condensed run"),
        (lambda record: record["theorems"][0].pop("met"), "damaged"),
        (lambda record: record["protocol"].pop("eps"), "damaged"),
        (lambda record: record["theorems"][0].update(name="gone_bound"), "gone_bound"),
    ],
)
def test_damaged_evidence_is_refused(clone: Path, spoil: Any, message: str) -> None:
    record = condense(check_record(clone), "result.json", NAMES)
    spoil(record)
    folder = clone / "docs" / "evidence"
    folder.mkdir()
    (folder / "tiny-gpt2.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(SettingError, match=message):
        read_runs(clone, NAMES)


def test_evidence_of_cross_checks_is_left_to_the_ledger(clone: Path) -> None:
    folder = clone / "docs" / "evidence"
    folder.mkdir()
    (folder / "tests.json").write_text('{"evidence_version": 1}', encoding="utf-8")
    assert read_runs(clone, NAMES) == ()
