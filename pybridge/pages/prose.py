"""The docstring of a theorem, parted: where it comes from, what it says, what is to be said of it."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pybridge.ir.nodes import Docstring
from pybridge.pages.markdown import link

_LEAD = re.compile(r"\*\*Theorem[^*]*\*\*(?P<reference>.*?):\s(?P<meaning>.*)", re.DOTALL)
_NAME = re.compile(r"(?<!\[)`([A-Za-z_][\w']*)`(?!\])")


@dataclass(frozen=True)
class Prose:
    """What stands in a docstring.

    Attributes:
        reference: from the number to the first colon: `Theorem 4 of arXiv:2603.20991v1, §2.4`; may be empty.
        meaning: what the theorem says; one paragraph.
        remarks: the paragraphs after it: difference from the paper, proof, role of the hypotheses.
    """

    reference: str
    meaning: str
    remarks: tuple[str, ...]


def prose_of(doc: Docstring) -> Prose:
    """A docstring that is not written in this form is all meaning."""
    first, *rest = [" ".join(part.split()) for part in re.split(r"\n\s*\n", doc.text)]
    found = _LEAD.fullmatch(first)
    if found is None:
        return Prose("", first, tuple(rest))
    return Prose(_reference(found["reference"], doc.number), _sentence(found["meaning"]), tuple(rest))


def _reference(text: str, number: str) -> str:
    text = text.strip()
    if text.startswith("of "):
        return f"Theorem {number} {text}"
    return _sentence(text.lstrip(",( ").rstrip(")"))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_links(text: str, theorems: AbstractSet[str]) -> str:
    """Names of theorems in backticks become links to their entries."""

    def linked(found: re.Match[str]) -> str:
        return link(found[0], found[1]) if found[1] in theorems else found[0]

    return _NAME.sub(linked, text)
