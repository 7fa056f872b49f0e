"""Brackets of Lean text and what closes them."""

from __future__ import annotations

CLOSED_BY: dict[str, str] = {
    "(": ")",
    "[": "]",
    "{": "}",
    "⟨": "⟩",
    "⟪": "⟫",
    "⦃": "⦄",
    "⟦": "⟧",
    "⌊": "⌋",
    "⌈": "⌉",
    "‹": "›",
    **dict.fromkeys(("@[", "→L[", "→ₗ[", "→ₗ⋆[", "≃L[", "≃ₗ["), "]"),
}
OPENERS = frozenset(CLOSED_BY)
CLOSERS = frozenset(CLOSED_BY.values())
