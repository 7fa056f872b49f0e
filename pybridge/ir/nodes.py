"""Frozen typed nodes of a theorem statement.

Sorts are real, natural, vector of a space, continuous linear map between spaces, and sequence. The two
norms that Lean overloads are different nodes here (`VecNorm`, `MapNorm`), chosen by sort when a
statement is read, so nothing after the reader ever has to decide which one `‖·‖` means.
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
    """A vector of the space named by the type variable `space`."""

    space: str


@dataclass(frozen=True)
class Map:
    """`domain →L[ℝ] codomain`, a continuous linear map."""

    domain: str
    codomain: str


@dataclass(frozen=True)
class Seq:
    """`ℕ → element`."""

    element: Real | Vec


Sort = Real | Nat | Vec | Map | Seq


# ---- terms ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Var:
    """A binder, or a variable bound by a sum, product or quantifier (then of sort `Nat`)."""

    name: str
    sort: Sort


@dataclass(frozen=True)
class Lit:
    """A numeral at its elaborated sort; `Lit(0, Vec("E"))` is the zero vector."""

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
    """`f x`: a map applied to a vector."""

    function: Term
    argument: Term


@dataclass(frozen=True)
class Index:
    """`ε i`: a sequence at an index."""

    sequence: Term
    index: Term


@dataclass(frozen=True)
class VecNorm:
    operand: Term


@dataclass(frozen=True)
class MapNorm:
    """The operator norm."""

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


IndexSet = Range | Ico


@dataclass(frozen=True)
class Sum:
    """`∑ variable ∈ over, body`."""

    variable: str
    over: IndexSet
    body: Term


@dataclass(frozen=True)
class Product:
    """`∏ variable ∈ over, body`."""

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
    | VecNorm
    | MapNorm
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
    """`∀ variable ∈ over, body`."""

    variable: str
    over: IndexSet
    body: Prop


Prop = Rel | Iff | And | Forall


# ---- statements ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Space:
    """A type variable with its classes in source order: `E` with `("NormedAddCommGroup", "NormedSpace")`."""

    name: str
    classes: tuple[str, ...]

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
