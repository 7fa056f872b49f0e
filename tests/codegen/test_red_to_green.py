"""End to end: a statement that stops being true fails its regenerated property test, with a small witness."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pybridge import extract

ROOT = Path(__file__).resolve().parents[2]
LEAN = "LivingInference/Bounds.lean"


def property_tests(root: Path) -> subprocess.CompletedProcess[str]:
    """pytest on the property tests of a project whose `extracted/` is imported under its proper name."""
    imports = root / "imports"
    imports.mkdir(exist_ok=True)
    if not (imports / "pybridge_extracted").exists():
        (imports / "pybridge_extracted").symlink_to(root / "extracted")
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    call += ["--rootdir", str(root), "-c", os.devnull, str(root / "extracted" / "properties")]
    path = os.pathsep.join([str(imports), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(call, capture_output=True, text=True, cwd=root, env=environment)


def test_true_statements_are_green(project) -> None:
    done = property_tests(project.root)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout  # three spaces for the first theorem, the reals for the second


@pytest.mark.parametrize(
    ("old", "new", "test", "witness"),
    [
        ("‖f‖ * δ := by", "‖f‖ * δ / 2 := by", "test_retrieval_bound[l2]", "δ = 1"),
        ("(hβ : 0 ≤ β) (hαβ", "(hαβ", "test_growth[real]", "β = -"),
    ],
    ids=["a constant", "a dropped hypothesis"],
)
def test_a_false_statement_is_red(project, old: str, new: str, test: str, witness: str) -> None:
    project.edit(LEAN, old, new)
    assert extract.run(project.root) == 1  # the lock still holds the statement that was accepted
    done = property_tests(project.root)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"::{test}" in done.stdout
    assert "the conclusion is false" in done.stdout
    assert witness in done.stdout
