"""Text out of an R lazy-load database (`Rdata.rdx` + `Rdata.rdb`), read as data: no R, no code.

The index is a gzip-compressed serialization of `list(variables = list(name = c(offset, length), ...), ...)`.
Each variable is, at `offset`, a big-endian length and a zlib stream holding one serialized object.
Only the node kinds that lists of strings and integers need are accepted; anything else is an error.
Format: "R Internals", section 1.8 (serialization, XDR, versions 2 and 3).
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from training.errors import TrainingError

_NULL, _REFERENCE = 254, 255
_SYMBOL, _PAIRLIST, _CHARACTERS = 1, 2, 9
_LOGICALS, _INTEGERS, _STRINGS, _VECTOR = 10, 13, 16, 19
_HAS_ATTRIBUTES, _HAS_TAG = 0x200, 0x400
_ZLIB_OR_GZIP = 47  # wbits: 15 plus 32, "detect the header"


def string_vectors(index: bytes, database: bytes) -> dict[str, list[str]]:
    """Every variable of the lazy-load database, each of which must be a character vector."""
    variables = _Reader(zlib.decompress(index, _ZLIB_OR_GZIP)).document()["variables"]
    return {name: _string_vector(name, database, place) for name, place in variables.items()}


def _string_vector(name: str, database: bytes, place: list[int]) -> list[str]:
    offset, length = place
    value = _Reader(zlib.decompress(database[offset + 4 : offset + length])).document()
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise TrainingError(f"R variable {name}: expected a character vector, got {type(value).__name__}.")
    return value


class _Reader:
    """One serialized R object → Python: named lists become dicts, vectors become lists."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._references = data, 0, []

    def document(self) -> Any:
        if self._bytes(2) != b"X\n":
            raise TrainingError("R data: expected the XDR serialization header 'X'.")
        version = self._int()
        self._at += 8  # the R versions that wrote it and that can read it
        if version == 3:
            self._bytes(self._int())  # native encoding
        return self._item()

    def _bytes(self, count: int) -> bytes:
        chunk = self._data[self._at : self._at + count]
        if len(chunk) != count:
            raise TrainingError(f"R data: ends at byte {len(self._data)}, {count} more were expected.")
        self._at += count
        return chunk

    def _int(self) -> int:
        return struct.unpack(">i", self._bytes(4))[0]

    def _ints(self, count: int) -> list[int]:
        return list(struct.unpack(f">{count}i", self._bytes(4 * count)))

    def _item(self) -> Any:
        flags = self._int()
        kind = flags & 0xFF
        if kind == _NULL:
            return None
        if kind == _REFERENCE:
            return self._references[(flags >> 8) - 1]
        if kind == _SYMBOL:
            self._references.append(self._item())
            return self._references[-1]
        if kind == _PAIRLIST:
            return self._pairs(flags)
        if kind == _CHARACTERS:
            length = self._int()
            return None if length < 0 else self._bytes(length).decode("utf-8")
        return self._vector(kind, flags)

    def _pairs(self, flags: int) -> dict[str, Any]:
        attributes = self._item() if flags & _HAS_ATTRIBUTES else None
        assert attributes is None, "attributes on a pairlist do not occur in lazy-load files"
        tag = self._item() if flags & _HAS_TAG else ""
        value, rest = self._item(), self._item()
        return {tag: value} | (rest or {})

    def _vector(self, kind: int, flags: int) -> Any:
        length = self._int()
        if kind in (_LOGICALS, _INTEGERS):
            values: list[Any] = self._ints(length)
        elif kind in (_STRINGS, _VECTOR):
            values = [self._item() for _ in range(length)]
        else:
            raise TrainingError(f"R data: node kind {kind} at byte {self._at} is not read here.")
        attributes = self._item() if flags & _HAS_ATTRIBUTES else None
        names = (attributes or {}).get("names")
        return dict(zip(names, values, strict=True)) if names else values
