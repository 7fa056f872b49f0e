"""`pybridge drift` as a user types it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import pybridge.drift
from pybridge.cli import app
from pybridge.drift import DriftSpec


def drift(spec: DriftSpec, *more: object) -> Result:
    arguments = [
        "--model",
        spec.model,
        "--text",
        spec.text,
        "--tokens",
        spec.tokens,
        "--resamples",
        200,
        *more,
    ]
    return CliRunner().invoke(app, ["drift", *(str(argument) for argument in arguments)])


def test_summary_first_then_the_tables(spec: DriftSpec, tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    result = drift(spec, "--json", path)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Model: ")
    assert "24 of 24 linear maps, by magnitude, sparsity 0.5" in lines[2]
    assert "the product is a heuristic" in result.stdout
    for title in ("Rank correlations (Spearman)", "One block compressed, positions all", "positions skip:4"):
        assert title in result.stdout
    for row in json.loads(path.read_text())["blocks"]:
        assert f"{row['drift']:.4g}" in result.stdout


def test_quiet_prints_the_summary_alone(spec: DriftSpec) -> None:
    result = drift(spec, "-q", "--no-color")
    assert result.exit_code == 0
    assert "One block compressed" not in result.stdout
    assert "no correlation (4 blocks can be compared, 5 are needed)" in result.stdout


def test_blocks_left_out_are_named(spec: DriftSpec) -> None:
    result = drift(spec, "--maps", r"^[12]\.", "-q")
    assert "Left out, all positions: blocks 0, 3: no map of this block is chosen." in result.stdout


def test_numbers_are_printed_beside_the_papers() -> None:
    result = CliRunner().invoke(app, ["drift", "--tokens", "24", "--resamples", "200"])
    assert result.exit_code == 0, result.stderr
    assert re.search(r"r = -?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\] over 6, p = ", result.stdout)
    assert "arXiv:2603.20991v2, abstract: r = -0.44, p < 0.0001." in result.stdout
    assert "of 6" in result.stdout


def test_bad_input_is_exit_code_2_and_leaves_nothing(spec: DriftSpec, tmp_path: Path) -> None:
    result = drift(spec, "--method", "wanda", "--json", tmp_path / "out.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("SettingError: The method wanda needs calibration text")
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert drift(spec, "--calibration", "").exit_code == 2


def test_an_interruption_is_130(spec: DriftSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pybridge.drift, "run", interrupted)
    assert drift(spec).exit_code == 130
