"""`pybridge compress` and `pybridge verify` as a person meets them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

from pybridge.cli import app
from pybridge.compress import METHODS
from pybridge.files import folder

ROOT = Path(__file__).resolve().parents[2]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def assert_one_message(result: Result, kind: str) -> None:
    assert result.exit_code == 2, result.stderr
    assert re.findall(r"^(\w+Error): ", result.stderr, flags=re.MULTILINE) == [kind]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["compress", "verify", "coverage", "perplexity"])
def test_help_loads_nothing_heavy(command: str) -> None:
    code = (
        "import sys\nfrom pybridge.cli import main\n"
        f"try: main(['{command}', '--help'])\n"
        "except SystemExit: print(sorted({'torch', 'numpy', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("place", ["compress --help", "drift --help", "docs/certificates.md"])
def test_every_method_is_named(place: str) -> None:
    is_page = place.endswith(".md")
    text = (ROOT / place).read_text("utf-8") if is_page else invoke(*place.split()).stdout
    assert all(re.search(rf"(?<![\w+]){re.escape(name)}(?![\w+])", text) for name in METHODS)


def test_compress_verify_tamper_verify(base: Path, text_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "half"
    done = invoke(
        *("compress", "--model", base, "--method", "wanda", "--sparsity", 0.5),
        *("--calibration", text_file, "--tokens", 64, "--context", 32, "--out", out),
    )
    assert done.exit_code == 0, done.stderr
    assert "24 linear maps" in done.stdout
    verified = invoke("verify", out, "--against", base)
    assert (verified.exit_code, verified.stderr) == (0, "")
    assert verified.stdout.startswith("Verified: ")

    tensors = load_file(out / "model.safetensors")
    tensors["transformer.h.3.attn.c_proj.weight"][1, 2] += 0.5
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    failed = invoke("verify", out, "--against", base)
    assert failed.exit_code == 1
    assert failed.stdout.splitlines()[0].startswith("NOT verified: ")
    assert all(line.startswith("  3.attn_out: ") for line in failed.stdout.splitlines()[1:])


def test_quiet_prints_where_the_result_is(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "half"
    options = ("--model", base, "--method", "magnitude", "--pattern", "2:4", "--out", out, "-q")
    done = invoke("compress", *options)
    assert done.exit_code == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert line.startswith(f"Written: {out}")
    assert_one_message(invoke("compress", *options), "OutputError")  # it exists now


def interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("pybridge.certify.collector.Collector.in_order", False),
        ("pybridge.certify.writing.to_json", False),
        ("pybridge.files.folder._synchronise", False),
        ("pybridge.files.folder._synchronise_folder", True),
        ("pybridge.certify.lines.outcome_lines", True),
    ],
)
def test_ctrl_c_says_what_is_there(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, written: bool
) -> None:
    out = tmp_path / "half"
    if place.endswith(
        "_synchronise_folder"
    ):  # the one call after the folder has its name, that of its parent
        true = folder._synchronise_folder
        monkeypatch.setattr(place, lambda path: interrupt() if path == tmp_path else true(path))
    else:
        monkeypatch.setattr(place, interrupt)
    done = invoke("compress", "--model", base, "--method", "magnitude", "--sparsity", 0.5, "--out", out)
    assert done.exit_code == 130
    monkeypatch.undo()
    if not written:
        assert done.stderr == "Interrupted; nothing half-written is left behind.\n"
        assert list(tmp_path.iterdir()) == []
        return
    check = f"pybridge verify {out} --against {base}"
    assert done.stderr == f"Interrupted; {out} is written and whole. Check it with: {check}\n"
    assert invoke(*check.split()[1:]).exit_code == 0


def test_ctrl_c_claims_no_folder_that_was_there_before(
    base: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pybridge.certify.spec.CompressSpec.require_sound", interrupt)
    done = invoke("compress", "--model", base, "--method", "magnitude", "--sparsity", 0.5, "--out", written)
    assert done.exit_code == 130
    assert done.stderr == "Interrupted; nothing half-written is left behind.\n"


def test_bad_input_is_one_message(base: Path, written: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    assert_one_message(invoke("compress", "--model", base, *out, "--sparsity", 1.5), "SettingError")
    assert_one_message(invoke("compress", "--model", base, *out, "--sparsity", 0.5), "SettingError")
    assert_one_message(invoke("compress", "--model", base, "--out", "", "--sparsity", 0.5), "SettingError")
    nowhere = ("--method", "magnitude", "--sparsity", 0.5, *out)
    assert_one_message(invoke("compress", "--model", tmp_path / "nowhere", *nowhere), "ModelError")
    assert_one_message(invoke("verify", base, "--against", base), "CertificateError")
    assert_one_message(invoke("verify", tmp_path / "nowhere", "--against", base), "CertificateError")
    assert_one_message(invoke("verify", written, "--against", "tiny-gpt2"), "CertificateError")
    assert_one_message(invoke("verify", written, "--against", tmp_path / "nowhere"), "ModelError")
    assert list(tmp_path.iterdir()) == []


def test_coverage_says_what_is_left_and_why(base: Path) -> None:
    done = invoke("coverage", "--model", base)
    assert done.exit_code == 0, done.stderr
    assert "mlp_down" in done.stdout
    assert "Not covered:" in done.stdout
    assert_one_message(invoke("coverage", "--model", "./nowhere"), "ModelError")


def test_perplexity_of_the_compressed_model_against_its_base(
    base: Path, written: Path, text_file: Path, tmp_path: Path
) -> None:
    options = ("--against", base, "--context", 32, "--chunks", 2)
    other = tmp_path / "other.txt"
    other.write_text("the lazy dog runs away from the quick brown fox " * 12, encoding="utf-8")
    done = invoke("perplexity", "--model", written, "--text", other, *options)
    assert done.exit_code == 0, done.stderr
    assert "regret" in done.stdout
    assert "protocol: 2 chunks of 32 tokens" in done.stdout
    assert_one_message(
        invoke("perplexity", "--model", written, "--text", text_file, *options), "SettingError"
    )


def test_a_disk_that_fills_up_mid_write_leaves_nothing(base: Path, tmp_path: Path) -> None:
    """The operating system refuses to let a file grow: the weights fail half-way, for real."""
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import pybridge.certify, pybridge.certify.writing, torch\n"
        "import pybridge.certify.compression as c\n"
        "original = c.write_folder\n"
        "def limited(*args):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        "    return original(*args)\n"
        "c.write_folder = limited\n"
        "from pybridge.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    out = tmp_path / "out"
    command = [sys.executable, "-c", code, "compress", "--model", str(base), "--method", "magnitude"]
    command += ["--sparsity", "0.5", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"OutputError: Cannot write {out}: ")
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
