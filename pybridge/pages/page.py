"""The whole page: opening, runs, contents, paper, chapters, ledger, guards, commands."""

from __future__ import annotations

from pybridge.pages.chapter import chapter
from pybridge.pages.contents import contents, paper_mapping
from pybridge.pages.ending import guards, ledger
from pybridge.pages.markdown import paragraphs
from pybridge.pages.runs import runs_part
from pybridge.pages.sources import Library
from pybridge.pages.text import written


def page(library: Library) -> str:
    """A function of the library alone: no date, no path, no machine."""
    counts = {"theorems": str(len(library.theorems)), "files": str(len(library.chapters))}
    parts = [
        written("opening", **counts),
        runs_part(library),
        contents(library),
        paper_mapping(library),
        *(chapter(found, library.names) for found in library.chapters),
        ledger(library),
        guards(library),
        written("commands"),
    ]
    return paragraphs(*parts) + "\n"
