"""A docstring in its parts."""

from __future__ import annotations

import pytest

from pybridge.ir.nodes import Docstring
from pybridge.pages.prose import prose_of, with_links


@pytest.mark.parametrize(
    ("text", "number", "reference", "meaning"),
    [
        ("**Theorem 1** of arXiv:1v1, §2.1: it\nholds.", "1", "Theorem 1 of arXiv:1v1, §2.1", "It holds."),
        ("**Theorem 4a**, after Theorem 4 of the paper: yes.", "4a", "After Theorem 4 of the paper", "Yes."),
        ("**Theorem N0**: a: b.", "N0", "", "A: b."),
        ("**Theorem N2** (Schur test): sums.", "N2", "Schur test", "Sums."),
        ("**Theorem D0**, behind `V (t + 1) ≤ c t`, §5: up.", "D0", "Behind `V (t + 1) ≤ c t`, §5", "Up."),
        ("No number here.", "", "", "No number here."),
    ],
)  # fmt: skip
def test_reference_and_meaning_are_told_apart(text: str, number: str, reference: str, meaning: str) -> None:
    prose = prose_of(Docstring(text=text, number=number))
    assert (prose.reference, prose.meaning, prose.remarks) == (reference, meaning, ())


def test_paragraphs_after_the_first_are_remarks() -> None:
    prose = prose_of(Docstring(text="**Theorem 1**: a.\n\nOne\nline.\n\n\nAnother.", number="1"))
    assert prose.remarks == ("One line.", "Another.")


def test_names_of_theorems_become_links_and_nothing_else_does() -> None:
    text = "see `first`, `f x`, `other` and [`first`](x)"
    assert with_links(text, {"first"}) == "see [`first`](#first), `f x`, `other` and [`first`](x)"
