"""The table of contents, and the library beside the paper."""

from __future__ import annotations

from pybridge.pages.chapter import anchor
from pybridge.pages.markdown import code, link, paragraphs, table
from pybridge.pages.paper import Finding, Group, PaperTheorem, place_of
from pybridge.pages.prose import with_links
from pybridge.pages.sources import Library, Theorem


def contents(library: Library) -> str:
    """By file, a line for each theorem."""
    parts = ["## Contents"]
    for found in library.chapters:
        rows = [(t.number, link(code(t.name), t.name), t.prose.meaning) for t in found.theorems]
        parts += [f"**{link(found.text.title, anchor(found))}**", table(("no.", "theorem", "in words"), rows)]
    return paragraphs(*parts)


def paper_mapping(library: Library) -> str:
    return paragraphs(
        "## The library beside the paper",
        "The paper is arXiv:2603.20991v1. Its ten theorems keep their names in ours; letters and words "
        "behind a number are variants that it does not have.",
        table(
            ("no.", "in the paper", "here", "file", "what differs", "findings"),
            [_paper_row(library, theorem) for theorem in library.paper.theorems],
        ),
        "Theorems of ours that it does not have:",
        table(
            ("", "about", "here", "file", "in the paper"),
            [_group_row(library, group) for group in library.paper.groups],
        ),
        "Sentences of the paper that are false as printed, or say less than they seem to. What is false is "
        "refuted in [`Counterexamples.lean`](../LivingInferenceTest/Counterexamples.lean) or by exact "
        "arithmetic in [`test_paper_counterexamples.py`](../tests/properties/test_paper_counterexamples.py).",
        table(
            ("", "where", "what", "here"),
            [_finding_row(library, finding) for finding in library.paper.findings],
        ),
    )


def _paper_row(library: Library, found: PaperTheorem) -> tuple[str, ...]:
    ours = [t for t in library.theorems if place_of(t.number) == found.number]
    labels = ", ".join(link(label, f"finding-{label}") for label in found.findings)
    return (
        found.number,
        found.name,
        _links(ours),
        _files(ours),
        with_links(found.differs, library.names),
        labels,
    )


def _group_row(library: Library, group: Group) -> tuple[str, ...]:
    ours = [t for t in library.theorems if place_of(t.number) == group.letter]
    return (group.letter, group.about, _links(ours), _files(ours), group.stands_for)


def _finding_row(library: Library, found: Finding) -> tuple[str, ...]:
    label = f'<a id="finding-{found.label}"></a>{found.label}'
    return (label, found.where, found.what, with_links(found.here, library.names))


def _links(theorems: list[Theorem]) -> str:
    return ", ".join(f"{t.number} {link(code(t.name), t.name)}" for t in theorems)


def _files(theorems: list[Theorem]) -> str:
    files = dict.fromkeys(t.statement.file.rpartition("/")[2] for t in theorems)
    return ", ".join(code(file) for file in files)
