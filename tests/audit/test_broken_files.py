"""A broken file gets a message at a place, and the rest is audited all the same; bad input is exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.audit import run
from pybridge.audit.__main__ import main
from tests.audit.small_project import build

SCALAR = "LivingInference/Scalar.lean"


@pytest.mark.parametrize(
    ("content", "where", "part"),
    [
        (b"\xff\xfe", "1:1", "not UTF-8"),
        (b"", "1:1", "contains no Lean"),
        (b"-- nothing\n", "1:1", "contains no Lean"),
        (b"theorem t : x := by\n  /- open", "2:3", "comment never closes"),
        (b'def s := "open', "1:10", "string never closes"),
    ],
)
def test_a_broken_lean_file_is_a_finding(tmp_path: Path, content: bytes, where: str, part: str) -> None:
    (build(tmp_path) / SCALAR).write_bytes(content)
    report = run(tmp_path)
    told = [str(found) for found in report.findings if found.rule == "readable"]
    assert len(told) == 1
    assert told[0].startswith(f"{SCALAR}:{where}: readable: ")
    assert part in told[0]
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "text",
    [")", "theorem", "theorem t", "namespace", "end", "by", "‖", "|", "first", "import", "·", "=>", "@["],
)
def test_a_fragment_is_judged_without_a_traceback(tmp_path: Path, text: str) -> None:
    (build(tmp_path) / SCALAR).write_text(text, encoding="utf-8")
    assert run(tmp_path).exit_code == 1


@pytest.mark.parametrize("length", range(0, 1200, 37))
def test_a_file_cut_anywhere_is_judged_without_a_traceback(tmp_path: Path, length: int) -> None:
    file = build(tmp_path) / "LivingInference/Bounds.lean"
    file.write_text(file.read_text(encoding="utf-8")[:length], encoding="utf-8")
    assert run(tmp_path).exit_code == 1


def test_the_command_prints_findings_and_exits_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = build(tmp_path) / SCALAR
    file.write_text(
        file.read_text(encoding="utf-8").replace("second_bound 2 a ha", "sorry"), encoding="utf-8"
    )
    assert main(["--root", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{SCALAR}:13:3: words: `sorry` has no place in this library. Finish the proof." in out
    assert out.rstrip().endswith("1 finding")


def test_the_command_is_silent_but_for_a_count_when_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(build(tmp_path))]) == 0
    assert capsys.readouterr().out.rstrip().endswith("5 Lean files, 3 exported theorems: clean")


@pytest.mark.parametrize(
    ("path", "content", "part"),
    [
        ("LivingInference.lean", None, "no LivingInference.lean in"),
        ("extracted/manifest.json", b"{", "is not a manifest"),
        ("extracted/manifest.json", b'{"theorems": []}', "is not a manifest"),
        ("tests/properties/necessity.json", b'{"t": {}}', "is not a record of the necessity"),
        ("tests/properties/necessity.json", b"[]", "is not a record of the necessity"),
        ("docs/verification.md", b"\xff", "cannot be read"),
        ("docs/proofs/Bounds.md", b"\xff", "cannot be read"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, content: bytes | None, part: str
) -> None:
    file = build(tmp_path) / path
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert main(["--root", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert part in said.err
    assert said.out == ""
