"""A small statement with every kind of node in it, made by hand."""

from __future__ import annotations

from pybridge.ir import nodes as n

E, F, REAL, NAT, MAP = n.Vec("E"), n.Vec("F"), n.Real(), n.Nat(), n.Map("E", "F")
MATRIX, FUNCTION, EUCLIDEAN = n.Matrix("k", "l"), n.Function("E", "F"), n.Vec(n.euclidean("l"))
ROW, COLUMN = n.Member("k"), n.Member("l")
f, x, y = n.Var("f", MAP), n.Var("x", E), n.Var("y", E)
a, m = n.Var("a", REAL), n.Var("m", NAT)
i, ε = n.Var("i", NAT), n.Var("ε", n.Seq(REAL))
W, φ, v = n.Var("W", MATRIX), n.Var("φ", FUNCTION), n.Var("v", EUCLIDEAN)
r, c = n.Var("r", ROW), n.Var("c", COLUMN)


def lit(value: int, sort: n.Sort = REAL) -> n.Lit:
    return n.Lit(value, sort)


STATEMENT = n.Statement(
    name="sample",
    namespace="A.B",
    file="LivingInference/A.lean",
    line=7,
    doc=n.Docstring(
        text="**Theorem 1**, §2.1: prose.",
        number="1",
        section="§2.1",
        modes=("runtime", "property"),
        measures=(("f", "weight"), ("x", "activation")),
        uppers=("‖f‖",),
        certificate=True,
        notes=("a note",),
    ),
    spaces=(
        n.Space("E", ("NormedAddCommGroup", "InnerProductSpace")),
        n.Space("F", ("NormedAddCommGroup", "NormedSpace")),
        n.Space("k", ("Fintype",)),
        n.Space("l", ("Fintype", "DecidableEq")),
    ),
    binders=tuple(n.Binder(var.name, var.sort) for var in (f, x, y, a, m, ε, W, φ, v)),
    hypotheses=(
        n.Hypothesis("ha", n.Rel("=", a, n.Div(n.VecNorm(n.Sub(x, y)), n.MapNorm(f))), "a"),
        n.Hypothesis("hx", n.And(n.Rel("≠", x, lit(0, E)), n.Rel("<", lit(0, NAT), m))),
        n.Hypothesis("hε", n.Forall("i", n.Range(m), n.Rel("≤", n.Abs(n.Index(ε, i)), n.Sqrt(a)))),
        n.Hypothesis(
            "hW",
            n.Forall(
                "c",
                n.All("l"),
                n.Rel("≤", n.Sum("r", n.All("k"), n.Abs(n.Entry(W, r, c))), n.Component(v, c)),
            ),
        ),
        n.Hypothesis(
            "hv",
            n.And(
                n.Rel("≤", n.VecNorm(n.Apply(n.LinMap(W), v)), n.MatrixNorm(n.MatMul(n.Transpose(W), W))),
                n.Rel("=", n.Apply(φ, x), n.Apply(f, x)),
            ),
        ),
    ),
    conclusion=n.Iff(
        n.Rel("≤", n.VecNorm(n.Apply(f, n.Neg(x))), n.Mul(n.Cast(m), n.Inner(x, y))),
        n.Rel(
            "≤",
            n.Sum("i", n.Ico(lit(1, NAT), m), n.Pow(n.Index(ε, i), lit(2, NAT))),
            n.Add(n.Product("i", n.Range(m), n.Index(ε, i)), a),
        ),
    ),
    source="theorem sample",
    binder_order=("f", "x", "ha", "y", "a", "m", "ε", "hx", "hε", "W", "φ", "v", "hW", "hv"),
)
