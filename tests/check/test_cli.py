"""The command line as a person meets it: help, output, colours, exit codes, interruption."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import pybridge.check
from pybridge.cli import app
from tests.check.test_violation import LOAD

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = (
    *(
        "--model",
        "--text",
        "--dataset",
        "--tokens",
        "--eps",
        "--seed",
        "--device",
        "--dtype",
        "--granularity",
    ),
    *("--skip-tokens", "--keep", "--rank", "--maps", "--removals", "--json", "--quiet"),
)
HEAVY = {"torch", "numpy", "transformers", "rich.table"}


@pytest.fixture
def arguments(
    model_folder: Path, text_file: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    monkeypatch.setenv("LIVING_INFERENCE_CACHE", str(cache_dir))
    return [
        "check",
        "--model",
        str(model_folder),
        "--text",
        str(text_file),
        "--tokens",
        "24",
        "--maps",
        r"^[0-3]\.",
    ]


def test_help_names_every_option_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pybridge.cli import main\n"
        "try: main(['check', '--help'])\n"
        f"except SystemExit: print(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert all(option in done.stdout for option in OPTIONS)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("module", ["check", "replay", "extract"])
def test_every_command_is_a_module_too(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"pybridge.{module}", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert f"Usage: pybridge {module}" in done.stdout


@pytest.mark.parametrize("command", ["audit", "crosscheck"])
def test_what_concerns_lean_is_a_command_too(command: str, tmp_path: Path) -> None:
    assert command in CliRunner().invoke(app, ["--help"]).stdout
    lost = CliRunner().invoke(app, [command, "--root", str(tmp_path / "nowhere")])
    assert lost.exit_code == 2
    assert len(re.findall(r"^\w+Error: ", lost.stderr, flags=re.MULTILINE)) == 1


def test_the_summary_comes_first_then_ledger_then_blocks(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Model: ")
    assert any(line.startswith("No theorem was violated: ") for line in lines[:3])
    order = [
        result.stdout.index(t)
        for t in (
            "No theorem",
            "ε = 0.01, all",
            "Compressed (24 of 24 linear maps, keep 0.05, rank 16), all positions",
            "4 blocks removed one by one, all positions",
            "Theorem ledger",
            "retrieval_bound",
            "α²",
            "Compressed beside dense, positions all",
            "One block removed, positions skip:4",
        )
    ]
    assert order == sorted(order)
    assert "diagnosis, not a certificate" in result.stdout
    assert result.stderr == ""  # no progress in a pipe
    assert "\x1b" not in result.stdout


def test_quiet_prints_the_summary_alone(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert result.exit_code == 0
    assert "No theorem was violated" in result.stdout
    assert "Theorem ledger" not in result.stdout


def test_removals_are_left_out_when_asked(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, [*arguments, "--removals", "none"])
    assert result.exit_code == 0, result.stderr
    assert "removed" not in result.stdout.replace("layer_removal", "")


def test_a_violation_is_exit_code_1_and_names_the_replay(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = pybridge.check.run
    monkeypatch.setattr(
        pybridge.check,
        "run",
        lambda spec, progress: original(spec, progress, [LOAD("composition_bound_dropped")]),
    )
    result = CliRunner().invoke(app, [*arguments, "--json", str(tmp_path / "out.json")])
    assert result.exit_code == 1
    assert re.search(r"^[\d,]+ violations found: 1 theorem, [\d,]+ inst", result.stdout, flags=re.MULTILINE)
    path = next(line.split()[-1] for line in result.stdout.splitlines() if line.startswith("Replay it: "))
    # the extracted theorem is true: an honest replay disagrees with the doctored check
    done = subprocess.run(
        [sys.executable, "-m", "pybridge.replay", path], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "recorded VIOLATED, replayed HOLDS" in done.stdout
    assert "NOT reproduced" in done.stdout


def test_an_interruption_is_130_without_a_traceback(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pybridge.check, "run", interrupted)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 130
    assert "Traceback" not in result.stderr


def test_a_wrong_option_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, [*arguments, "--granularity", "head"])
    assert result.exit_code == 2
    assert "block" in result.stderr
