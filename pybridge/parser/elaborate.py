"""Surface trees to typed IR: names get sorts, numerals the sort of their surroundings, `‖·‖` its meaning.

As in Lean, the leaves of one arithmetic tree share a sort, numerals take the sort of the other leaves, and
where all leaves are numerals the sort is ℕ. Unlike Lean, no coercion from ℕ to ℝ is put in silently. The
factors of a product of matrices each have a sort of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import NoReturn, assert_never

from pybridge.ir import nodes as n
from pybridge.ir.classes import space_named
from pybridge.ir.typing import ADDITIVE, describe, takes_numeral
from pybridge.parser import surface as s
from pybridge.parser.hints import Hints
from pybridge.parser.pratt import RELATIONS
from pybridge.parser.primitives import PRIMITIVES
from pybridge.parser.source import Source
from pybridge.parser.type_sorts import TypeReader

REAL, NAT = n.Real(), n.Nat()
ARITHMETIC: dict[str, tuple[type, tuple[type, ...]]] = {
    "+": (n.Add, ADDITIVE),
    "-": (n.Sub, ADDITIVE),
    "*": (n.Mul, (n.Real, n.Nat)),
    "/": (n.Div, (n.Real,)),
}
CONNECTIVES = {"↔": n.Iff, "∧": n.And}


class Elaborator:
    """Turns surface trees of one statement into terms and propositions.

    Args:
        spaces: the declared spaces with the classes seen so far.
        sorts: data binders.
        assumed: names of hypotheses, which are no terms.
    """

    def __init__(
        self,
        source: Source,
        spaces: Mapping[str, n.Space],
        sorts: Mapping[str, n.Sort],
        assumed: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self.spaces = spaces
        self.sorts = dict(sorts)
        self.assumed = assumed
        self.sort = TypeReader(source, spaces).sort
        self._hints = Hints(self.sorts, self.sort)

    # ---- propositions ----------------------------------------------------------------------------
    def prop(self, node: s.Surface) -> n.Prop:
        """A relation, `∧`, `↔` or bounded `∀`.

        Raises:
            StatementError: a term where a proposition belongs, or sorts that do not fit.
        """
        match node:
            case s.Infix(op=op) if op in RELATIONS:
                return self._relation(node)
            case s.Infix(op=op) if op in CONNECTIVES:
                return CONNECTIVES[op](self.prop(node.left), self.prop(node.right))
            case s.Big(symbol="∀"):
                over = self._over(node)
                return n.Forall(node.variable.text, over, self._with_index(node, over).prop(node.body))
            case _:
                self._fail("term-as-prop", node, text=self._text(node))

    def _relation(self, node: s.Infix) -> n.Rel:
        sort = self._hints.common(node.left, node.right) or NAT
        ordered = node.op in ("≤", "<")
        if not isinstance(sort, (n.Real, n.Nat) if ordered else ADDITIVE):
            self.source.fail("not-joined", node.op_start, token=node.op, sort=describe(sort))
        return n.Rel(node.op, self.term(node.left, sort), self.term(node.right, sort))

    def _with_index(self, node: s.Big, over: n.IndexSet) -> Elaborator:
        name = node.variable.text
        if name in self.sorts or name in self.assumed or name in self.spaces:
            self._fail("shadow", node.variable, name=name)
        sorts = self.sorts | {name: n.element_sort(over)}
        return Elaborator(self.source, self.spaces, sorts, self.assumed)

    def _over(self, node: s.Big) -> n.IndexSet:
        """The written index set, or all of the index type that the variable is used as an index of."""
        over = node.over
        if isinstance(over, s.IndexRange):
            stop = self.term(over.stop, NAT)
            return n.Range(stop) if over.first is None else n.Ico(self.term(over.first, NAT), stop)
        match self._hints.of_index(node):
            case n.Member(index):
                return n.All(index)
            case None:
                self._fail("unused-index", node.variable, symbol=node.symbol, index=node.variable.text)
            case _:
                self._fail("no-range", node.variable, symbol=node.symbol, index=node.variable.text)

    # ---- terms -----------------------------------------------------------------------------------
    def term(self, node: s.Surface, expected: n.Sort | None = None) -> n.Term:
        """A term of the expected sort; without one, of the sort its leaves have.

        Raises:
            StatementError: a proposition where a term belongs, an unknown name, or sorts that do not fit.
        """
        sort = self._hints.of(node)
        if expected is not None and sort is not None and sort != expected:
            self._mismatch(node, expected, sort)
        return self._term(node, expected or sort or NAT)

    def _term(self, node: s.Surface, sort: n.Sort) -> n.Term:
        match node:
            case s.Name():
                return self._variable(node)
            case s.Numeral(value=value):
                return self._numeral(node, value, sort)
            case s.Negation(operand=operand):
                if not isinstance(sort, n.Real | n.Vec | n.Map | n.Matrix):
                    self._fail("not-joined", node, token="-", sort=describe(sort))
                return n.Neg(self.term(operand, sort))
            case s.Transposed(operand=operand):
                return self._transpose(node, operand)
            case s.Infix(op="^", left=left, right=right):
                if not isinstance(sort, n.Real | n.Nat):
                    self.source.fail("not-joined", node.op_start, token="^", sort=describe(sort))
                return n.Pow(self.term(left, sort), self.term(right, NAT))
            case s.Infix(op="*") if isinstance(sort, n.Matrix):
                return self._matrix_product(node)
            case s.Infix(op=op) if op in ARITHMETIC:
                return self._arithmetic(node, sort)
            case s.Infix():
                self._fail("prop-as-term", node, text=self._text(node))
            case s.Application(function=function, argument=argument):
                return self._application(function, argument)
            case s.Bars(bar="|", operand=operand):
                return n.Abs(self.term(operand, REAL))
            case s.Bars(operand=operand):
                return self._norm(node, operand)
            case s.Root(operand=operand):
                return n.Sqrt(self.term(operand, REAL))
            case s.InnerProduct():
                return self._inner(node)
            case s.Ascription():
                return self._ascription(node)
            case s.Big():
                return self._big(node, sort)
            case _:
                assert_never(node)

    def _variable(self, node: s.Name) -> n.Var:
        sort = self.sorts.get(node.text)
        if sort is not None:
            return n.Var(node.text, sort)
        if node.text in self.assumed:
            self._fail("hypothesis-as-term", node, name=node.text)
        if node.text in self.spaces:
            self._fail("type-as-term", node, token=node.text)
        if node.text in PRIMITIVES:
            self._fail("builtin-argument", node, token=node.text)
        close = get_close_matches(node.text, self.sorts, n=1)
        known = ", ".join(f"`{name}`" for name in PRIMITIVES)
        advice = (
            f"Did you mean `{close[0]}`?"
            if close
            else f"Declare it in a binder, or write its definition out; definitions known here: {known}."
        )
        self._fail("unknown-name", node, name=node.text, advice=advice)

    def _numeral(self, node: s.Numeral, value: int, sort: n.Sort) -> n.Lit:
        if not takes_numeral(sort, value):
            self._fail("numeral-sort", node, value=value, sort=describe(sort))
        return n.Lit(value, sort)

    def _arithmetic(self, node: s.Infix, sort: n.Sort) -> n.Term:
        made, allowed = ARITHMETIC[node.op]
        if not isinstance(sort, allowed):
            self.source.fail("not-joined", node.op_start, token=node.op, sort=describe(sort))
        return made(self.term(node.left, sort), self.term(node.right, sort))

    def _application(self, function: s.Surface, argument: s.Surface) -> n.Term:
        if self._hints.primitive(function):
            return self._linear_map(argument)
        if isinstance(function, s.Application) and (sort := self._hints.row_of(function)):
            row = self.term(function.argument, n.Member(sort.rows))
            return n.Entry(self.term(function.function), row, self.term(argument, n.Member(sort.columns)))
        head = self.term(function)
        match self._hints.of(function):
            case n.Map(domain, _) | n.Function(domain, _):
                return n.Apply(head, self.term(argument, n.Vec(domain)))
            case n.Seq():
                return n.Index(head, self.term(argument, NAT))
            case n.Vec(space) if index := n.index_of(space):
                return n.Component(head, self.term(argument, n.Member(index)))
            case n.Matrix():
                self._fail("row-of-matrix", function, text=self._text(function))
            case sort:
                self._fail("not-function", function, text=self._text(function), sort=describe(sort or NAT))

    def _linear_map(self, argument: s.Surface) -> n.LinMap:
        """`linMap W`, the one primitive."""
        return n.LinMap(self._decidable(argument, self._matrix(argument)))

    def _matrix(self, node: s.Surface) -> n.Matrix:
        sort = self._hints.of(node)
        if not isinstance(sort, n.Matrix):
            self._fail("no-matrix", node, text=self._text(node), sort=describe(sort or NAT))
        return sort

    def _decidable(self, node: s.Surface, sort: n.Matrix) -> n.Term:
        """The matrix, whose norm and linear map Lean has once equality of its columns is decidable."""
        if "DecidableEq" not in self.spaces[sort.columns].classes:
            self._fail("no-decidable", node, text=self._text(node), columns=sort.columns)
        return self.term(node, sort)

    def _transpose(self, node: s.Transposed, operand: s.Surface) -> n.Transpose:
        return n.Transpose(self.term(operand, self._matrix(operand)))

    def _matrix_product(self, node: s.Infix) -> n.MatMul:
        left, right = self._hints.of(node.left), self._hints.of(node.right)
        fits = isinstance(left, n.Matrix) and isinstance(right, n.Matrix) and left.columns == right.rows
        if not fits:
            first, second = (describe(sort) if sort else "a numeral" for sort in (left, right))
            self.source.fail("matrix-product", node.op_start, left=first, right=second)
        return n.MatMul(self.term(node.left, left), self.term(node.right, right))

    def _norm(self, node: s.Bars, operand: s.Surface) -> n.Term:
        match self._hints.of(operand):
            case n.Vec() as sort:
                return n.VecNorm(self.term(operand, sort))
            case n.Map() as sort:
                return n.MapNorm(self.term(operand, sort))
            case n.Matrix() as sort:
                return n.MatrixNorm(self._decidable(operand, sort))
            case sort:
                self.term(operand)
                self._fail("norm-of", node, sort=describe(sort or NAT))

    def _inner(self, node: s.InnerProduct) -> n.Inner:
        sort = self._hints.common(node.left, node.right) or NAT
        if not isinstance(sort, n.Vec):
            self._fail("inner-of", node, sort=describe(sort))
        space = space_named(sort.space, self.spaces)
        if space is None or not space.has_inner:
            self._fail("no-inner", node, space=sort.space)
        return n.Inner(self.term(node.left, sort), self.term(node.right, sort))

    def _ascription(self, node: s.Ascription) -> n.Term:
        """`(n : ℝ)` and `((t : ℕ) : ℝ)` are casts; a numeral takes the sort it is given."""
        sort, operand = self.sort(node.type), node.operand
        if isinstance(operand, s.Numeral):
            return self._numeral(operand, operand.value, sort)
        if sort == REAL and isinstance(operand, s.Name) and self._hints.of(operand) == NAT:
            return n.Cast(self.term(operand, NAT))
        if sort == REAL and isinstance(operand, s.Ascription) and self.sort(operand.type) == NAT:
            return n.Cast(self.term(operand.operand, NAT))
        self._fail("ascription", node, text=self._text(operand))

    def _big(self, node: s.Big, sort: n.Sort) -> n.Term:
        if node.symbol == "∀":
            self._fail("prop-as-term", node, text=self._text(node))
        over = self._over(node)
        with_index = self._with_index(node, over)
        if sort != REAL:
            self._fail("sum-of", node, symbol=node.symbol, sort=describe(sort))
        made = n.Sum if node.symbol == "∑" else n.Product
        return made(node.variable.text, over, with_index.term(node.body, REAL))

    # ---- errors ----------------------------------------------------------------------------------
    def _mismatch(self, node: s.Surface, expected: n.Sort, found: n.Sort) -> NoReturn:
        """Point at the smallest part that has the wrong sort."""
        is_product = isinstance(found, n.Matrix) and isinstance(node, s.Infix) and node.op == "*"
        if isinstance(node, s.Infix) and node.op in ARITHMETIC and not is_product:
            for part in (node.left, node.right):
                sort = self._hints.of(part)
                if sort is not None and sort != expected:
                    self._mismatch(part, expected, sort)
        code = "missing-cast" if (expected, found) == (REAL, NAT) else "wrong-sort"
        self._fail(code, node, text=self._text(node), expected=describe(expected), sort=describe(found))

    def _text(self, node: s.Written) -> str:
        return " ".join(self.source.text[node.start : node.end].split())

    def _fail(self, code: str, node: s.Written, **fields: object) -> NoReturn:
        self.source.fail(code, node.start, **fields)
