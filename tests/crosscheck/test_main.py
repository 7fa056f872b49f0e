"""The command: skipped with a reason where nothing is installed, red where a program answers wrongly."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pybridge.crosscheck.__main__ import main
from tests.crosscheck.small_clone import LAKE_VERSION, build, text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def fake_lake(folder: Path, **answers: str) -> None:
    """A `lake` that prints the answer to its first argument."""
    folder.mkdir()
    for name, said in {"--version": LAKE_VERSION, **answers}.items():
        (folder / f"{name}.txt").write_text(said, encoding="utf-8")
    lake = folder / "lake"
    lake.write_text(
        f'#!/bin/sh\nwhile IFS= read -r line; do printf "%s\\n" "$line"; done < "{folder}/$1.txt"\n'
    )
    lake.chmod(lake.stat().st_mode | stat.S_IXUSR)


@pytest.mark.usefixtures("no_programs")
def test_without_a_toolchain_everything_is_skipped_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(build(tmp_path))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        [check, "skipped"] for check in ("build", "test", "axioms", "listing", "leandojo")
    ]
    assert all("lake" in line for line in lines[:4])


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize("required", ["lake", "build", "all"])
def test_a_required_check_may_not_be_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], required: str
) -> None:
    assert main(["--root", str(build(tmp_path)), "--require", required]) == 1
    assert "build: skipped, and --require makes that a failure" in capsys.readouterr().out


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["axioms", "--require", "lake"], "--require build: it is not among the checks to run, axioms"),
        (["nothing"], "`nothing` is no check"),
        (["--json", "no/such/folder/x.json"], "cannot be written: there is no folder no/such/folder"),
        (["--json", ""], "cannot be written: it is a folder"),
        (["--json", "/"], "cannot be written: it is a folder"),
    ],
)
def test_bad_input_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], part: str
) -> None:
    assert main(["--root", str(build(tmp_path)), *arguments]) == 2
    said = capsys.readouterr()
    assert part in said.err
    assert said.out == ""  # refused before any check, not after hours of them


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "abc", ""])
def test_a_time_limit_is_a_positive_number(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--timeout", seconds])
    assert "--timeout: give a positive number of seconds" in capsys.readouterr().err


def test_a_lake_that_hangs_on_its_version_is_stopped_at_the_time_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, folder = build(tmp_path), tmp_path / "bin"
    folder.mkdir()
    (folder / "lake").write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n", encoding="utf-8")
    (folder / "lake").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    assert main(["build", "--root", str(root), "--timeout", "0.5"]) == 1
    assert capsys.readouterr().out == "build: failed: `lake --version`: no answer within 0.5 s\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("extracted/manifest.json", None),
        ("extracted/manifest.json", "{}"),
        ("extracted/manifest.json", "{"),
        ("extracted/manifest.json", '{"theorems": {}}'),
        ("lean-toolchain", "v4"),
        ("lean-toolchain", None),
    ],
)
def test_a_folder_that_is_no_clone_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, content: str | None
) -> None:
    file = build(tmp_path) / path
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert main(["--root", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("SettingError: ")


def test_a_lake_that_answers_well_leaves_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bin_folder = tmp_path / "bin"
    fake_lake(
        bin_folder, build=text("build_good.txt"), test=text("test_good.txt"), env=text("axioms_good.txt")
    )
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    evidence = tmp_path / "evidence.json"
    arguments = ["build", "test", "axioms", "--require", "lake", "--json", str(evidence)]
    assert main(["--root", str(build(tmp_path / "clone")), *arguments]) == 0, capsys.readouterr().out
    record = json.loads(evidence.read_text(encoding="utf-8"))
    assert [entry["status"] for entry in record["results"]] == ["ran"] * 3
    assert record["results"][2]["theorems"] == {
        "first_bound": True,
        "second_bound": True,
        "third_bound": True,
    }
    assert not evidence.with_name("evidence.json.tmp").exists()


def test_a_lake_that_says_nothing_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bin_folder = tmp_path / "bin"
    fake_lake(bin_folder, build="", test="", env="")
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    assert main(["--root", str(build(tmp_path / "clone")), "build", "test", "axioms"]) == 1
    assert capsys.readouterr().out.count("failed: ") == 3


@pytest.mark.parametrize("module", ["pybridge.audit", "pybridge.crosscheck"])
def test_the_rooms_start_with_the_standard_library_alone(module: str) -> None:
    code = f"import sys, {module}; print({{'torch', 'numpy', 'jinja2', 'typer'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"
