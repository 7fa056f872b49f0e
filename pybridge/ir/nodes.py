"""Frozen typed nodes of a theorem statement.

Sorts are real, natural, vector of a space, continuous linear map, any function between spaces, matrix,
element of an index type, and sequence. The three norms that Lean overloads are different nodes here
(`VecNorm`, `MapNorm`, `MatrixNorm`), chosen by sort when a statement is read, so nothing after the reader
ever has to decide which one `‖·‖` means. The same holds of `*` (`Mul`, `MatMul`) and of juxtaposition
(`Apply`, `Index`, `Entry`, `Component`).
"""

from __future__ import annotations

from dataclasses import dataclass, field


# ---- sorts ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Real:
    """ℝ."""


@dataclass(frozen=True)
class Nat:
    """ℕ."""


@dataclass(frozen=True)
class Vec:
    """A vector of the space named by the type variable `space`, or of `EuclideanSpace ℝ n`, named `ℝ^n`."""

    space: str


@dataclass(frozen=True)
class Map:
    """`domain →L[ℝ] codomain`, a continuous linear map."""

    domain: str
    codomain: str


@dataclass(frozen=True)
class Function:
    """`domain → codomain`, any function between spaces."""

    domain: str
    codomain: str


@dataclass(frozen=True)
class Matrix:
    """`Matrix rows columns ℝ`; rows and columns name index types."""

    rows: str
    columns: str


@dataclass(frozen=True)
class Member:
    """An element of the finite index type `index`."""

    index: str


@dataclass(frozen=True)
class Seq:
    """`ℕ → element`."""

    element: Real | Vec


Sort = Real | Nat | Vec | Map | Function | Matrix | Member | Seq

_EUCLIDEAN = "ℝ^"


def euclidean(index: str) -> str:
    """The name of the space `EuclideanSpace ℝ index`: `ℝ^n`, which no Lean identifier can be."""
    return _EUCLIDEAN + index


def index_of(space: str) -> str | None:
    """`n` of the Euclidean space `ℝ^n`; None for a space that is a type variable."""
    return space.removeprefix(_EUCLIDEAN) if space.startswith(_EUCLIDEAN) else None


# ---- terms ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Var:
    """A binder, or a variable bound by a sum, product or quantifier (then of sort `Nat` or `Member`)."""

    name: str
    sort: Sort


@dataclass(frozen=True)
class Lit:
    """A numeral at its elaborated sort; `Lit(0, Vec("E"))` is the zero vector; maps and matrices alike."""

    value: int
    sort: Sort


@dataclass(frozen=True)
class Add:
    left: Term
    right: Term


@dataclass(frozen=True)
class Sub:
    left: Term
    right: Term


@dataclass(frozen=True)
class Mul:
    left: Term
    right: Term


@dataclass(frozen=True)
class Div:
    """Real division; Lean's convention `x / 0 = 0`."""

    left: Term
    right: Term


@dataclass(frozen=True)
class Neg:
    operand: Term


@dataclass(frozen=True)
class Pow:
    """`base ^ exponent`, the exponent a natural number."""

    base: Term
    exponent: Term


@dataclass(frozen=True)
class Cast:
    """`(n : ℝ)` for a natural term."""

    operand: Term


@dataclass(frozen=True)
class Apply:
    """`f x`: a map or a function applied to a vector."""

    function: Term
    argument: Term


@dataclass(frozen=True)
class Index:
    """`ε i`: a sequence at an index."""

    sequence: Term
    index: Term


@dataclass(frozen=True)
class Entry:
    """`W i j`: an entry of a matrix."""

    matrix: Term
    row: Term
    column: Term


@dataclass(frozen=True)
class Component:
    """`x j`: a component of a vector of a Euclidean space."""

    vector: Term
    index: Term


@dataclass(frozen=True)
class MatMul:
    """`A * B`: the product of two matrices."""

    left: Term
    right: Term


@dataclass(frozen=True)
class Transpose:
    """`Wᵀ`."""

    operand: Term


@dataclass(frozen=True)
class LinMap:
    """`linMap W`: the matrix as a continuous linear map of Euclidean spaces, `ℝ^columns →L ℝ^rows`."""

    operand: Term


@dataclass(frozen=True)
class VecNorm:
    operand: Term


@dataclass(frozen=True)
class MapNorm:
    """The operator norm."""

    operand: Term


@dataclass(frozen=True)
class MatrixNorm:
    """`‖W‖` of a matrix: the operator norm between Euclidean spaces."""

    operand: Term


