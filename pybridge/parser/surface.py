"""The dumb tree between the Pratt parser and the IR: what was written and where, without sorts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """`start` and `end` are offsets of the text a node was read from."""

    start: int
    end: int


@dataclass(frozen=True)
class Name(Written):
    text: str


@dataclass(frozen=True)
class Numeral(Written):
    value: int


@dataclass(frozen=True)
class Infix(Written):
    """Arithmetic, relation or connective: `op` is the symbol."""

    op: str
    left: Surface
    right: Surface
    op_start: int


@dataclass(frozen=True)
class Negation(Written):
    operand: Surface


@dataclass(frozen=True)
class Transposed(Written):
    """`Wᵀ`."""

    operand: Surface


@dataclass(frozen=True)
class Application(Written):
    function: Surface
    argument: Surface


@dataclass(frozen=True)
class Bars(Written):
    """`‖t‖` or `|t|`; `bar` is the symbol."""

    bar: str
    operand: Surface


@dataclass(frozen=True)
class Ascription(Written):
    """`(t : type)`."""

    operand: Surface
    type: SurfaceType


@dataclass(frozen=True)
class Root(Written):
    """`Real.sqrt t`."""

    operand: Surface


@dataclass(frozen=True)
class InnerProduct(Written):
    left: Surface
    right: Surface


@dataclass(frozen=True)
class IndexRange(Written):
    """`Finset.range stop` (no `first`) or `Finset.Ico first stop`."""

    first: Surface | None
    stop: Surface


@dataclass(frozen=True)
class Big(Written):
    """`∑`, `∏` or `∀`, as `symbol`: over an index set, over a written type, or over what its use tells."""

    symbol: str
    variable: Name
    over: IndexRange | SurfaceType | None
    body: Surface


Surface = (
    Name
    | Numeral
    | Infix
    | Negation
    | Transposed
    | Application
    | Bars
    | Ascription
    | Root
    | InnerProduct
    | Big
)


# ---- types ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Universe(Written):
    """`Type*`."""


@dataclass(frozen=True)
class NamedType(Written):
    """`ℝ`, `ℕ`, a space or an index type."""

    text: str


@dataclass(frozen=True)
class EuclideanType(Written):
    """`EuclideanSpace ℝ index`."""

    index: NamedType


@dataclass(frozen=True)
class MatrixType(Written):
    """`Matrix rows columns ℝ`."""

    rows: NamedType
    columns: NamedType


SpaceType = NamedType | EuclideanType


@dataclass(frozen=True)
class MapType(Written):
    domain: SpaceType
    codomain: SpaceType


@dataclass(frozen=True)
class FunctionType(Written):
    """`domain → codomain`, the domain not ℕ."""

    domain: SpaceType
    codomain: SpaceType


@dataclass(frozen=True)
class SequenceType(Written):
    """`ℕ → element`."""

    element: SpaceType


SurfaceType = Universe | NamedType | EuclideanType | MatrixType | MapType | FunctionType | SequenceType
