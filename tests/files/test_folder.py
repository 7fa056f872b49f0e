"""A folder appears whole or not at all: full disks, interruptions and rivals included."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pybridge.errors import OutputError
from pybridge.files.folder import appearing_whole, require_free, require_room


def test_it_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "new"
    with appearing_whole(target) as staging:
        (staging / "a").write_text("a")
        (staging / "a").chmod(0o600)
        assert not target.exists()
        assert staging.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o777 & ~mask
    assert stat.S_IMODE((target / "a").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_error_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with appearing_whole(tmp_path / "new") as staging:
            (staging / "a").write_text("a")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_an_os_error_is_one_message(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"No space left on device\. Nothing is left"),
        appearing_whole(tmp_path / "new"),
    ):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_rival_who_was_faster_keeps_what_is_theirs(tmp_path: Path) -> None:
    target = tmp_path / "new"
    with pytest.raises(OutputError, match="exists already"), appearing_whole(target):
        target.mkdir()
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_what_is_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    for name in ("", "link", "file"):
        with pytest.raises(OutputError, match="exists already"):
            require_free(tmp_path / name)
    with pytest.raises(OutputError, match="does not exist"):
        require_free(tmp_path / "no" / "such")
    with pytest.raises(OutputError, match="Cannot write"):
        require_free(tmp_path / "file" / "below")
    require_free(tmp_path / "free")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_too_little_room_is_refused(tmp_path: Path) -> None:
    require_room(tmp_path / "new", 1)
    with pytest.raises(OutputError, match="bytes are needed"):
        require_room(tmp_path / "new", 2**62)
