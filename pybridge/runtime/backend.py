"""What a generated check asks of an arithmetic: the `Backend` protocol.

One statement, two arithmetics. `runtime.exact` computes with rationals (property tests), `runtime.enclosure`
with intervals whose rounding is bounded a priori (checks on a model). A generated module never knows which
one it was given.

Values carry the ring operations as Python operators, so a generated body reads like its Lean statement:

    real        `+  -  *  unary -  ** int`        `/` never: see `Backend.div`
    vector      `+  -  unary -`
    map         `+  -  unary -`, `f(x)` applies it
    matrix      `+  -  unary -`; as a map only through `Backend.lin_map`
    function    `f(x)`, any callable from vectors to vectors
    sequence    `ε(i)`, any callable `int -> value`
    natural     a plain `int`; so is an element of an index type: its place among 0 … size - 1
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pybridge.runtime.claims import Claim

Value = Any
"""A real, vector, map or matrix of one backend; which one is the backend's business."""


class Backend(Protocol):
    """The verbs of one arithmetic. Every method is total: what cannot be computed is an undecided value, not
    a crash. A verb that an arithmetic does not have raises UnsupportedError."""

    # ---- data ----------------------------------------------------------------------------------------------
    def admit(self, name: str, value: Value) -> Value:
        """A measured value as this backend's own. Raises NonFiniteError naming `name` for NaN or infinity."""
        ...

    def ends(self, real: Value) -> tuple[Any, Any]:
        """Lower and upper end of a real as float64 (rounded outward); scalars or arrays over the batch."""
        ...

    # ---- reals ---------------------------------------------------------------------------------------------
    def real(self, value: int) -> Value: ...

    def cast(self, natural: int) -> Value:
        """`(n : ℝ)`."""
        ...

    def div(self, numerator: Value, denominator: Value) -> Value:
        """`a / b` with Lean's `a / 0 = 0`. A check guards every denominator, so that value is never relied
        on."""
        ...

    def abs(self, real: Value) -> Value: ...

    def sqrt(self, real: Value) -> Value:
        """`Real.sqrt`, 0 of a negative number."""
        ...

    def pow(self, base: Value, exponent: int) -> Value:
        """`base ^ exponent`, exponent ≥ 0; `a ^ 0 = 1`."""
        ...

    def sum(self, start: int, stop: int, body: Callable[[int], Value]) -> Value:
        """`∑ i ∈ Ico start stop, body i`; the empty sum is 0."""
        ...

    def product(self, start: int, stop: int, body: Callable[[int], Value]) -> Value:
        """`∏ i ∈ Ico start stop, body i`; the empty product is 1."""
        ...

    # ---- vectors and maps ----------------------------------------------------------------------------------
    def zero(self, space: str) -> Value:
        """The zero vector of a space, fitting any dimension."""
        ...

    def vec_norm(self, vector: Value) -> Value: ...

    def map_norm(self, linear_map: Value) -> Value:
        """The operator norm."""
        ...

    def inner(self, left: Value, right: Value) -> Value: ...

    # ---- matrices ------------------------------------------------------------------------------------------
    def size(self, index: str) -> int:
        """How many elements the index type has: `∑ j, …` is `sum(0, size("n"), …)`."""
        ...

    def lin_map(self, matrix: Value) -> Value:
        """`linMap W`: the matrix as a map of Euclidean spaces."""
        ...

    def matrix_norm(self, matrix: Value) -> Value:
        """`‖W‖` of a matrix: its operator norm between Euclidean spaces."""
        ...

    def matmul(self, left: Value, right: Value) -> Value:
        """`A * B`."""
        ...

    def transpose(self, matrix: Value) -> Value: ...

    def entry(self, matrix: Value, row: int, column: int) -> Value: ...

    def component(self, vector: Value, index: int) -> Value:
        """`x j`, for a vector of a Euclidean space."""
        ...

    # ---- sequences -----------------------------------------------------------------------------------------
    def sequence(self, entry: Callable[[int], Value]) -> Callable[[int], Value]:
        """`t ↦ entry t`, every entry computed when first asked for and then remembered."""
        ...

    # ---- claims (reals, vectors, maps; plain ints for naturals) --------------------------------------------
    def le(self, left: Value, right: Value) -> Claim: ...

    def lt(self, left: Value, right: Value) -> Claim: ...

    def eq(self, left: Value, right: Value) -> Claim: ...

    def ne(self, left: Value, right: Value) -> Claim: ...

    def both(self, left: Claim, right: Claim) -> Claim: ...

    def iff(self, left: Claim, right: Claim) -> Claim: ...

    def forall(self, start: int, stop: int, body: Callable[[int], Claim]) -> Claim:
        """`∀ i ∈ Ico start stop, body i`; true when empty."""
        ...

    # ---- values solved from a hypothesis -------------------------------------------------------------------
    def upper_end(self, real: Value) -> Value:
        """The least representable `v` that certainly satisfies `real ≤ v`."""
        ...

    def smallest_factor(self, covered: Value, factor: Value) -> Value:
        """The least representable `v` that certainly satisfies `covered ≤ v * factor`."""
        ...

    def upper_end_over(self, start: int, stop: int, body: Callable[[int], Value]) -> Value:
        """The least representable `v` with `body i ≤ v` for all i in [start, stop); 0 when there is none."""
        ...
