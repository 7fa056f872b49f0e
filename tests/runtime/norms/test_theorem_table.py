"""Every function of this room that bounds a norm names theorems of MatrixNorm.lean in its docstring."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType

from pybridge.runtime import norms

SOURCE = Path(__file__).parents[3] / "LivingInference" / "MatrixNorm.lean"

FROBENIUS = "l2_opNorm_le_frobenius"
RATIO = "ratio_le_l2_opNorm"
COMPLETED = "l2_opNorm_sq_le_completed_gram"
PRODUCT = "frobenius_mul_sq_le"

THEOREMS: Mapping[str, tuple[str, ...]] = {
    "certificate.certificate_error": (FROBENIUS,),
    "certificate.certifies": (COMPLETED,),
    "factored.factored_norm_enclosure": ("factored_gram_error", FROBENIUS, PRODUCT),
    "gram.gram_of": ("l2_opNorm_sq_eq_gram", "l2_opNorm_transpose", PRODUCT, FROBENIUS),
    "operator.frobenius_norm": (FROBENIUS,),
    "operator.operator_norm_enclosure": (COMPLETED, FROBENIUS, RATIO, "l2_opNorm_transpose"),
    "operator.operator_norm_estimate": (RATIO,),
    "operator.operator_norm_upper": (COMPLETED, FROBENIUS),
    "sums.dot_radius": (PRODUCT,),
    "sums.euclidean_norm": ("euclidean_norm_sq",),
}
"""What each function that bounds a norm rests on."""

NO_BOUND: Mapping[str, str] = {
    "lanczos.top_eigenvector": "a vector; any vector will do",
    "lanczos.top_vector": "a vector; any vector will do",
    "result.certified": "puts a label on two ends that it is given",
    "sums.blocked_dot": "a sum; what it errs by is rounding",
    "sums.depth": "a number of roundings",
}
"""Public functions that bound no norm, and what they do instead."""


def proved(source: str) -> set[str]:
    """Public theorems of a Lean file."""
    return set(re.findall(r"^theorem ([\w'₀-₉]+)", source, re.MULTILINE))


def public_functions() -> dict[str, FunctionType]:
    """`module.function` of every function that the room's modules define without a leading underscore."""
    found = {}
    for info in pkgutil.iter_modules(norms.__path__):
        module = importlib.import_module(f"{norms.__name__}.{info.name}")
        for name, value in inspect.getmembers(module, inspect.isfunction):
            if value.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{info.name}.{name}"] = value
    return found


def gaps(
    table: Mapping[str, tuple[str, ...]], functions: Mapping[str, FunctionType], source: str
) -> list[str]:
    """What keeps the table from covering the functions by theorems of the source, named in docstrings."""
    theorems, found = proved(source), []
    for name in sorted(set(functions) - set(table) - set(NO_BOUND)):
        found.append(f"{name} bounds a norm by no theorem")
    for name, used in table.items():
        if not used or name not in functions:
            found.append(f"{name} is a row without a theorem or without a function")
            continue
        doc = inspect.getdoc(functions[name]) or ""
        found += [f"{name}: {theorem} is not proved" for theorem in used if theorem not in theorems]
        found += [f"{name} does not name {theorem}" for theorem in used if f"`{theorem}`" not in doc]
    return found


def test_every_norm_function_names_a_theorem_that_exists() -> None:
    assert gaps(THEOREMS, public_functions(), SOURCE.read_text(encoding="utf-8")) == []
    assert set(NO_BOUND) <= set(public_functions())


def test_a_theorem_that_is_gone_is_missed() -> None:
    source = SOURCE.read_text(encoding="utf-8").replace(f"theorem {RATIO} ", "theorem ratio_of_something ")
    assert "operator.operator_norm_estimate: ratio_le_l2_opNorm is not proved" in gaps(
        THEOREMS, public_functions(), source
    )


def test_a_private_theorem_is_no_theorem() -> None:
    source = SOURCE.read_text(encoding="utf-8").replace(f"\ntheorem {RATIO} ", f"\nprivate theorem {RATIO} ")
    assert any(gap.endswith(f"{RATIO} is not proved") for gap in gaps(THEOREMS, public_functions(), source))


def test_a_function_without_a_row_is_missed() -> None:
    table = {name: used for name, used in THEOREMS.items() if name != "operator.operator_norm_upper"}
    found = gaps(table, public_functions(), SOURCE.read_text(encoding="utf-8"))
    assert found == ["operator.operator_norm_upper bounds a norm by no theorem"]


def test_a_docstring_that_names_no_theorem_is_missed() -> None:
    def operator_norm_upper() -> None:
        """An upper end of ‖W‖₂."""

    functions = public_functions() | {"operator.operator_norm_upper": operator_norm_upper}
    found = gaps(THEOREMS, functions, SOURCE.read_text(encoding="utf-8"))
    assert found == [f"operator.operator_norm_upper does not name {name}" for name in (COMPLETED, FROBENIUS)]
