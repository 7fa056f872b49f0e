"""A clone of three theorems, and programs that answer from `answers/`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pybridge.crosscheck.context import Context
from pybridge.crosscheck.processes import Answer
from pybridge.crosscheck.project import read_project
from pybridge.crosscheck.worker_answer import said

ANSWERS = Path(__file__).parent / "answers"
THEOREMS = {
    "first_bound": ("LivingInference.first_bound", "LivingInference/Bounds.lean", ["runtime", "property"]),
    "second_bound": ("LivingInference.second_bound'", "LivingInference/Scalar.lean", ["runtime", "property"]),
    "third_bound": ("LivingInference.third_bound", "LivingInference/Scalar.lean", ["property"]),
}
LAKE_VERSION = "Lake version 5.0.0-src+abcdef0 (Lean version 4.32.0)\n"


def build(root: Path, toolchain: str = "leanprover/lean4:v4.32.0") -> Path:
    """Write the clone: what the cross-checks read of it."""
    entries = {
        name: {"full_name": full, "file": file, "digests": {"ir": f"sha256:{name}"}, "modes": modes}
        for name, (full, file, modes) in THEOREMS.items()
    }
    mentions = "\n".join(f"-- {full}" for full, _, _ in THEOREMS.values())
    texts = {
        "LivingInference.lean": "import LivingInference.Bounds\nimport LivingInference.Scalar\n",
        "LivingInference/Bounds.lean": "-- bounds\n",
        "LivingInference/Scalar.lean": "-- scalar\n",
        "LivingInferenceTest/RoundTrip.lean": mentions,
        "LivingInferenceTest/Audit.lean": mentions,
        "LivingInferenceTest/Counterexamples.lean": "-- examples\n",
        "lean-toolchain": toolchain + "\n",
        "extracted/manifest.json": json.dumps({"theorems": entries}),
        "docs/verification.md": (
            "| Theorem | Lean name | Proof: read | x |\n|---|---|---|---|\n"
            "| 1 | `first_bound` | yes | |\n| 2 | `second_bound` | no | |\n| 3 | `third_bound` | yes | |\n"
        ),
    }
    for path, text in texts.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def text(name: str) -> str:
    """A recorded text without the lines that say where it came from."""
    lines = (ANSWERS / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# "))


def record(name: str) -> dict[str, Any]:
    return json.loads((ANSWERS / name).read_text(encoding="utf-8"))


def worker(name: str) -> Answer:
    """A recorded answer as the worker prints it, among other output."""
    return Answer(0, f"loading…\n{said(record(name))}\n")


def context(root: Path, answer: Answer, version: Answer | None = None, *, installed: bool = True) -> Context:
    """A context in which every program gives this answer, and `lake --version` the pinned one."""

    def ask(command: Sequence[str], folder: Path, limit_s: float) -> Answer:
        assert folder == root
        if tuple(command) == ("lake", "--version"):
            return version or Answer(0, LAKE_VERSION)
        return answer

    return Context(read_project(root), 60.0, ask, lambda _: installed, lambda _: installed)
