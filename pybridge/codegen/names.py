"""Lean binder names as Python identifiers.

Python normalises identifiers by NFKC when it reads a file, so `δ₁` written in a module is really `δ1`
there, while a keyword argument built from the string `"δ₁"` stays as it is. Every name that enters
generated code therefore goes through `python_name`, whose results NFKC leaves alone.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from pybridge.errors import PlanError

SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
# Names that a generated function uses for itself: its backend and its source of draws.
OWN = frozenset({"ops", "d"})
TAKEN = OWN | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))


def python_name(lean_name: str) -> str:
    """`δ₁` → `δ_1`, `h'` → `h_prime`, `in` → `in_`; a name Python can use unchanged stays.

    Raises:
        PlanError: no identifier results.
    """
    spelled = re.sub(r"[₀-₉]+", lambda digits: "_" + digits.group().translate(SUBSCRIPTS), lean_name)
    spelled = spelled.replace("'", "_prime")
    spelled = unicodedata.normalize("NFKC", spelled)
    if not spelled.isidentifier():
        raise PlanError(f"the binder `{lean_name}` has no spelling as a Python identifier; rename it in Lean")
    return spelled + "_" if spelled in TAKEN else spelled


def python_names(lean_names: Iterable[str]) -> dict[str, str]:
    """Lean name → Python name, in order.

    Raises:
        PlanError: two names meet in one identifier.
    """
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for lean in lean_names:
        python = python_name(lean)
        if owners.setdefault(python, lean) != lean:
            raise PlanError(
                f"`{owners[python]}` and `{lean}` are both `{python}` in Python; rename one of them in Lean"
            )
        names[lean] = python
    return names
