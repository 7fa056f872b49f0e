"""`pybridge profile` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
import torch
from rich.console import Console
from typer.testing import CliRunner, Result

import pybridge.profile
from pybridge.cli import app
from pybridge.profile import ProfileRunSpec, run
from pybridge.report.profile import print_profile
from tests.models.folders import save_tiny
from tests.models.tiny import tiny_model

OPTIONS = (
    *(
        "--model",
        "--text",
        "--dataset",
        "--tokens",
        "--sequences",
        "--eps",
        "--seed",
        "--seeds",
        "--granularity",
    ),
    *(
        "--skip-tokens",
        "--local-lipschitz",
        "--rows-at-once",
        "--device",
        "--dtype",
        "--device-map",
        "--json",
    ),
    *("--quiet", "--no-color"),
)
HEAVY = {"torch", "numpy", "transformers", "rich.table"}


def profile(spec: ProfileRunSpec, *more: object) -> Result:
    arguments = ["--model", spec.model, "--text", spec.text, "--tokens", spec.tokens, *more]
    return CliRunner().invoke(app, ["profile", *(str(argument) for argument in arguments)])


def test_help_names_every_option_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pybridge.cli import main\n"
        "try: main(['profile', '--help'])\n"
        f"except SystemExit: print(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(option in done.stdout for option in OPTIONS)
    assert done.stdout.rstrip().endswith("[]")


def test_sentences_first_then_the_tables(spec: ProfileRunSpec, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    result = profile(spec, "--sequences", 2, "--seeds", 2, "--local-lipschitz", "--json", path)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Model: ")
    assert "2 sequences of 24 tokens; 2 seeds" in lines[1]
    assert lines[2].startswith("No theorem was violated: 27 theorems")
    for words in (
        "without the last block, as the paper counts",
        "fragility index (CFI)",
        "Theorem 10's condition holds in",
        "the one step cosφ ≤ 1 loses it",
        "Theorem ledger",
        "ε = 0.01, positions all",
        "ε = 0.01, positions skip:4",
        "Over runs, ε = 0.01, positions all",
        "By token, ε = 0.01, positions skip:4",
        "Norms, positions all",
        "L_loc (estimate)",
        "an estimate from below",
    ):
        assert words in result.stdout, words
    for row in json.loads(path.read_text(encoding="utf-8"))["blocks"]:
        assert f"{row['rho']['mean']:.4g}" in result.stdout
        assert f"{row['V']['mean']:.4g}" in result.stdout
        assert f"{row['lost_to_alignment']['mean']:.4g}" in result.stdout


def test_one_run_has_no_table_of_runs_and_no_local_constants(spec: ProfileRunSpec) -> None:
    result = profile(spec)
    assert result.exit_code == 0, result.stderr
    assert "Over runs" not in result.stdout
    assert "L_loc" not in result.stdout


@pytest.mark.parametrize("width", [80, 125, 170])
def test_no_column_is_cut_off_whatever_the_terminal(spec: ProfileRunSpec, width: int) -> None:
    console = Console(width=width, record=True, file=StringIO())
    print_profile(run(spec).record, console)
    printed = console.export_text()
    assert printed.count("Theorem 10\n") == 4  # sizes, position sets
    assert (" √ρ " in printed) is (width == 170)


def test_quiet_prints_the_sentences_alone(spec: ProfileRunSpec) -> None:
    result = profile(spec, "-q", "--no-color")
    assert result.exit_code == 0
    assert "Theorem ledger" not in result.stdout
    assert "largest ρ" in result.stdout


def test_sublayers_have_rows_of_their_own(spec: ProfileRunSpec) -> None:
    result = profile(spec, "--granularity", "sublayer", "--eps", 0.1)
    assert result.exit_code == 0, result.stderr
    assert "0.attention" in result.stdout
    assert "3.mlp" in result.stdout
    assert "CFI" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--eps", "1e-8"], "SettingError: --eps 1e-08 is not above the noise floor of float32"),
        (["--tokens", "1000"], "SettingError: --tokens is 1000, but the context of"),
        (["--sequences", "50"], "TextError: The text has 120 tokens"),
        (["--seed", "1", "--seeds", "2"], "SettingError: --seed and --seeds"),
        (["--device", "abacus"], "SettingError"),
        (["--json", ""], "SettingError: --json is an empty path"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_two(
    spec: ProfileRunSpec, arguments: list[str], message: str
) -> None:
    result = profile(spec, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_sublayers_of_a_parallel_family_are_refused(tmp_path: Path, spec: ProfileRunSpec) -> None:
    folder = save_tiny(tmp_path / "neox", "gpt-neox")
    result = profile(spec, "--model", folder, "--granularity", "sublayer")
    assert result.exit_code == 2
    assert "there are no sublayer updates" in result.stderr


def test_ctrl_c_leaves_nothing(spec: ProfileRunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pybridge.profile, "run", interrupted)
    result = profile(spec, "--json", tmp_path / "out.json")
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_a_profile_of_noise_says_so_and_makes_no_number_of_it(spec: ProfileRunSpec, tmp_path: Path) -> None:
    """Norms after the sums, of gain 0: each block overwrites the state, and every error dies in the first."""
    folder = save_tiny(tmp_path / "opt", "opt-350m")
    model = tiny_model("opt-350m")
    with torch.no_grad():
        for layer in model.model.decoder.layers:
            layer.final_layer_norm.weight.zero_()
    model.save_pretrained(folder)
    result = profile(spec, "--model", folder)
    assert result.exit_code == 0, result.stderr
    assert "ε = 0.01, all positions: every block is noise: the outgoing error is 0.0e+00" in result.stdout
    assert "nan" not in result.stdout.lower()
    assert "noise: " in result.stdout
