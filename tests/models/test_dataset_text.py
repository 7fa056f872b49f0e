"""Text through `datasets`, from local folders and files; each bad input is one message."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import huggingface_hub
import pytest

from pybridge.errors import TextError
from pybridge.models.text import load_dataset_text
from tests.models.hub_server import serving


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))


def online(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)


def lines_of(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def refused(spec: str) -> str:
    with pytest.raises(TextError) as caught:
        load_dataset_text(spec)
    return str(caught.value)


def test_a_text_file_stays_as_it_is(tmp_path: Path) -> None:
    text = "one\n\n  two\nthree"
    (tmp_path / "a.txt").write_text(text)
    assert load_dataset_text(str(tmp_path / "a.txt")) == text


def test_a_folder_of_text_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo")
    (tmp_path / "b.txt").write_text("three")
    assert load_dataset_text(str(tmp_path)) == "one\ntwo\n\nthree"


def test_rows_are_joined_by_a_blank_line(tmp_path: Path) -> None:
    path = lines_of(
        tmp_path / "a.jsonl",
        [{"id": "x", "text": "one"}, {"id": "y", "text": ""}, {"id": "z", "text": "two"}],
    )
    assert load_dataset_text(str(path)) == "one\n\ntwo"


def test_one_column_of_strings_is_the_text(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["n", "story"], [1, "one"], [2, "two"]])
    assert load_dataset_text(str(tmp_path / "a.csv")) == "one\n\ntwo"


def test_splits_of_a_folder(tmp_path: Path) -> None:
    for split in ("train", "test"):
        lines_of(tmp_path / f"{split}.jsonl", [{"text": f"from {split}"}])
    assert load_dataset_text(str(tmp_path)) == "from test"
    assert load_dataset_text(f"{tmp_path}::train") == "from train"
    assert f"{tmp_path}: no split 'dev'; it has " in refused(f"{tmp_path}::dev")


@pytest.mark.parametrize("kind", ["folder of rows", "folder of text", "file"])
def test_an_unknown_configuration_of_local_data(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "a.txt" if kind == "file" else tmp_path
    if kind == "folder of rows":
        lines_of(tmp_path / "train.jsonl", [{"text": "one"}])
    else:
        (tmp_path / "a.txt").write_text("one")
    assert f"{place}: no configuration 'zorg'; it has default." in refused(f"{place}:zorg")
    assert load_dataset_text(f"{place}:default") == "one"


def test_configurations_that_a_folder_declares(tmp_path: Path) -> None:
    for name in ("one", "two"):
        lines_of(tmp_path / f"{name}.jsonl", [{"text": f"from {name}"}])
    configs = "".join(f"- config_name: {n}\n  data_files: {n}.jsonl\n" for n in ("one", "two"))
    (tmp_path / "README.md").write_text(f"---\nconfigs:\n{configs}---\n")
    assert load_dataset_text(f"{tmp_path}:two") == "from two"
    assert "no configuration 'zorg'; it has one, two." in refused(f"{tmp_path}:zorg")


@pytest.mark.parametrize("name", ["./ds/none", "~/none-at-all", "a/b/c", "ds/", "none.jsonl", "/none-at-all"])
def test_a_path_to_nothing_never_asks_the_hub(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    online(monkeypatch, "http://127.0.0.1:9")
    assert refused(name).startswith(f"{name}: no such folder or file. --dataset takes NAME")


def test_columns_that_are_not_clear(tmp_path: Path) -> None:
    path = lines_of(tmp_path / "a.jsonl", [{"question": "a", "answer": "b"}])
    assert "no column called `text`; the columns are question, answer" in refused(str(path))


def test_no_text_at_all(tmp_path: Path) -> None:
    path = lines_of(tmp_path / "a.jsonl", [{"text": " "}, {"text": ""}])
    assert "this split has no text" in refused(str(path))


def test_names_that_are_none(tmp_path: Path) -> None:
    assert "is no data set. --dataset takes NAME[:CONFIG[:SPLIT]]" in refused("a:b:c:d")
    assert "is no data set" in refused(":config")
    (tmp_path / "a.md").write_text("text")
    assert "For any other text file use --text" in refused(str(tmp_path / "a.md"))
    (tmp_path / "bad.jsonl").write_text("{")
    assert "the data set cannot be loaded" in refused(str(tmp_path / "bad.jsonl"))


def test_a_hub_data_set_without_a_network() -> None:
    message = refused("org/none:config:test")
    assert message.startswith("org/none:config:test: the data set cannot be loaded: ")
    assert "Unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE, or use --text FILE" in message


def test_an_unreachable_hub_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    online(monkeypatch, "http://127.0.0.1:9")
    start = time.monotonic()
    message = refused("org/none")
    assert time.monotonic() - start < 10
    assert "org/none: no local file or folder, and the hub at http://127.0.0.1:9 gave no answer" in message


def test_a_hub_without_the_data_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({}) as (endpoint, _paths):
        online(monkeypatch, endpoint)
        assert f"the hub ({endpoint}) has no such data set" in refused("org/none")
