"""The hand-written package list of pyproject.toml names every package there is, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def folders(top: str, name: str) -> set[str]:
    """Packages below a folder: every folder that holds a file of ours (data-only folders too)."""
    found = set()
    for path in (ROOT / top).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            found.add(".".join((name, *path.parent.relative_to(ROOT / top).parts)))
    return found


def test_every_package_is_listed() -> None:
    assert set(SETUP["packages"]) == folders("pybridge", "pybridge") | folders(
        "extracted", "pybridge_extracted"
    )


def test_every_data_file_is_shipped() -> None:
    for top, name in (("pybridge", "pybridge"), ("extracted", "pybridge_extracted")):
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts:
                package = ".".join((name, *path.parent.relative_to(ROOT / top).parts))
                patterns = SETUP["package-data"].get(package, [])
                assert any(path.match(p) for p in patterns), (
                    f"{path.relative_to(ROOT)} is not in package-data"
                )
