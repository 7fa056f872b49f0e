"""Exact values to be read: `c = -1`, `ρ = 1/2`; and what the conclusion comes to there."""

from __future__ import annotations

from pybridge.pages.markdown import code
from pybridge.pages.necessity import Instance, Relation
from pybridge.pages.numerals import readable, sequence

NORMS = {"l1": "ℓ¹", "l2": "ℓ²", "linf": "ℓ∞"}


def at(instance: Instance) -> str:
    """Where: the kind of norm, if there is a space, and the values."""
    values = ", ".join(_binding(name, text) for name, text in instance.values.items())
    norm = NORMS.get(instance.space)
    return f"in {norm} at {values}" if norm else f"at {values}"


def _binding(name: str, text: str) -> str:
    value = sequence(text.removeprefix("i ↦ ")) if text.startswith("i ↦ ") else readable(text)
    return code(f"{name} {value}" if value.startswith("≈") else f"{name} = {value}")


def conclusion_at(instance: Instance) -> str:
    """`` `-1 ≤ -2` ``; of more than one relation every one, and whether it is true."""
    if len(instance.conclusion) == 1:
        return _relation(instance.conclusion[0])
    return ", ".join(
        f"{_relation(relation)} ({'true' if relation.holds else 'false'})" for relation in instance.conclusion
    )


def _relation(relation: Relation) -> str:
    return code(f"{readable(relation.left)} {relation.op} {readable(relation.right)}")
