"""The import order of the rooms, Lean files included, and that the ground floor starts without torch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pybridge.audit import LEAN_ORDER

ROOT = Path(__file__).resolve().parents[1]

# room -> rooms it may import (beyond itself and `errors`). A room that is missing here may not exist.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "files": set(),
    "ir": {"files"},
    "runtime": set(),
    "parser": {"ir"},
    "codegen": {"ir"},
    "extract": {"codegen", "parser", "ir", "files"},
    "audit": {"parser", "ir", "files"},
    "crosscheck": {"audit", "parser", "ir", "files"},
    "pages": {"crosscheck", "audit", "parser", "ir", "files"},
    "extracted": {"runtime"},
    "models": {"runtime", "files"},
    "compress": {"models", "runtime", "files"},
    "measure": {"models", "runtime", "files"},
    "binding": {"measure", "models", "extracted", "runtime", "files"},
    "perplexity": {"measure", "models", "files"},
    "drift": {"compress", "measure", "models", "runtime", "files"},
    "profile": {"binding", "measure", "models", "extracted", "runtime", "files"},
    "approx": {"binding", "compress", "measure", "models", "extracted", "runtime"},
    "certify": {"binding", "perplexity", "compress", "measure", "models", "extracted", "runtime", "files"},
    "store": set(),
    "layers": {"perplexity", "binding", "measure", "models", "extracted", "runtime", "files", "store"},
    "sweep": {"binding", "measure", "compress", "models", "store", "files"},
    "report": {"store"},
    "replay": {"extracted", "runtime"},
    "check": {"binding", "measure", "compress", "models", "extracted", "runtime", "files"},
    "cli": set(),  # any room: handled below
}

# an outside word -> the rooms where it is at home
HOMES: dict[str, set[str]] = {
    "transformers": {"models"},
    "datasets": {"models"},
    "huggingface_hub": {"models"},
    "gguf": {"models"},
    "jinja2": {"codegen"},
    "typer": {"cli"},
    "lean_interact": {"crosscheck"},
    "lean_dojo": {"crosscheck"},
    "hypothesis": {"runtime", "extracted"},
    "torch": {
        "approx",
        "binding",
        "certify",
        "check",
        "cli",
        "compress",
        "drift",
        "layers",
        "measure",
        "models",
        "perplexity",
        "profile",
    },
}


def room_of(module: str) -> str | None:
    """`pybridge.measure.profile` -> `measure`; None for modules of other packages."""
    parts = module.split(".")
    if parts[0] == "pybridge_extracted":
        return "extracted"
    if parts[0] != "pybridge":
        return None
    return parts[1] if len(parts) > 1 else "pybridge"


def python_files() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "pybridge").rglob("*.py")):
        parts = path.relative_to(ROOT / "pybridge").parts
        yield parts[0].removesuffix(".py"), path
    for path in sorted((ROOT / "extracted").rglob("*.py")):
        yield "extracted", path


def top_level_runtime(node: ast.AST) -> bool:
    return not (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Modules imported anywhere in a file, except under its `if __name__ == "__main__"` line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pending: list[ast.AST] = [node for node in tree.body if top_level_runtime(node)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno
            if node.module == "pybridge":
                yield from ((f"pybridge.{alias.name}", node.lineno) for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


def violations(files: list[tuple[str, Path]]) -> list[str]:
    found = []
    for room, path in files:
        if room in ("__init__", "__main__"):
            continue
        where = path.name if not path.is_relative_to(ROOT) else path.relative_to(ROOT).as_posix()
        if room not in ALLOWED:
            found.append(f"{where}: room `{room}` has no row in tests/test_rooms.py")
            continue
        for module, line in imports(path):
            target = room_of(module)
            outside = module.split(".")[0]
            if outside in HOMES and room not in HOMES[outside]:
                found.append(
                    f"{where}:{line}: `{outside}` is at home in {sorted(HOMES[outside])}, not in {room}"
                )
            if target in (None, "pybridge", room, "errors") or room == "cli":
                continue
            if target not in ALLOWED[room]:
                found.append(
                    f"{where}:{line}: {room} imports {module}; it may import {sorted(ALLOWED[room])}"
                )
    return found


def test_every_import_goes_down() -> None:
    assert violations(list(python_files())) == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("ir", "from pybridge.parser import read_file"),
        ("runtime", "import torch"),
        ("extracted", "from pybridge.check import run"),
        ("measure", "from pybridge.binding import ledger"),
        ("binding", "from pybridge.compress import magnitude"),
        ("check", "import transformers"),
        ("nowhere", "import os"),
    ],
)
def test_an_upward_import_is_caught(tmp_path: Path, room: str, line: str) -> None:
    file = tmp_path / "culprit.py"
    file.write_text(line + "\n", encoding="utf-8")
    assert violations([(room, file)])


def test_a_main_line_may_import_the_cli(tmp_path: Path) -> None:
    file = tmp_path / "extract.py"
    file.write_text('if __name__ == "__main__":\n    from pybridge.cli import main\n', encoding="utf-8")
    assert violations([("extract", file)]) == []


def test_relative_imports_are_not_used() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for _, path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert offenders == []


def lean_imports(path: Path) -> list[str]:
    return re.findall(r"^import\s+([\w.]+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_lean_rooms_are_one_way_and_every_topic_is_behind_the_door() -> None:
    topics = sorted(p.stem for p in (ROOT / "LivingInference").glob("*.lean"))
    assert topics, "no Lean topic found"
    assert set(topics) <= set(LEAN_ORDER)
    door = [m.removeprefix("LivingInference.") for m in lean_imports(ROOT / "LivingInference.lean")]
    assert sorted(door) == topics
    for topic in topics:
        for module in lean_imports(ROOT / "LivingInference" / f"{topic}.lean"):
            if module.startswith("LivingInference."):
                below = module.removeprefix("LivingInference.")
                assert below.startswith("ForMathlib.") or LEAN_ORDER.index(below) < LEAN_ORDER.index(topic)
            else:
                assert module.startswith("Mathlib."), f"{topic}.lean imports {module}"


@pytest.mark.parametrize(
    "module",
    ["pybridge"]
    + [f"pybridge.{room}" for room in ("ir", "parser", "codegen", "runtime", "audit", "crosscheck")],
)
def test_the_ground_floor_starts_without_torch(module: str) -> None:
    code = f"import sys, {module}; print('torch' in sys.modules, 'transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["False", "False"]
