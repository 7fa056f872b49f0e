"""Tiny models of every family, opened as a user has them: a folder, a tokenizer, two texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from tests.models.folders import TEXT, save_tiny
from tests.models.tiny import tiny_model


def tiny_adapter(name: str) -> Adapter:
    return adapter_for(tiny_model(name))


@pytest.fixture
def adapter() -> Adapter:
    return tiny_adapter("llama")


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("model"), "llama")


@pytest.fixture(scope="session")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "fox.txt"
    path.write_text(TEXT * 20, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def calibration_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibration") / "dog.txt"
    words = TEXT.split()
    path.write_text(" ".join([*reversed(words)] * 20), encoding="utf-8")
    return path
