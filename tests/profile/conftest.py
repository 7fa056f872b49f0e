"""A tiny model folder, a text it knows, and a spec that profiles one with the other in a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.profile import ProfileRunSpec
from tests.models.folders import TEXT, save_tiny


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("model"), "gpt2")


@pytest.fixture(scope="session")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "fox.txt"
    path.write_text(TEXT * 8, encoding="utf-8")
    return path


@pytest.fixture
def spec(model_folder: Path, text_file: Path) -> ProfileRunSpec:
    return ProfileRunSpec(model=str(model_folder), text=text_file, tokens=24, eps=(0.01, 0.1))
