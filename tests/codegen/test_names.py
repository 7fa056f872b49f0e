"""Lean names in Python: stable under NFKC, never a keyword, a builtin or a name that generated code uses."""

from __future__ import annotations

import unicodedata

import pytest

from pybridge.codegen.names import python_name, python_names
from pybridge.errors import PlanError


@pytest.mark.parametrize(
    ("lean", "python"),
    [
        ("x", "x"),
        ("fSparse", "fSparse"),
        ("ε", "ε"),
        ("cosθ", "cosθ"),
        ("δ₁", "δ_1"),
        ("a₁₂", "a_12"),
        ("h'", "h_prime"),
        ("hhat''", "hhat_prime_prime"),
        ("ϕ", "φ"),
        ("in", "in_"),
        ("sum", "sum_"),
        ("match", "match_"),
        ("ops", "ops_"),
        ("d", "d_"),
    ],
)
def test_spelling(lean: str, python: str) -> None:
    assert python_name(lean) == python
    assert unicodedata.normalize("NFKC", python) == python
    assert python.isidentifier()


def test_a_keyword_argument_reaches_its_parameter() -> None:
    """What NFKC would break: the caller's string and the parser's identifier must be one name."""
    name = python_name("δ₁")
    scope: dict = {}
    exec(f"def given(*, {name}): return {name}", scope)
    assert scope["given"](**{name: 3}) == 3


@pytest.mark.parametrize("pair", [("δ₁", "δ_1"), ("h'", "h_prime"), ("ϕ", "φ")])
def test_two_names_in_one_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(PlanError, match=f"`{pair[0]}` and `{pair[1]}` are both"):
        python_names(pair)


def test_a_name_without_spelling_is_refused() -> None:
    with pytest.raises(PlanError, match="no spelling as a Python identifier"):
        python_name("«x y»")
