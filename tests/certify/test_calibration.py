"""Which tokens calibrate, what is recorded of them, and that nobody is evaluated on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pybridge.certify.calibration import (
    CalibrationText,
    calibrate_on,
    read_calibration,
)
from pybridge.errors import SettingError, TextError
from pybridge.files.digest import text_digest
from pybridge.perplexity.run import require_unseen
from tests.models.folders import TEXT, tiny_tokenizer

LONG = CalibrationText("the file fox.txt", TEXT * 400)


def shape(longest: int = 2048, **given: int | None) -> tuple[int, ...]:
    asked: dict[str, Any] = {"tokens": None, "context": None, "longest": longest, **given}
    return tuple(calibrate_on(LONG, tiny_tokenizer(), **asked).tokens.shape)


def test_four_contexts_of_1024_unless_asked_otherwise() -> None:
    assert shape() == (4, 1024)
    assert shape(longest=64) == (4, 64)
    assert shape(context=32) == (4, 32)
    assert shape(tokens=96, context=32) == (3, 32)
    assert shape(tokens=50) == (1, 50)
    assert shape(tokens=2048) == (2, 1024)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"context": 65}, "--context is 65, but this model takes 64"),
        ({"tokens": 70, "context": 32}, "70 calibration tokens are no whole number of contexts"),
        ({"tokens": 0}, "calibration context is 0|0 calibration tokens"),
        ({"tokens": -5}, "-5"),
        ({"context": 0}, "context is 0"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, int], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        shape(longest=64, **given)


def test_a_text_that_is_too_short_is_named_with_both_counts() -> None:
    short = CalibrationText("the file fox.txt", TEXT)
    with pytest.raises(TextError, match=r"(?s)calibration text.*15 tokens.*64 are needed"):
        calibrate_on(short, tiny_tokenizer(), tokens=64, context=32, longest=64)


def test_the_record_tells_texts_and_tokens_apart(tmp_path: Path) -> None:
    calibration = calibrate_on(LONG, tiny_tokenizer(), tokens=64, context=32, longest=64)
    record = calibration.record()
    assert record["text_digest"] == text_digest(LONG.text)
    assert (record["sequences"], record["context"]) == (2, 32)
    other = calibrate_on(LONG, tiny_tokenizer(), tokens=96, context=32, longest=64).record()
    assert other["tokens_digest"] != record["tokens_digest"]
    json.dumps(record, allow_nan=False)


def test_a_file_or_a_data_set_or_neither(tmp_path: Path) -> None:
    path = tmp_path / "fox.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert read_calibration(path, None) == CalibrationText("the file fox.txt", TEXT)
    assert read_calibration(None, None) is None
    with pytest.raises(SettingError, match="both name a text"):
        read_calibration(path, "wikitext")
    with pytest.raises(TextError, match="no such file"):
        read_calibration(tmp_path / "missing.txt", None)


def test_a_model_is_not_evaluated_on_its_calibration_text(written: Path, text_file: Path) -> None:
    """What the certificate records is what the perplexity refuses by."""
    text = text_file.read_text(encoding="utf-8")
    with pytest.raises(SettingError, match="with this very text as its calibration"):
        require_unseen(str(written), text)
    require_unseen(str(written), text + " ")
