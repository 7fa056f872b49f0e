"""One theorem, from its statement to who has checked it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pybridge.pages.hypotheses import hypotheses_part
from pybridge.pages.markdown import anchored, code, details, paragraphs
from pybridge.pages.mathematics import in_mathematics
from pybridge.pages.prose import with_links
from pybridge.pages.sources import Theorem
from pybridge.pages.tightness import instance_part
from pybridge.pages.trust import trust_part
from pybridge.pages.use import use_part


def entry(theorem: Theorem, names: AbstractSet[str]) -> str:
    """Args: names: of all theorems, to be linked where a docstring mentions them."""
    statement, others = theorem.statement, names - {theorem.name}
    return paragraphs(
        anchored(theorem.name, f"### {theorem.number} · {code(theorem.name)}"),
        with_links(theorem.prose.meaning, others),
        in_mathematics(statement),
        with_links(_origin(theorem), others),
        hypotheses_part(theorem),
        instance_part(theorem),
        use_part(theorem),
        trust_part(theorem),
        details(
            f"Lean source, {statement.file}",
            f"```lean\n{statement.source.strip()}\n```",
        ),
    )


def _origin(theorem: Theorem) -> str:
    """Where it comes from, and what is said of it."""
    prose = theorem.prose
    reference = f"**Origin.** {prose.reference}." if prose.reference else "**Origin.**"
    first, *rest = prose.remarks or ("",)
    return paragraphs(f"{reference} {first}".strip(), *rest)
