"""Sorts of terms, and statements that do not fit together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pybridge.errors import TypingError
from pybridge.ir import check_prop, check_statement, definition_of, describe, sort_of, walk
from pybridge.ir import nodes as n
from tests.ir.samples import (
    EUCLIDEAN,
    FUNCTION,
    MAP,
    MATRIX,
    NAT,
    REAL,
    ROW,
    STATEMENT,
    E,
    F,
    W,
    a,
    c,
    f,
    i,
    lit,
    m,
    r,
    v,
    x,
    ε,
    φ,
)

u = n.Var("u", n.Seq(E))


@pytest.mark.parametrize(
    ("term", "sort"),
    [
        (n.Add(f, f), MAP),
        (n.Sub(m, lit(1, NAT)), NAT),
        (n.Mul(a, n.Cast(m)), REAL),
        (n.Neg(x), E),
        (n.Pow(a, m), REAL),
        (n.Pow(m, m), NAT),
        (n.Apply(f, x), F),
        (n.Apply(n.Sub(f, f), n.Index(u, m)), F),
        (n.Index(ε, m), REAL),
        (n.VecNorm(n.Apply(f, x)), REAL),
        (n.MapNorm(lit(0, MAP)), REAL),
        (n.Inner(x, n.Index(u, m)), REAL),
        (n.Sum("i", n.Range(m), n.Cast(i)), REAL),
        (n.Apply(φ, n.Add(x, x)), F),
        (n.Transpose(W), n.Matrix("l", "k")),
        (n.MatMul(n.Transpose(W), W), n.Matrix("l", "l")),
        (n.Neg(n.Sub(W, lit(0, MATRIX))), MATRIX),
        (n.LinMap(W), n.Map("ℝ^l", "ℝ^k")),
        (n.Apply(n.LinMap(W), v), n.Vec("ℝ^k")),
        (n.MatrixNorm(n.MatMul(n.Transpose(W), W)), REAL),
        (n.MapNorm(n.LinMap(W)), REAL),
        (n.VecNorm(v), REAL),
        (n.Inner(v, v), REAL),
        (n.Entry(W, r, c), REAL),
        (n.Component(v, c), REAL),
        (n.Sum("c", n.All("l"), n.Component(v, c)), REAL),
    ],
)
def test_the_sort_of_a_term(term: n.Term, sort: n.Sort) -> None:
    assert sort_of(term) == sort


@pytest.mark.parametrize(
    "term",
    [
        n.Add(a, m),
        n.Add(x, f),
        n.Add(ε, ε),
        n.Mul(x, x),
        n.Mul(f, f),
        n.Div(m, m),
        n.Neg(m),
        n.Pow(a, a),
        n.Pow(x, m),
        n.Cast(a),
        n.Apply(x, x),
        n.Apply(f, n.Apply(f, x)),
        n.Index(ε, a),
        n.Index(a, m),
        n.VecNorm(f),
        n.VecNorm(a),
        n.MapNorm(x),
        n.Abs(x),
        n.Sqrt(m),
        n.Inner(a, a),
        n.Sum("i", n.Range(a), n.Cast(i)),
        n.Sum("i", n.Range(m), i),
        n.Sum("i", n.Range(m), x),
        n.Sum("i", n.Range(m), n.Var("i", REAL)),
        lit(1, E),
        lit(-1),
        lit(0, n.Seq(REAL)),
        lit(1, MATRIX),
        lit(0, FUNCTION),
        lit(0, ROW),
        n.Add(W, n.Transpose(W)),
        n.Mul(W, W),
        n.Mul(a, W),
        n.MatMul(W, W),
        n.MatMul(W, a),
        n.MatMul(a, a),
        n.Transpose(f),
        n.LinMap(a),
        n.LinMap(f),
        n.MatrixNorm(n.LinMap(W)),
        n.MapNorm(W),
        n.VecNorm(W),
        n.Apply(W, v),
        n.Apply(φ, n.Apply(φ, x)),
        n.Apply(n.LinMap(W), x),
        n.Add(φ, φ),
        n.Neg(r),
        n.Add(r, r),
        n.Entry(W, c, r),
        n.Entry(W, r, m),
        n.Entry(f, r, c),
        n.Component(v, r),
        n.Component(v, m),
        n.Component(x, c),
        n.Sum("i", n.All("l"), n.Cast(i)),
        n.Sum("c", n.Range(m), n.Component(v, c)),
        n.Sum("r", n.All("k"), r),
    ],
    ids=repr,
)
def test_a_term_that_does_not_fit(term: n.Term) -> None:
    with pytest.raises(TypingError):
        sort_of(term)


@pytest.mark.parametrize(
    "prop",
    [
        n.Rel("≤", x, x),
        n.Rel("<", f, f),
        n.Rel("=", a, m),
        n.Rel("=", ε, ε),
        n.Rel("≥", a, a),
        n.Forall("i", n.Range(a), n.Rel("=", a, a)),
        n.And(n.Rel("=", a, a), n.Rel("=", a, x)),
        n.Rel("≤", W, W),
        n.Rel("=", φ, φ),
        n.Rel("=", r, r),
        n.Rel("=", v, x),
        n.Forall("i", n.All("l"), n.Rel("=", n.Cast(i), a)),
    ],
    ids=repr,
)
def test_a_proposition_that_does_not_fit(prop: n.Prop) -> None:
    with pytest.raises(TypingError):
        check_prop(prop)


def test_the_sample_fits_and_has_every_node() -> None:
    check_statement(STATEMENT)
    props = [h.prop for h in STATEMENT.hypotheses] + [STATEMENT.conclusion]
    seen = {type(node) for prop in props for node in walk(prop)}
    assert seen == set(n.Term.__args__) | set(n.Prop.__args__)


TRIVIAL = n.Rel("=", a, a)
UNNORMED = n.Space("G", ())
ONE = n.Rel("=", lit(1), lit(1))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"spaces": STATEMENT.spaces[:1]}, "`F` is not a space"),
        ({"spaces": (*STATEMENT.spaces, STATEMENT.spaces[0])}, "declared twice"),
        (
            {"spaces": (n.Space("E", ("NormedAddCommGroup", "NormedSpace")), *STATEMENT.spaces[1:])},
            "no inner product",
        ),
        (
            {"spaces": (n.Space("E", ("InnerProductSpace", "NormedAddCommGroup")), STATEMENT.spaces[1])},
            "before its",
        ),
        (
            {
                "spaces": (
                    n.Space("E", ("NormedAddCommGroup", "NormedSpace", "InnerProductSpace")),
                    STATEMENT.spaces[1],
                )
            },
            "second structure",
        ),
        ({"spaces": (n.Space("E", ("Ring",)), STATEMENT.spaces[1])}, "unknown class Ring"),
        (
            {"spaces": (STATEMENT.spaces[0], n.Space("F", ("NormedAddCommGroup",)))},
            "needs a normed space over ℝ",
        ),
        ({"spaces": (STATEMENT.spaces[0], n.Space("F", ()))}, "the space F has no norm"),
        ({"binders": (*STATEMENT.binders, STATEMENT.binders[0])}, "declared twice"),
        ({"binder_order": STATEMENT.binder_order[1:]}, "binder_order"),
        ({"conclusion": n.Rel("=", n.Var("z", REAL), a)}, "`z` is not declared"),
        ({"conclusion": n.Rel("=", n.Var("m", REAL), a)}, "`m` is a natural number, used as a real number"),
        ({"conclusion": n.Forall("a", n.Range(m), ONE)}, "hides another variable"),
        ({"conclusion": n.Forall("i", n.Range(i), ONE)}, "`i` is not declared"),
        ({"conclusion": n.Rel("≠", n.Lit(0, n.Vec("G")), n.Lit(0, n.Vec("G")))}, "`G` is not a space"),
        ({"doc": replace(STATEMENT.doc, measures=(("w", "weight"),))}, "`w` is measured"),
        ({"spaces": STATEMENT.spaces[:3]}, "W: `l` is not a finite index type"),
        ({"spaces": (*STATEMENT.spaces[:3], n.Space("l", ()))}, "W: `l` is not a finite index type"),
        (
            {"spaces": (*STATEMENT.spaces[:3], n.Space("l", ("Fintype",)))},
            r"hv: `linMap W` needs `\[DecidableEq l\]`",
        ),
        ({"spaces": (*STATEMENT.spaces[:3], n.Space("l", ("DecidableEq", "Fintype")))}, "before its"),
        ({"spaces": (n.Space("E", ("NormedAddCommGroup", "Fintype")),)}, "makes a space of an index type"),
        (
            {"binders": (*STATEMENT.binders[:-1], n.Binder("v", n.Vec("ℝ^E")))},
            "v: `ℝ\\^E` is not a space of this",
        ),
        ({"binders": (*STATEMENT.binders[:-1], n.Binder("v", n.Vec("k")))}, "v: the space k has no norm"),
        ({"conclusion": n.Forall("e", n.All("E"), ONE)}, "`E` is not a finite index type"),
        ({"conclusion": n.Rel("=", n.Sum("e", n.All("j"), a), a)}, "`j` is not a finite index type"),
        (
            {"hypotheses": (n.Hypothesis("ha", TRIVIAL, "x"), *STATEMENT.hypotheses[1:])},
            "does not define `x`",
        ),
        ({"hypotheses": (n.Hypothesis("ha", ONE, "a"), *STATEMENT.hypotheses[1:])}, "does not define `a`"),
    ],
)
def test_a_statement_that_does_not_fit(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TypingError, match=reason):
        check_statement(replace(STATEMENT, **changes))


def test_definitions_are_told_by_name_and_shape() -> None:
    sorts: dict[str, n.Sort] = {"a": REAL}
    assert definition_of("ha", n.Rel("=", a, lit(1)), sorts) == "a"
    assert definition_of("h", n.Rel("=", a, lit(1)), sorts) is None
    assert definition_of("ha", n.Rel("≤", a, lit(1)), sorts) is None
    assert definition_of("ha", n.Rel("=", a, n.Add(a, lit(1))), sorts) is None
    assert definition_of("hb", n.Rel("=", n.Var("b", REAL), lit(1)), sorts) is None


def test_sorts_in_words() -> None:
    assert describe(n.Seq(E)) == "a sequence of vectors of E"
    assert describe(MAP) == "a continuous linear map from E to F"
    assert describe(FUNCTION) == "a function from E to F"
    assert describe(MATRIX) == "a matrix with rows k and columns l"
    assert describe(ROW) == "an element of k"
    assert describe(EUCLIDEAN) == "a vector of ℝ^l"


def test_a_euclidean_space_is_named_by_its_index_type() -> None:
    assert n.index_of(n.euclidean("n")) == "n"
    assert n.index_of("E") is None
    assert n.Space("n", ("Fintype",)).is_index
    assert not n.Space("E", ("NormedAddCommGroup",)).is_index
