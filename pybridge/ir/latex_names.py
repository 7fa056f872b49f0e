"""Lean names as LaTeX: `εmax`, `cosθ`, `hhat'`, `δ₁`, `fSparse`."""

from __future__ import annotations

import re

_LETTERS = (
    *("α alpha", "β beta", "γ gamma", "δ delta", "ε varepsilon", "ζ zeta", "η eta", "θ theta", "ι iota"),
    *("κ kappa", "μ mu", "ν nu", "ξ xi", "π pi", "ρ rho", "σ sigma", "τ tau", "υ upsilon", "φ varphi"),
    *("χ chi", "ψ psi", "ω omega", "Γ Gamma", "Δ Delta", "Θ Theta", "Λ Lambda", "Ξ Xi", "Φ Phi"),
    *("Ψ Psi", "Ω Omega"),
)
_GREEK = {pair[0]: pair[2:] for pair in _LETTERS}
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_OPERATORS = ("max", "min")
_FUNCTIONS = ("cos", "sin")
_PARTS = re.compile(r"(.)(.*?)([₀-₉0-9]*)('*)")


def latex_name(name: str) -> str:
    r"""`\varepsilon_{\max}`, `\cos\theta`, `\hat h'`, `\delta_{1}`, `f_{\mathrm{sparse}}`, `x_{c}`.

    The first letter is the symbol, what follows it a subscript; words of three lower-case letters and more
    that are no such thing, as `lhs`, stay words. Underscores only part the pieces.
    """
    name = name.replace("_", "") or "x"
    for function in _FUNCTIONS:
        if name.startswith(function) and len(name) > len(function):
            return f"\\{function}{_spaced(latex_name(name[len(function) :]))}"
    found = _PARTS.fullmatch(name)
    assert found is not None, name
    head, rest, digits, primes = found.groups()
    if rest == "hat":
        return f"\\hat{_spaced(_letter(head))}{_subscript(digits)}{primes}"
    if _is_word(head + rest):
        return f"\\mathrm{{{head}{rest}}}{_subscript(digits)}{primes}"
    return f"{_letter(head)}{_subscript(_word(rest), digits)}{primes}"


def _is_word(text: str) -> bool:
    return len(text) > 2 and text.isascii() and text.islower()


def _letter(char: str) -> str:
    return f"\\{_GREEK[char]}" if char in _GREEK else char


def _word(text: str) -> str:
    if text in _OPERATORS:
        return f"\\{text}"
    if len(text) > 1:
        return f"\\mathrm{{{text.lower()}}}"
    return _letter(text)


def _subscript(*parts: str) -> str:
    text = "".join(parts).translate(_DIGITS)
    return f"_{{{text}}}" if text else ""


def _spaced(text: str) -> str:
    """With the blank that a command needs before a letter."""
    return text if text.startswith("\\") else f" {text}"
