"""A statement as a mathematician writes it: Let …. Put …. Assume …. Then …."""

from __future__ import annotations

from pybridge.ir import nodes as n
from pybridge.ir.latex import latex_prop
from pybridge.pages.markdown import bullets, code, display, math, paragraphs
from pybridge.pages.words import let


def in_mathematics(statement: n.Statement) -> str:
    """Each hypothesis with its name in Lean. A number that a hypothesis defines is put, not assumed."""
    definitions = [h for h in statement.hypotheses if is_definition(statement, h)]
    assumptions = [h for h in statement.hypotheses if not is_definition(statement, h)]
    defined = {h.defines for h in definitions}
    free = [binder for binder in statement.binders if binder.name not in defined]
    introduction = let(statement.spaces, free)
    return paragraphs(
        f"{introduction} Put" if definitions else introduction,
        _lines(definitions),
        "Assume" if assumptions else "",
        _lines(assumptions),
        "Then",
        display(latex_prop(statement.conclusion)),
    )


def is_definition(statement: n.Statement, hypothesis: n.Hypothesis) -> bool:
    """Whether it names a number; a splitting `f = g + h` of maps or matrices is an assumption to a reader."""
    name = hypothesis.defines
    return name is not None and statement.sort_of(name) == n.Real()


def _lines(hypotheses: list[n.Hypothesis]) -> str:
    return bullets(f"{math(latex_prop(h.prop))} ({code(h.name)})" for h in hypotheses)
