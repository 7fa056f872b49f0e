"""The two workers, with stand-ins for the packages they import.

The stand-ins have the names and fields of lean-interact 0.11.6 and lean-dojo 4.20.0, read in their sources;
whether the real packages do as these do is seen only where a toolchain is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pybridge.crosscheck.worker_answer import heard

ROOT = Path(__file__).resolve().parents[2]
METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"
LEAN_INTERACT = """
from types import SimpleNamespace as N
class LocalProject:
    def __init__(self, *, directory, auto_build): assert auto_build is False; self.directory = directory
class LeanREPLConfig:
    def __init__(self, *, project): self.project, self.lean_version = project, "v4.32.0"
class FileCommand:
    def __init__(self, *, path, declarations): assert declarations is True; self.path = path
class LeanServer:
    def __init__(self, config): pass
    def kill(self): pass
    def run(self, command):
        from lean_interact.interface import LeanError
        print("Lean says hello")
        if "Broken" in command.path:
            return LeanError()
        one = N(full_name="LivingInference.t", kind="theorem", modifiers=N(visibility="regular"))
        two = N(full_name="LivingInference.h", kind="theorem", modifiers=N(visibility="private"))
        error = N(start_pos=N(line=7), data="unsolved goals")
        return N(declarations=[one, two], get_errors=lambda: [error] if "Red" in command.path else [])
"""
INTERFACE = """
class LeanError:
    message = "Unknown error"
"""
LEAN_DOJO = """
from pathlib import Path
from types import SimpleNamespace as N
class LeanGitRepo:
    @classmethod
    def from_path(cls, path): return cls()
def theorem(name, file, private=False):
    return N(theorem=N(full_name=name), file_path=Path(file), is_private=private,
             get_num_tactics=lambda: 2, get_premise_full_names=lambda: ["a", "b"])
def trace(repo, build_deps):
    assert build_deps is False
    return N(get_traced_theorems=lambda: [
        theorem("LivingInference.t", "LivingInference/Bounds.lean"),
        theorem("LivingInference.h", "LivingInference/Bounds.lean", private=True),
        theorem("LivingInference.g", "LivingInference/ForMathlib/Sums.lean"),
        theorem("Other.t", ".lake/packages/other/Other.lean"),
    ])
"""


@pytest.fixture
def stand_ins(tmp_path: Path) -> dict[str, str]:
    """An environment in which the two packages are found, with their versions."""
    texts = {
        "lean_interact/__init__.py": LEAN_INTERACT,
        "lean_interact/interface.py": INTERFACE,
        "lean_dojo/__init__.py": LEAN_DOJO,
        "lean_interact-0.11.6.dist-info/METADATA": METADATA.format("lean-interact", "0.11.6"),
        "lean_dojo-4.20.0.dist-info/METADATA": METADATA.format("lean-dojo", "4.20.0"),
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def answer(environment: dict[str, str], module: str, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", f"pybridge.crosscheck.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=True)
    content, wrong = heard(done.stdout)
    assert wrong == ""
    return content


def test_the_listing_worker(stand_ins: dict[str, str]) -> None:
    said = answer(stand_ins, "listing_worker", str(ROOT), "A.lean", "Red.lean", "Broken.lean")
    assert said["versions"] == {"lean-interact": "0.11.6", "lean": "v4.32.0"}
    assert said["errors"] == ["Red.lean:7: unsolved goals", "Broken.lean: Unknown error"]
    found = said["declarations"]
    assert isinstance(found, list)
    assert found[:2] == [
        {"full_name": "LivingInference.t", "file": "A.lean", "kind": "theorem", "visibility": "regular"},
        {"full_name": "LivingInference.h", "file": "A.lean", "kind": "theorem", "visibility": "private"},
    ]


def test_the_leandojo_worker_keeps_exported_theorems(stand_ins: dict[str, str]) -> None:
    said = answer(stand_ins, "leandojo_worker", str(ROOT))
    assert said["versions"] == {"lean-dojo": "4.20.0"}
    assert said["theorems"] == [
        {
            "full_name": "LivingInference.t",
            "file": "LivingInference/Bounds.lean",
            "tactics": 2,
            "premises": ["a", "b"],
        }
    ]
