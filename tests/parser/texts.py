"""Statement texts that several tests read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"

# Headers of all planned theorems that the grammar covers, binders written out.
SPECIFICATION = tuple((GOLDEN / "specification.txt").read_text(encoding="utf-8").strip().split("\n\n"))


def name_of(text: str) -> str:
    return text.split()[1]
