"""An instance that meets every hypothesis, and how near the two sides of the conclusion come."""

from __future__ import annotations

from pybridge.ir.nodes import Lit, Rel, Statement
from pybridge.pages.instances import at, conclusion_at
from pybridge.pages.necessity import Necessity
from pybridge.pages.numerals import quotient
from pybridge.pages.sources import Theorem


def instance_part(theorem: Theorem) -> str:
    if theorem.necessity is None:
        return ""
    found = theorem.necessity
    where = at(found.instance)
    opening = (
        f"All hypotheses hold {where}; the" if theorem.statement.hypotheses else f"{_capital(where)} the"
    )
    sides = conclusion_at(found.instance)
    return f"**An instance.** {opening} conclusion reads {sides}. {_tightness(theorem.statement, found)}"


def compares_with_zero(statement: Statement) -> bool:
    """Then a quotient of the two sides says nothing."""
    conclusion = statement.conclusion
    return isinstance(conclusion, Rel) and isinstance(conclusion.left, Lit) and conclusion.left.value == 0


def _tightness(statement: Statement, found: Necessity) -> str:
    match found.tightness.kind:
        case "attained":
            return "So the bound is attained."
        case "exact":
            return "The conclusion is an equation."
        case "both":
            return "Both sides of the equivalence are true here."
        case "best ratio" if not compares_with_zero(statement):
            return _best_ratio(found)
        case _:
            return "The conclusion compares with 0."


def _best_ratio(found: Necessity) -> str:
    """From the instance's own two sides, since near 1 the recorded digits end too soon."""
    sides = found.instance.conclusion[0]
    ratio = quotient(sides.left, sides.right) or f"{float(found.tightness.ratio):.6g}"
    return (
        f"Among {found.tightness.examples:,} exact examples no quotient of the two sides is larger: {ratio}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
