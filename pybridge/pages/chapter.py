"""One Lean file: what it is about, then its theorems."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pybridge.pages.entry import entry
from pybridge.pages.markdown import anchored, paragraphs
from pybridge.pages.prose import with_links
from pybridge.pages.sources import Chapter


def chapter(found: Chapter, names: AbstractSet[str]) -> str:
    notes = found.text.sections.get("Implementation notes", "")
    return paragraphs(
        anchored(anchor(found), f"## {found.text.title}"),
        f"[`{found.file}`](../{found.file})",
        with_links(found.text.opening, names),
        with_links(notes, names),
        *(entry(theorem, names) for theorem in found.theorems),
    )


def anchor(found: Chapter) -> str:
    return "file-" + found.file.rpartition("/")[2].removesuffix(".lean").lower()
