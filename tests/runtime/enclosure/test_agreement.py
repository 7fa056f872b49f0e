"""One statement, two arithmetics: on small rational data the enclosures contain what is computed exactly.

Solved equations (g, cosθ, ρ, …) and left sides are compared as numbers; verdicts never contradict.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pybridge_extracted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge.runtime.enclosure import EnclosedMap, EnclosedReal, EnclosedVec, EnclosureBackend, NormSource
from pybridge.runtime.exact import ExactBackend, ExactMap, ExactVec
from pybridge.runtime.verdict import Verdict, evaluate

CHECKS = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
BLOCK = [check for check in CHECKS if check.SCOPE == "block" and "state" in check.MEASURED.values()]
MAP = [check for check in CHECKS if check.SCOPE == "map" and "activation" in check.MEASURED.values()]

small = st.integers(-4, 4).map(lambda n: Fraction(n, 2))


@st.composite
def vectors(draw: Any, count: int) -> list[list[Fraction]]:
    dimension = draw(st.integers(1, 3))
    return [draw(st.lists(small, min_size=dimension, max_size=dimension)) for _ in range(count)]


@st.composite
def maps(draw: Any) -> tuple[list[list[Fraction]], ...]:
    """W, a masked part of it, a rank-one U V, x and xc."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    entries = st.lists(small, min_size=columns, max_size=columns)
    weight = draw(st.lists(entries, min_size=rows, max_size=rows))
    mask = draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    sparse = [[w * mask[i * columns + j] for j, w in enumerate(row)] for i, row in enumerate(weight)]
    left, right = draw(st.lists(small, min_size=rows, max_size=rows)), draw(entries)
    return weight, sparse, [left], [right], [draw(entries)], [draw(entries)]


def floats(rows: list[list[Fraction]]) -> np.ndarray:
    return np.array([[float(entry) for entry in row] for row in rows])


def exact_map(rows: list[list[Fraction]]) -> ExactMap:
    return ExactMap(tuple(tuple(row) for row in rows), len(rows[0]))


def assert_meets(enclosed: EnclosedReal, ends: tuple[float, float], what: str) -> None:
    """The exact value, known to one place in float64, is inside the enclosure."""
    assert enclosed.lo <= ends[1], what
    assert ends[0] <= enclosed.hi, what


def assert_agrees(check: Any, enclosed_given: dict[str, Any], exact_given: dict[str, Any]) -> None:
    enclosure, exact = EnclosureBackend(NormSource(rel=1e-9)), ExactBackend("l2")
    found = evaluate(check, enclosure, enclosed_given)
    truth = check.complete(exact, **exact_given) | points(check, found.values)
    for hypothesis in check.SOLVED:
        name = hypothesis.removeprefix("h")
        if isinstance(found.values.get(name), EnclosedReal):
            assert_meets(found.values[name], exact.ends(truth[name]), f"{check.NAME}: {name}")
    conditions = dict(check.hypotheses(exact, **truth))
    conditions |= {f"{text} ≠ 0": thunk for text, thunk in check.guards(exact, **truth)}
    conclusion = check.conclusion(exact, **truth)
    match found.verdicts[0]:
        case Verdict.HYPOTHESIS_UNMET:
            named = found.reasons[0].removeprefix("not met: ").split(", ")
            assert all(conditions[name]().any_false() for name in named)
        case Verdict.HOLDS:
            assert all(condition().all_true() for condition in conditions.values())
            assert conclusion.all_true()
        case verdict:
            assert verdict == Verdict.INCONCLUSIVE
    if found.lhs_lo is not None and found.lhs_hi is not None:
        lhs = EnclosedReal(found.lhs_lo[0], found.lhs_hi[0])
        assert_meets(lhs, exact.ends(conclusion.left), f"{check.NAME}: left side")


def points(check: Any, values: dict[str, Any]) -> dict[str, Fraction]:
    """Values solved from a bound are floats a little above it: the same ones for both arithmetics."""
    solved = {hypothesis.removeprefix("h") for hypothesis in check.SOLVED} | set(check.MEASURED)
    return {
        name: Fraction(value.lo.item())
        for name, value in values.items()
        if name not in solved and isinstance(value, EnclosedReal) and value.is_point.all()
    }


@pytest.mark.parametrize("check", BLOCK, ids=lambda check: check.NAME)
@settings(max_examples=60)
@given(data=vectors(4))
def test_blocks(check: Any, data: list[list[Fraction]]) -> None:
    names = ("state", "update", "perturbed state", "perturbed update")
    meanings: dict[str, list[Fraction]] = dict(zip(names, data, strict=True))
    for state, update in (names[:2], names[2:]):
        meanings[f"next {state}"] = [a + b for a, b in zip(meanings[state], meanings[update], strict=True)]
    enclosed = {name: EnclosedVec.exact(floats([meanings[m]])) for name, m in check.MEASURED.items()}
    exact = {name: ExactVec(tuple(meanings[m])) for name, m in check.MEASURED.items()}
    assert_agrees(check, enclosed, exact)


@pytest.mark.parametrize("check", MAP, ids=lambda check: check.NAME)
@settings(max_examples=30)
@given(data=maps())
def test_maps(check: Any, data: tuple[list[list[Fraction]], ...]) -> None:
    weight, sparse, left, right, x, xc = data
    product = [[a * b for b in right[0]] for a in left[0]]
    enclosed = {
        "weight": EnclosedMap.exact(floats(weight)),
        "sparse weight": EnclosedMap.exact(floats(sparse)),
        "low-rank weight": EnclosedMap.factored(floats(left).T, floats(right)),
        "activation": EnclosedVec.exact(floats(x)),
        "cached activation": EnclosedVec.exact(floats(xc)),
    }
    exact = {
        "weight": exact_map(weight),
        "sparse weight": exact_map(sparse),
        "low-rank weight": exact_map(product),
        "activation": ExactVec(tuple(x[0])),
        "cached activation": ExactVec(tuple(xc[0])),
    }
    bound = {name: enclosed[meaning] for name, meaning in check.MEASURED.items()}
    assert_agrees(check, bound, {name: exact[meaning] for name, meaning in check.MEASURED.items()})
