"""A tiny model folder, two texts it knows, and a spec that studies it in a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.drift import DriftSpec
from tests.models.folders import TEXT, save_tiny


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("model"), "gpt2")


@pytest.fixture(scope="session")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "fox.txt"
    path.write_text(TEXT * 8, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def calibration_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibration") / "dog.txt"
    path.write_text(" ".join(reversed((TEXT * 20).split())), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def spec(model_folder: Path, text_file: Path) -> DriftSpec:
    return DriftSpec(model=str(model_folder), text=text_file, tokens=48, resamples=200)
