"""What a theorem is given on a model, and what a verdict then means."""

from __future__ import annotations

from pybridge.ir.vocabulary import MEANINGS, SCOPES, scope_of
from pybridge.pages.markdown import bullets, code, listed, paragraphs
from pybridge.pages.sources import Theorem

CERTIFICATE = (
    "A verdict is a **certificate**: the right-hand side is made of the model's own weights and inputs, with "
    "certified upper ends of the norms."
)
DIAGNOSIS = (
    "A verdict is a **diagnosis**: what is bound is measured on one run, and it speaks of that run only."
)


def use_part(theorem: Theorem) -> str:
    """Bindings, what may be replaced, what to keep in mind."""
    doc = theorem.statement.doc
    scope = scope_of(theorem.statement)
    if "runtime" not in doc.modes or scope is None:
        return paragraphs("**On a model.** Not put to models; it has its property test.", _notes(doc.notes))
    bound = bullets(f"{code(name)}: {MEANINGS[meaning].doc}" for name, meaning in doc.measures)
    meaning = " ".join(filter(None, (_kind(theorem), _uppers(doc.uppers))))
    return paragraphs(f"**On a model**, with {SCOPES[scope]} at a time:", bound, meaning, _notes(doc.notes))


def _kind(theorem: Theorem) -> str:
    """Not said twice where a note says it."""
    doc = theorem.statement.doc
    if doc.certificate:
        return CERTIFICATE
    is_said = any("diagnosis" in note for note in doc.notes)
    return "" if doc.certificate is None or is_said else DIAGNOSIS


def _uppers(uppers: tuple[str, ...]) -> str:
    if not uppers:
        return ""
    terms = listed([code(term) for term in uppers])
    return f"On the right-hand side any upper bound may stand for {terms}."


def _notes(notes: tuple[str, ...]) -> str:
    return "\n\n".join(f"*{_sentence(note)}.*" for note in notes)


def _sentence(text: str) -> str:
    """With a capital, unless it opens with a symbol."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isascii() and len(first) > 1 else text
