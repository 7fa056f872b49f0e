"""`sha256:` and sixty-four hexadecimal digits: how everything here names content."""

from __future__ import annotations

import hashlib


def bytes_digest(content: bytes) -> str:
    """`sha256:…` of some bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def text_digest(text: str) -> str:
    """`sha256:…` of a text's UTF-8 bytes."""
    return bytes_digest(text.encode("utf-8"))
