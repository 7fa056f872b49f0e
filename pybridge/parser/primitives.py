"""The definitions of our own that statements may use, each with the text it is known to have in Lean."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.ir import nodes as n


@dataclass(frozen=True)
class Primitive:
    """`definition` is what follows `def`; the reader compares it token by token with the Lean file.

    A definition that changes would change what statements say without changing their text.
    """

    node: type[n.LinMap]
    argument: type[n.Matrix]
    definition: str


PRIMITIVES: dict[str, Primitive] = {
    "linMap": Primitive(
        n.LinMap,
        n.Matrix,
        """\
linMap {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W : Matrix m n ℝ) :
    EuclideanSpace ℝ n →L[ℝ] EuclideanSpace ℝ m :=
  LinearMap.toContinuousLinearMap (Matrix.toEuclideanLin (𝕜 := ℝ) W)
""",
    ),
}
