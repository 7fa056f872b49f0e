"""`python -m pybridge.crosscheck.leandojo_worker ROOT`: the public theorems that LeanDojo traces."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pybridge.crosscheck.project import LIBRARY
from pybridge.crosscheck.worker_answer import said


def theorems(root: Path) -> dict[str, Any]:
    """The public theorems of the committed state, outside `ForMathlib/`, with tactic counts and premises."""
    from lean_dojo import LeanGitRepo, trace  # type: ignore[import-not-found]

    traced = trace(LeanGitRepo.from_path(root), build_deps=False)
    found = []
    for theorem in traced.get_traced_theorems():
        parts = Path(theorem.file_path).parts
        if parts[0] == LIBRARY and "ForMathlib" not in parts and not theorem.is_private:
            found.append(
                {
                    "full_name": theorem.theorem.full_name,
                    "file": Path(theorem.file_path).as_posix(),
                    "tactics": theorem.get_num_tactics(),
                    "premises": theorem.get_premise_full_names(),
                }
            )
    return {"versions": {"lean-dojo": version("lean-dojo")}, "theorems": found}


if __name__ == "__main__":
    print(said(theorems(Path(sys.argv[1]).resolve())))
