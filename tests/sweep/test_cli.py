"""`pybridge sweep` and `pybridge perplexity` as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.cli import main


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_info:
        main(list(arguments))
    printed = capsys.readouterr()
    return int(exit_info.value.code or 0), printed.out, printed.err


def test_a_sweep_goes_on_where_it_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sweep", "--model", "tiny-gpt2", "--store", str(tmp_path / "s"), "--tokens", "64", "-q"]
    command += ["--calibration-tokens", "32", "--vectors", "8", "--summary", str(tmp_path / "page")]
    code, out, _ = outcome(capsys, *command, "--maps", r"^0\.q\.0$")
    assert code == 0
    assert (
        "30 configurations done now and all of --maps with them; 30 of the whole model's 2,700 are in" in out
    )
    assert "288 HOLDS, 0 VIOLATED of 288 checks" in out
    code, out, _ = outcome(capsys, *command, "--maps", r"^0\.q\.[01]$")
    assert code == 0
    assert "and all of --maps with them; 60 of the whole model's 2,700 are in" in out
    assert (tmp_path / "page.md").read_text().startswith("# Every bound on 60 configurations of tiny-gpt2")


def test_heads_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sweep", "--model", "tiny-gpt2", "--store", str(tmp_path / "s"), "--whole", "-q"]
    code, out, _ = outcome(
        capsys, *command, "--maps", r"^0\.q$", "--tokens", "64", "--calibration-tokens", "32"
    )
    assert code == 0
    assert "30 configurations done now" in out


def test_bad_input_is_one_message_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("no database")
    for arguments in (
        ["sweep", "--model", "tiny-gpt2", "--store", str(tmp_path / "text")],
        ["sweep", "--model", "tiny-gpt2", "--store", str(tmp_path / "no" / "s")],
        [
            "sweep",
            "--model",
            "tiny-gpt2",
            "--store",
            str(tmp_path / "s"),
            "--summary",
            str(tmp_path / "n" / "p"),
        ],
        ["sweep", "--model", "tiny-gpt2", "--store", ""],
        ["perplexity", "--model", "tiny-gpt2", "--context", "4096"],
        ["perplexity", "--model", "tiny-gpt2", "--text", str(tmp_path / "missing")],
        ["perplexity", "--model", "tiny-gpt2", "--text", str(tmp_path / "text")],
    ):
        code, out, err = outcome(capsys, *arguments)
        assert (code, out) == (2, "")
        assert "Error: " in err
        assert "Traceback" not in err


def test_perplexity_with_its_protocol_and_regret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "record.json"
    code, out, _ = outcome(
        capsys, "perplexity", "--model", "tiny-gpt2", "--against", "tiny-gpt2", "--context", "64",
        "--chunks", "2", "--json", str(target),
    )  # fmt: skip
    assert code == 0
    assert out.startswith("tiny-gpt2: perplexity ")
    assert "regret +0.0000 [+0.0000, +0.0000]" in out
    assert "protocol: 2 chunks of 64 tokens" in out
    assert target.is_file()
