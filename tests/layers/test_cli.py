"""`pybridge remove-layers` as a user types it; a wrong input is one message, exit code 2, nothing left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pybridge.cli import app
from pybridge.errors import SettingError
from pybridge.layers import RemoveSpec
from tests.models.folders import edit_config, save_tiny


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["remove-layers", *map(str, arguments)])


@pytest.fixture
def small(model_folder: Path, text_file: Path) -> list[object]:
    return [
        "--model", model_folder, "--text", text_file, "--tokens", 32, "--context", 24, "--chunks", 2,
    ]  # fmt: skip


def test_what_is_printed(small: list[object], calibration_file: Path, tmp_path: Path) -> None:
    result = invoke(
        *small, "--count", 2, "--compare", "--calibration", calibration_file, "--out", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    out = result.stdout
    assert re.search(
        r"Removed by \|ρ - 1\|, ρ the farther of all positions and positions from 4: blocks \d, \d", out
    )
    assert "By ρ over all positions alone it would be: blocks" in out
    assert "By ρ over positions from 4 alone it would be: blocks" in out
    assert "No theorem was violated: " in out
    assert re.search(
        r"Perplexity [\d.]+ → [\d.]+: regret -?[\d.e+]+ \[.*\] at 95% confidence \(t over 2 chunks", out
    )
    assert "2 chunks of 24 tokens, stride 24, 46 predictions" in out
    assert re.search(r"Speed-up ×[\d.]+ .*which by itself makes ×[\d.]+", out)
    assert re.search(r"llama-quantize --prune-layers \d,\d IN\.gguf OUT\.gguf TYPE", out)
    assert f"Written: {tmp_path / 'out'}" in out
    for title in ("Removals and their theorems", "Blocks", "Criteria compared", "Each choice"):
        assert title in out
    assert "layer_removal_downstream: 4 HOLDS" in out
    assert "all together" in out


def test_quiet_prints_the_sentences_alone(small: list[object]) -> None:
    result = invoke(*small, "--count", 1, "-q")
    assert result.exit_code == 0
    assert "the very text they are judged on" in result.stdout
    assert re.search(
        r"Removed by \|ρ - 1\|, .* positions from 4: block \d; 3 blocks of 4 stay", result.stdout
    )
    assert "Removals and their theorems" not in result.stdout


def test_a_run_says_where_its_angles_were_taken(small: list[object]) -> None:
    result = invoke(*small, "--count", 2, "--criterion", "angular", "--last-token", "-q")
    assert "Removed by angular distance of a run, last token: blocks" in result.stdout


def refused(pattern: str, *arguments: object) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(re.findall(r"^\w+Error: ", result.stderr, flags=re.MULTILINE)) == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert re.search(pattern, result.stderr, flags=re.DOTALL), result.stderr


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (["--count", 4], "--count is 4, but .* has 4 blocks and at least one must stay; give 3 or fewer"),
        (["--count", 9], "has 4 blocks"),
        (["--count", 0], "--count is 0; at least 1 block"),
        (["--count", -1], "--count is -1"),
        (["--count", 1, "--rho-over", "none"], "--rho-over is 'none'; choose one of: both, all, skip"),
        (["--count", 1, "--criterion", "roh"], "No criterion is called 'roh'. Did you mean rho\\?"),
        (["--count", 1, "--criterion", "greedy"], "needs one of its own: --calibration FILE"),
        (["--count", 1, "--blend-weight", 1.5], "--blend-weight is 1.5; a share lies from 0 to 1"),
        (["--count", 1, "--blend-weight", "nan"], "--blend-weight is nan"),
        (["--count", 1, "--eps", 1e-8], "noise floor"),
        (["--count", 1, "--eps", 0.01, "--dtype", "bfloat16"], "noise floor of bfloat16"),
        (["--count", 1, "--eps", 0], "--eps is 0"),
        (["--count", 1, "--tokens", 65], "--tokens is 65, but the context of .* is 64 tokens"),
        (["--count", 1, "--tokens", 1], "--tokens is 1; at least 2"),
        (["--count", 1, "--skip-tokens", 32], "leaves none of the 32 positions"),
        (["--count", 1, "--context", 65], "--context is 65, but the context of .* is 64 tokens"),
        (["--count", 1, "--context", 1], "--context is 1"),
        (["--count", 1, "--chunks", 0], "--chunks is 0"),
        (["--count", 1, "--chunks", 400], r"9,600 are needed\.\n  Use a longer text or --chunks \d+\."),
        (["--count", 1, "--seed", -1], "--seed is -1"),
        (["--count", 1, "--dataset", "somewhere"], "--text and --dataset both name a text"),
        (["--count", 1, "--calibration", "missing.txt"], "missing.txt: no such file"),
        (["--count", 1, "--out", ""], "--out is an empty path"),
        (["--count", 1, "--last-token"], "--last-token is for --criterion angular, and rho does not read it"),
        (["--count", 1, "--blend-weight", 0.3], "--blend-weight is for --criterion blend"),
        (["--count", 1, "--out", "here", "--json", "here"], "--out and --json both name here"),
        (["--count", 1, "--store", "missing/store"], "Cannot write missing/store: the folder missing does"),
        (["--count", 1, "--out", "no/where/out"], "the folder no/where does not exist"),
        (["--count", 1, "--json", "no/where.json"], "the folder no does not exist"),
        (["--count", 1, "--device", "nowhere"], "Unknown device 'nowhere'"),
        (["--count", 1, "--dtype", "float8"], "Unknown dtype 'float8'"),
        (["--count", 1, "--device-map", "balanced"], "Unknown device map 'balanced'"),
        (["--count", 1, "--device-map", "auto", "--device", "cuda"], "device"),
    ],
)
def test_bad_input_is_one_message(
    small: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[object],
    pattern: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(pattern, *small, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_evaluation_text_is_no_calibration(small: list[object], text_file: Path, tmp_path: Path) -> None:
    copied = tmp_path / "another-name.txt"
    copied.write_bytes(text_file.read_bytes())
    refused("the very text of the evaluation", *small, "--count", 1, "--calibration", copied)


def test_a_folder_that_is_there_is_refused_before_the_work(small: list[object], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    refused("exists already; nothing is overwritten", *small, "--count", 1, "--out", tmp_path / "out")


def test_a_store_that_is_something_else(small: list[object], calibration_file: Path, text_file: Path) -> None:
    refused("not a results store", *small, "--count", 1, "--store", calibration_file)
    refused("--text and --store both name", *small, "--count", 1, "--store", text_file)


def test_a_single_block_stays() -> None:
    with pytest.raises(SettingError, match="has a single block, and at least one must stay"):
        RemoveSpec("one", count=1).require_fits(1, 1024)


def test_a_family_that_computes_with_positions_is_refused_for_good(tmp_path: Path, text_file: Path) -> None:
    """Here the block that goes is the last but one, so that the last would move."""
    folder = tmp_path / "model"
    folder.mkdir()
    edit_config(save_tiny(folder, "gpt2"), scale_attn_by_inverse_layer_idx=True)
    common = ["--model", folder, "--text", text_file, "--tokens", 32, "--context", 24, "--chunks", 2]
    common += ["--count", 1, "--criterion", "block-influence"]
    refused("Block 2 cannot be deleted", *common, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert "Removed by block influence: block 2;" in invoke(*common).stdout


def test_an_unknown_family_and_one_without_blocks(tmp_path: Path, text_file: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    save_tiny(folder, "llama")
    edit_config(folder, num_hidden_layers=0)
    result = invoke("--model", folder, "--text", text_file, "--count", 1)
    assert result.exit_code == 2
    assert re.search("ModelError: .*(no blocks|num_hidden_layers)", result.stderr, flags=re.DOTALL)
