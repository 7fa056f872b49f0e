"""Every bad input of the command line: one message that says what and what to try, exit code 2, nothing
half-written.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

from pybridge.cli import app
from tests.models.folders import edit_config, lay_out_in_cache, save_tiny

ROOT = Path(__file__).resolve().parents[2]
Edit = Callable[[Path], object]


@pytest.fixture
def model(model_folder: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(model_folder, tmp_path / "a-model"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, cache_dir: Path) -> None:
    monkeypatch.setenv("LIVING_INFERENCE_CACHE", str(cache_dir))


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def assert_one_message(stderr: str, code: int, pattern: str) -> None:
    assert code == 2, stderr
    assert "Traceback" not in stderr
    assert len(re.findall(r"^\w+Error: ", stderr, flags=re.MULTILINE)) == 1, stderr
    assert re.search(pattern, stderr, flags=re.DOTALL), stderr


def refused(out: Path, pattern: str, *arguments: object) -> None:
    """The check refuses, and neither the record nor anything else is left where it was to be written."""
    result = invoke("check", *arguments, "--json", out / "record.json")
    assert_one_message(result.stderr, result.exit_code, pattern)
    assert list(out.iterdir()) == []
    assert result.stdout == ""


def edit_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    change(weights)
    save_file(weights, path, metadata={"format": "pt"})


def set_value(value: float) -> Edit:
    return lambda folder: edit_weights(
        folder, lambda w: w["transformer.h.1.mlp.c_fc.weight"].view(-1)[5].fill_(value)
    )


def explode(folder: Path) -> None:
    """Finite weights whose activations are not."""
    edit_weights(folder, lambda w: w["transformer.h.2.mlp.c_proj.weight"].fill_(3e38))


def pickle_only(folder: Path) -> None:
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def truncate(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


DAMAGED: dict[str, tuple[Edit, str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), r"config\.json"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), r"weights"),
    "pickle only": (pickle_only, r"pickle|pytorch_model\.bin"),
    "truncated": (truncate, r"model\.safetensors"),
    "NaN weight": (set_value(float("nan")), r"NonFiniteError.*h\.1\.mlp\.c_fc\.weight"),
    "Inf weight": (set_value(float("inf")), r"NonFiniteError.*h\.1\.mlp\.c_fc\.weight"),
    "NaN activations": (explode, r"NonFiniteError: Activations.*h3"),
    "remote code": (lambda f: edit_config(f, auto_map={"AutoModelForCausalLM": "evil.Model"}), r"code"),
    "no blocks": (lambda f: edit_config(f, n_layer=0), r"block|layer"),
    "no family": (lambda f: edit_config(f, model_type="mamba"), r"mamba.*supported"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_model_folder(model: Path, text_file: Path, out: Path, kind: str) -> None:
    damage, pattern = DAMAGED[kind]
    damage(model)
    refused(out, pattern, "--model", model, "--text", text_file, "--tokens", 16)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("tiny-gtp2", r"tiny-gpt2"),
        ("./no-such-folder", r"no such folder"),
        ("no such name", r"no model name"),
    ],
)
def test_an_unknown_model(out: Path, name: str, pattern: str) -> None:
    refused(out, pattern, "--model", name)


SETTINGS: dict[str, tuple[tuple[object, ...], str]] = {
    "tokens zero": (("--tokens", 0), r"--tokens is 0"),
    "tokens negative": (("--tokens", -5), r"--tokens is -5"),
    "tokens beyond the context": (("--tokens", 65), r"65.*64 tokens"),
    "eps zero": (("--eps", 0), r"--eps is 0"),
    "eps negative": (("--eps", 0.01, "--eps", -0.1), r"--eps is -0\.1"),
    "eps not a number": (("--eps", "nan"), r"--eps is nan"),
    "eps twice": (("--eps", 0.1, "--eps", 0.1), r"twice"),
    "eps below the noise floor": (("--eps", 1e-8), r"noise floor of float32"),
    "eps below the floor of bfloat16": (("--dtype", "bfloat16"), r"noise floor of bfloat16.*--dtype float32"),
    "seed negative": (("--seed", -1), r"--seed is -1"),
    "keep zero": (("--keep", 0), r"keep is 0"),
    "keep above one": (("--keep", 1.5), r"keep is 1\.5"),
    "rank zero": (("--rank", 0), r"--rank is 0"),
    "skip everything": (("--skip-tokens", 16), r"--skip-tokens is 16"),
    "skip negative": (("--skip-tokens", -1), r"--skip-tokens is -1"),
    "regex without a match": (("--maps", "conv_in$"), r"matches none of the 24 linear maps, such as 0\.q"),
    "broken regex": (("--maps", "("), r"no regular expression"),
    "removals neither word nor number": (("--removals", "most"), r"--removals is 'most'; give all, none, or"),
    "no removals at all": (("--removals", ""), r"--removals is ''"),
    "a removal of thousands of digits": (("--removals", "9" * 5000), r"--removals is '9{40}…'; give all"),
    "a removal twice": (("--removals", "1,1"), r"--removals names block 1 twice"),
    "a removal beyond the model": (("--removals", "0,4"), r"--removals names block 4.* are 0 to 3"),
    "unknown dtype": (("--dtype", "float31"), r"Unknown dtype"),
    "a dtype the device cannot do": (("--dtype", "float8_e4m3fn"), r"dtype float32"),
    "unknown device": (("--device", "abacus"), r"device"),
    "absent device": (("--device", "cuda:7"), r"device"),
    "two texts": (("--dataset", "somewhere"), r"--text and --dataset"),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_setting_out_of_range(model_folder: Path, text_file: Path, out: Path, kind: str) -> None:
    arguments, pattern = SETTINGS[kind]
    base: tuple[object, ...] = ("--model", model_folder, "--text", text_file)
    tokens = () if "--tokens" in arguments else ("--tokens", 16)
    refused(out, pattern, *base, *tokens, *arguments)


TEXTS: dict[str, tuple[bytes, str]] = {
    "short": (b"the quick brown fox", r"4 tokens.*16 are needed"),
    "empty": (b"", r"empty"),
    "binary": (b"\x7fELF\x00\x01", r"binary"),
    "latin1": ("d\u00e9j\u00e0 vu".encode("latin1"), r"UTF-8"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_is_none(model_folder: Path, out: Path, tmp_path: Path, kind: str) -> None:
    content, pattern = TEXTS[kind]
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    refused(out, pattern, "--model", model_folder, "--text", path, "--tokens", 16)


def test_a_text_that_repeats_one_word(model_folder: Path, out: Path, tmp_path: Path) -> None:
    """GPT-2 adds positions, so inputs differ all the same; what is refused is a text without enough of it."""
    path = tmp_path / "text.txt"
    path.write_text("fox " * 5)
    refused(out, r"5 tokens", "--model", model_folder, "--text", path, "--tokens", 16)


def test_missing_text_and_data_set(model_folder: Path, out: Path, tmp_path: Path) -> None:
    refused(out, r"no such file", "--model", model_folder, "--text", tmp_path / "none.txt")
    refused(out, r"TextError", "--model", model_folder, "--dataset", tmp_path / "none")


@pytest.mark.parametrize("option", ["--text", "--json"])
def test_an_empty_path(option: str) -> None:
    result = invoke("check", option, "")
    assert_one_message(result.stderr, result.exit_code, f"SettingError: {option} is an empty path")
    assert result.stdout == ""


def test_a_data_set_without_a_name() -> None:
    result = invoke("check", "--dataset", "")
    assert_one_message(result.stderr, result.exit_code, r"TextError: '' is no data set")


def test_an_output_that_cannot_be_written(model_folder: Path, text_file: Path, tmp_path: Path) -> None:
    base = ("check", "--model", model_folder, "--text", text_file, "--tokens", 16)
    missing = invoke(*base, "--json", tmp_path / "no" / "record.json")
    assert_one_message(missing.stderr, missing.exit_code, r"OutputError.*does not exist")
    folder = invoke(*base, "--json", tmp_path)
    assert_one_message(folder.stderr, folder.exit_code, r"OutputError.*is a folder")
    too_long = invoke(*base, "--json", tmp_path / ("long" * 100))
    assert_one_message(too_long.stderr, too_long.exit_code, r"OutputError.*Choose a place")


def test_an_output_that_is_no_regular_file_is_left_alone(
    model_folder: Path, text_file: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = invoke("check", "--model", model_folder, "--text", text_file, "--tokens", 16, "--json", pipe)
    assert_one_message(result.stderr, result.exit_code, r"OutputError.*a device or a pipe")
    assert pipe.is_fifo()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_output(model_folder: Path, text_file: Path, out: Path) -> None:
    out.chmod(0o500)
    refused(out, r"OutputError", "--model", model_folder, "--text", text_file, "--tokens", 16)


def test_the_text_is_read_before_the_model_is_opened(out: Path, tmp_path: Path) -> None:
    refused(out, r"TextError.*no such file", "--model", "no such name", "--text", tmp_path / "none.txt")


def test_the_output_is_checked_before_the_model_is_opened(tmp_path: Path) -> None:
    result = invoke("check", "--model", "no such name", "--json", tmp_path / "no" / "record.json")
    assert_one_message(result.stderr, result.exit_code, r"OutputError")


# ---- the hub, in processes of their own: its library reads its settings when it is imported ----------------
def hub(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    names = ("PATH", "HOME", "LIVING_INFERENCE_CACHE", "OMP_NUM_THREADS")
    environment = {name: os.environ[name] for name in names if name in os.environ} | settings
    command = [sys.executable, "-m", "pybridge.check", *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_a_hub_id_without_a_network_says_what_to_do(tmp_path: Path) -> None:
    done = hub("--model", "gpt2", HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "hf"))
    assert_one_message(done.stderr, done.returncode, r"gpt2.*HF_HUB_OFFLINE")


def test_an_unreachable_hub_is_said_within_ten_seconds(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    settings = {"HF_ENDPOINT": f"http://127.0.0.1:{closed}", "HF_HOME": str(tmp_path / "hf")}
    start = time.perf_counter()
    started = hub("--model", "no such name", **settings)
    startup_s = time.perf_counter() - start
    assert started.returncode == 2
    start = time.perf_counter()
    done = hub("--model", "gpt2", **settings)
    assert_one_message(done.stderr, done.returncode, r"gpt2.*reach")
    assert time.perf_counter() - start - startup_s < 10


def test_a_hub_id_with_remote_code_is_refused(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "coded", "gpt2")
    edit_config(folder, auto_map={"AutoModelForCausalLM": "evil.Model"})
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    lay_out_in_cache(tmp_path / "hf" / "hub", "org/coded", folder)
    done = hub("--model", "org/coded", HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "hf"))
    assert_one_message(done.stderr, done.returncode, r"code")
    assert not (tmp_path / "ran").exists()


# ---- Lean and generated files ------------------------------------------------------------------------------
@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("LivingInference", "LivingInferenceTest", "extracted"):
        shutil.copytree(
            ROOT / name, tmp_path / "project" / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "LivingInference.lean", tmp_path / "project")
    return tmp_path / "project"


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_fresh_project_is_fresh(project: Path) -> None:
    result = invoke("extract", "--check", "--root", project)
    assert result.exit_code == 0, result.stderr


def test_a_lean_file_outside_the_grammar(project: Path) -> None:
    path = project / "LivingInference" / "Bounds.lean"
    path.write_text(
        path.read_text(encoding="utf-8").replace("‖f‖ * δ := by", "‖f‖ ∣ δ := by", 1), encoding="utf-8"
    )
    before = snapshot(project / "extracted")
    result = invoke("extract", "--root", project)
    assert_one_message(
        result.stderr, result.exit_code, r"StatementError: LivingInference/Bounds\.lean:\d+:\d+: .*\^"
    )
    assert snapshot(project / "extracted") == before


def test_a_hand_edited_generated_file(project: Path) -> None:
    path = project / "extracted" / "checks" / "retrieval_bound.py"
    path.write_text(path.read_text(encoding="utf-8").replace("ops.le", "ops.lt"), encoding="utf-8")
    result = invoke("extract", "--check", "--root", project)
    assert_one_message(result.stderr, result.exit_code, r"StaleError.*retrieval_bound\.py")


def test_a_stale_generated_file(project: Path) -> None:
    path = project / "LivingInference" / "Bounds.lean"
    path.write_text(
        path.read_text(encoding="utf-8").replace("≤ ‖f‖ * δ := by", "≤ 2 * (‖f‖ * δ) := by", 1),
        encoding="utf-8",
    )
    result = invoke("extract", "--check", "--root", project)
    assert_one_message(result.stderr, result.exit_code, r"StaleError.*retrieval_bound")


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    result = invoke("extract", "--root", tmp_path)
    assert_one_message(result.stderr, result.exit_code, r"LivingInference")


def test_replaying_what_is_no_bundle(tmp_path: Path) -> None:
    missing = invoke("replay", tmp_path / "none.json")
    assert_one_message(missing.stderr, missing.exit_code, r"BundleError: Cannot read")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"kind": "shopping list"}))
    wrong = invoke("replay", other)
    assert_one_message(wrong.stderr, wrong.exit_code, r"BundleError.*not a violation bundle")
