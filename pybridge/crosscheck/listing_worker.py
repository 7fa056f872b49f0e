"""`python -m pybridge.crosscheck.listing_worker ROOT FILE…`: declarations of Lean files, by lean-interact.

In a process of its own: lean-interact downloads and builds Lean's REPL, and a server that hangs is stopped
with it. The project is not built here (`auto_build=False`): `lake build` comes first.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pybridge.crosscheck.worker_answer import said


def declarations(root: Path, files: list[str]) -> dict[str, Any]:
    """Every declaration of the files, and every error that Lean reports in them."""
    from lean_interact import FileCommand, LeanREPLConfig, LeanServer, LocalProject  # type: ignore[import-not-found]
    from lean_interact.interface import LeanError  # type: ignore[import-not-found]

    config = LeanREPLConfig(project=LocalProject(directory=str(root), auto_build=False))
    found: list[dict[str, str]] = []
    errors: list[str] = []
    for file in files:
        server = LeanServer(config)  # a new one a file: the REPL keeps every environment in memory
        response = server.run(FileCommand(path=file, declarations=True))
        if isinstance(response, LeanError):
            errors.append(f"{file}: {response.message}")
            continue
        errors += [f"{file}:{m.start_pos.line}: {m.data}" for m in response.get_errors()]
        found += [
            {"full_name": d.full_name, "file": file, "kind": d.kind, "visibility": d.modifiers.visibility}
            for d in response.declarations
        ]
        server.kill()
    versions = {"lean-interact": version("lean-interact"), "lean": str(config.lean_version)}
    return {"versions": versions, "declarations": found, "errors": errors}


if __name__ == "__main__":
    print(said(declarations(Path(sys.argv[1]), sys.argv[2:])))
