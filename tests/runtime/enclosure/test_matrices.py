"""A matrix is one map to the enclosure arithmetic; what needs its entries is UNSUPPORTED, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pybridge.errors import NonFiniteError, UnsupportedError
from pybridge.runtime.enclosure import (
    EnclosedMap,
    EnclosedReal,
    EnclosedVec,
    EnclosureBackend,
    MeasuredFunction,
)
from pybridge.runtime.verdict import Verdict, evaluate

OPS = EnclosureBackend()
W = EnclosedMap.exact(np.array([[3.0, 0.0], [4.0, 0.0]]))
X, Y = EnclosedVec.exact(np.array([1.0, 2.0])), EnclosedVec.exact(np.array([[0.5, 0.25]]))

UNSUPPORTED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "size": (lambda ops: ops.size("n"), "a sum or quantifier over the index type n"),
    "matmul": (lambda ops: ops.matmul(W, W), "a product of two matrices"),
    "transpose": (lambda ops: ops.transpose(W), "a transposed matrix"),
    "entry": (lambda ops: ops.entry(W, 0, 0), "an entry of a matrix"),
    "component": (lambda ops: ops.component(X, 0), "a component of a vector"),
    "a value never measured": (lambda ops: MeasuredFunction([(X, Y)])(Y), "where it was not measured"),
}


def check(conclusion: Callable[[Any], Any]) -> Any:
    return SimpleNamespace(
        NAME="t",
        MODES=("runtime",),
        MEASURED={},
        SOLVED=(),
        complete=lambda ops: {},
        hypotheses=lambda ops: (),
        guards=lambda ops: (),
        conclusion=conclusion,
    )


@pytest.mark.parametrize("verb", UNSUPPORTED)
def test_what_is_unsupported_says_why(verb: str) -> None:
    ask, reason = UNSUPPORTED[verb]
    with pytest.raises(UnsupportedError, match=reason):
        ask(OPS)
    found = evaluate(check(lambda ops: ops.le(ask(ops), ops.real(1))), OPS, {})
    assert found.verdicts.tolist() == [Verdict.UNSUPPORTED]
    assert reason in found.reasons[0]
    assert found.error is None


def test_a_matrix_is_its_map() -> None:
    assert OPS.lin_map(W) is W
    norm = OPS.matrix_norm(W)
    assert 4.9 < norm.lo <= 5.0 <= norm.hi < 5.1
    assert OPS.matrix_norm(W) is OPS.map_norm(OPS.lin_map(W)), "one object, so that products can cancel it"


def test_sums_of_matrices_stay_symbolic() -> None:
    s = EnclosedMap.exact(np.array([[3.0, 0.0], [0.0, 0.0]]))
    assert OPS.eq(W, s + (W - s)).all_true()
    assert OPS.matrix_norm((W - s) + (s - W)).hi == 0.0
    assert OPS.ne(OPS.lin_map(W), OPS.lin_map(s)).all_true()
    image = OPS.vec_norm(OPS.lin_map(W)(X) - OPS.lin_map(s)(X))
    assert OPS.le(image, OPS.matrix_norm(W - s) * OPS.vec_norm(X)).all_true()


def test_a_measured_function_knows_vectors_by_their_numbers() -> None:
    f = OPS.admit("f", MeasuredFunction([(X, Y), (Y, X)]))
    assert f(X) is Y
    assert f(EnclosedVec.exact(np.array([1.0, 2.0]))) is Y
    with pytest.raises(UnsupportedError, match="it was at 2 others"):
        f(EnclosedVec(np.array([1.0, 2.0]), 1e-9))


def test_two_vectors_of_one_ball_are_two_arguments() -> None:
    """A sum twice over is one enclosure made twice, but equal ends do not make equal vectors."""
    x = EnclosedVec(np.array([1.0, 2.0]), 1e-9)
    f = MeasuredFunction([(x, Y)])
    assert f(x) is Y
    with pytest.raises(UnsupportedError, match="not measured"):
        f(EnclosedVec(np.array([1.0, 2.0]), 1e-9))


def test_functions_and_sequences_name_what_is_not_finite() -> None:
    broken = EnclosedVec.exact(np.array([np.nan, 0.0]))
    with pytest.raises(NonFiniteError, match="variable f holds nan"):
        OPS.admit("f", MeasuredFunction([(X, broken)]))
    with pytest.raises(NonFiniteError, match="variable f holds nan"):
        OPS.admit("f", lambda x: broken)(X)
    with pytest.raises(NonFiniteError, match="variable h 3 holds nan"):
        OPS.admit("h", lambda t: broken)(3)


def test_a_sequence_computes_an_entry_once() -> None:
    asked: list[int] = []

    def entry(t: int) -> EnclosedReal:
        asked.append(t)
        return OPS.cast(t)

    s = OPS.sequence(entry)
    assert s(3) is s(3)
    assert asked == [3]


def test_a_recursion_of_enclosed_reals_is_followed() -> None:
    """D0 and D1 on intervals: products over ranges and quantified steps decide, over a batch."""
    ρ = [EnclosedReal.exact(np.array([0.5, 2.0])), EnclosedReal.exact(np.array([0.25, 1.0]))]
    v = [EnclosedReal.exact(np.array([1.0, 1.0]))]
    for factor in ρ:
        v.append(factor * v[-1])
    steps = OPS.forall(0, 2, lambda t: OPS.le(v[t + 1], ρ[t] * v[t]))
    assert steps.truth.tolist() == [1, 1]
    claim = OPS.le(v[2], OPS.product(0, 2, lambda t: ρ[t]) * v[0])
    assert claim.truth.tolist() == [1, 1]
    late = OPS.le(v[2], OPS.product(1, 2, lambda t: ρ[t]) * v[1])
    assert late.truth.tolist() == [1, 1]
    empty = OPS.product(2, 2, lambda t: ρ[t])
    assert (float(empty.lo), float(empty.hi)) == (1.0, 1.0)
    assert OPS.le(
        v[2], OPS.product(0, 2, lambda t: ρ[t]) * v[0] * OPS.div(OPS.real(1), OPS.real(2))
    ).truth.tolist() == [-1, -1]
