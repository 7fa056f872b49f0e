"""The list of known modules is written from a checkout, and what is not in the checkout is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.audit.pin import main, record
from tests.audit.small_project import build


def mathlib(root: Path, files: dict[str, str]) -> Path:
    for path, text in {"Mathlib.lean": "", **files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def test_what_exists_is_written_and_what_does_not_is_named(tmp_path: Path) -> None:
    checkout = mathlib(
        tmp_path / "mathlib",
        {
            "Mathlib/Data/Real/Basic.lean": "theorem trans_eq := x",
            "Mathlib/Algebra/Order/Ring/Pow.lean": "@[to_additive] theorem mul_le_mul := x",
        },
    )
    target = tmp_path / "list.txt"
    target.write_text("# how\nMathlib.Old\n", encoding="utf-8")
    missing = record(build(tmp_path / "project"), checkout, target)
    assert missing == [
        "Mathlib.Tactic.Linarith: no such file",
        "docs/proofs/Bounds.md:16: `two_mul` does not occur in Mathlib/Data/Real/Basic.lean:12",
    ]
    written = target.read_text(encoding="utf-8")
    assert written == "# how\nMathlib.Algebra.Order.Ring.Pow\nMathlib.Data.Real.Basic\n"


def test_a_folder_without_mathlib_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--mathlib", str(tmp_path), "--root", str(build(tmp_path / "project"))]) == 2
    assert "no Mathlib.lean" in capsys.readouterr().err
