"""Refusals before the work begins: folders that are none, and names that are taken twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.errors import OutputError, SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.files.folder import require_free


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for refuse in (require_writable, require_free):
        with pytest.raises(OutputError, match=r"Cannot write .*new: .*file is a file, not a folder"):
            refuse(tmp_path / "file" / "new")
        with pytest.raises(OutputError, match=r"the folder .*missing does not exist. Create it first"):
            refuse(tmp_path / "missing" / "new")


def test_an_output_does_not_take_the_place_of_an_input(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("kept")
    (tmp_path / "link").symlink_to(text)
    for name in (text, tmp_path / "link", tmp_path / "." / "text"):
        with pytest.raises(SettingError, match="--text and --json both name"):
            require_apart({"--json": name}, {"--text": text})


def test_outputs_are_apart_and_inputs_need_not_be(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    require_apart({"--json": one, "--out": None}, {"--text": other, "--calibration": other})
    with pytest.raises(SettingError, match="--out and --json both name"):
        require_apart({"--out": one, "--json": one}, {})
