"""Records as JSON files."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pybridge.files.record import finite, finite_all, record_bytes, write_record


def test_floats_come_back_bit_for_bit_and_words_as_they_are(tmp_path: Path) -> None:
    record = {"ρ": 0.1 + 0.2, "tiny": 5e-324, "none": None}
    write_record(tmp_path / "out.json", record)
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == record
    assert "ρ".encode() in record_bytes(record)
    assert record_bytes(record).endswith(b"}\n")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_does_not_have(number: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_record(tmp_path / "out.json", {"x": number})
    assert list(tmp_path.iterdir()) == []
    assert finite(number) is None
    assert finite_all({"a": {"b": number, "c": 1.5}, "n": 2}) == {"a": {"b": None, "c": 1.5}, "n": 2}


def test_the_rest_is_left_alone() -> None:
    assert finite(1.5) == 1.5
    assert finite(None) is None
