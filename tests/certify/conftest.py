"""Tiny model folders, a text they know, and a compressed copy with its certificate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pybridge.certify import CompressSpec, compress
from tests.models.folders import TEXT, save_tiny


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("base"), "gpt2")


@pytest.fixture(scope="session")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "fox.txt"
    path.write_text(TEXT * 12, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, cache_dir: Path) -> None:
    monkeypatch.setenv("LIVING_INFERENCE_CACHE", str(cache_dir))


@pytest.fixture(scope="session")
def written(base: Path, text_file: Path, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of every map but the q of block 0 pruned by wanda."""
    out = tmp_path_factory.mktemp("written") / "half"
    compress(
        CompressSpec(
            model=str(base),
            out=out,
            sparsity=0.5,
            calibration=text_file,
            tokens=64,
            context=32,
            maps=r"^(?!0\.q$)",
            cache_dir=cache_dir,
        )
    )
    return out


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    """A compressed folder that may be damaged."""
    return Path(shutil.copytree(written, tmp_path / "copy"))