@dataclass(frozen=True)
class Abs:
    operand: Term


@dataclass(frozen=True)
class Sqrt:
    operand: Term


@dataclass(frozen=True)
class Inner:
    """`inner ℝ x y`."""

    left: Term
    right: Term


@dataclass(frozen=True)
class Range:
    """`Finset.range stop`."""

    stop: Term


@dataclass(frozen=True)
class Ico:
    """`Finset.Ico start stop`."""

    start: Term
    stop: Term


@dataclass(frozen=True)
class All:
    """Every element of a finite index type; not written: `∑ j, …`."""

    index: str


IndexSet = Range | Ico | All


def element_sort(over: IndexSet) -> Nat | Member:
    """The sort of a variable that runs over an index set."""
    return Member(over.index) if isinstance(over, All) else Nat()


@dataclass(frozen=True)
class Sum:
    """`∑ variable ∈ over, body`, or `∑ variable, body` over an index type."""

    variable: str
    over: IndexSet
    body: Term


@dataclass(frozen=True)
class Product:
    """`∏ variable ∈ over, body`, or `∏ variable, body`."""

    variable: str
    over: IndexSet
    body: Term


Term = (
    Var
    | Lit
    | Add
    | Sub
    | Mul
    | Div
    | Neg
    | Pow
    | Cast
    | Apply
    | Index
    | Entry
    | Component
    | MatMul
    | Transpose
    | LinMap
    | VecNorm
    | MapNorm
    | MatrixNorm
    | Abs
    | Sqrt
    | Inner
    | Sum
    | Product
)


# ---- propositions --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rel:
    """`left op right`, op one of `≤`, `<`, `=`, `≠`."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True)
class Iff:
    left: Prop
    right: Prop


@dataclass(frozen=True)
class And:
    left: Prop
    right: Prop


@dataclass(frozen=True)
class Forall:
    """`∀ variable ∈ over, body`, or `∀ variable, body`."""

    variable: str
    over: IndexSet
    body: Prop


Prop = Rel | Iff | And | Forall


# ---- statements ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Space:
    """A type variable with its classes in source order: `E` with `("NormedAddCommGroup", "NormedSpace")`.

    An index type is one with `Fintype`: `n` with `("Fintype", "DecidableEq")`.
    """

    name: str
    classes: tuple[str, ...]

    @property
    def is_index(self) -> bool:
        return "Fintype" in self.classes

    @property
    def has_inner(self) -> bool:
        return "InnerProductSpace" in self.classes


@dataclass(frozen=True)
class Binder:
    name: str
    sort: Sort


@dataclass(frozen=True)
class Hypothesis:
    """A named assumption; `defines` is the variable of a definitional hypothesis `h<var> : <var> = …`."""

    name: str
    prop: Prop
    defines: str | None = None


@dataclass(frozen=True)
class Docstring:
    """A docstring split into prose and its `@` keys.

    Attributes:
        text: prose without the key lines, stripped.
        number: the paper's number as written in the first bold phrase, e.g. `"4a"`; empty when there is none.
        section: e.g. `"§2.1"`; empty when there is none.
        modes: subset of `("runtime", "property")`; `("property",)` when `@mode` is absent.
        measures: (binder, meaning) pairs of `@measure`, in source order.
        uppers: the terms of `@upper` lines, as Lean text.
        certificate: `@certificate yes|no`; None when absent.
        notes: `@note` lines.
    """

    text: str = ""
    number: str = ""
    section: str = ""
    modes: tuple[str, ...] = ("property",)
    measures: tuple[tuple[str, str], ...] = ()
    uppers: tuple[str, ...] = ()
    certificate: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One exported theorem.

    Attributes:
        name: without namespace, e.g. `retrieval_bound`.
        namespace: e.g. `LivingInference`.
        file: path from the project root with `/`.
        line: of the `theorem` keyword, from 1. Not part of the digest.
        source: the statement as written, from `theorem` to before `:=`, trailing blanks stripped.
        binders: explicit data binders in source order (types and instances live in `spaces`).
        binder_order: names of explicit binders and hypotheses in source order, as a caller passes them.
    """

    name: str
    namespace: str
    file: str
    line: int
    doc: Docstring
    spaces: tuple[Space, ...]
    binders: tuple[Binder, ...]
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Prop
    source: str = field(compare=False, default="")
    binder_order: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    def sort_of(self, name: str) -> Sort:
        """Sort of a data binder. Raises KeyError for a name that is none."""
        return {b.name: b.sort for b in self.binders}[name]
