"""A small Lean project in a temporary folder, extracted and accepted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pybridge import extract

BOUNDS = """\
namespace LivingInference

/-- **Theorem 1** of a paper, §2.1: reusing a cached output costs at most `‖f‖ * δ`.

@mode runtime property
@measure f weight; x activation; xc cached activation
@certificate yes
-/
theorem retrieval_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F] (f : E →L[ℝ] F) (x xc : E) (δ : ℝ) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - f xc‖ ≤ ‖f‖ * δ := by
  rw [← map_sub]; exact f.le_opNorm_of_le hδ

/-- **Theorem 9**: slower growth of the error. -/
theorem growth (α β : ℝ) (hβ : 0 ≤ β) (hαβ : β < α) : (β / α) ^ 2 < 1 := by
  positivity

end LivingInference
"""
LEAN = "LivingInference/Bounds.lean"


@dataclass(frozen=True)
class Project:
    root: Path

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8")

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """As a clone has it: everything generated, every statement accepted."""
    made = Project(tmp_path)
    made.write("LivingInference.lean", "import LivingInference.Bounds\n")
    made.write(LEAN, BOUNDS)
    assert extract.run(tmp_path, accept="all", reason="first statement") == 0
    return made
