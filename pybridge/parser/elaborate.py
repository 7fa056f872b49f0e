"""Surface trees to typed IR: names get sorts, numerals the sort of their surroundings, `‖·‖` its meaning.

As in Lean, the leaves of one arithmetic tree share a sort, numerals take the sort of the other leaves, and
where all leaves are numerals the sort is ℕ. Unlike Lean, no coercion from ℕ to ℝ is put in silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import NoReturn, assert_never

from pybridge.ir import nodes as n
from pybridge.ir.classes import has_scalars
from pybridge.ir.typing import describe
from pybridge.parser import surface as s
from pybridge.parser.pratt import RELATIONS
from pybridge.parser.source import Source

REAL, NAT = n.Real(), n.Nat()
ARITHMETIC: dict[str, tuple[type, tuple[type, ...]]] = {
    "+": (n.Add, (n.Real, n.Nat, n.Vec, n.Map)),
    "-": (n.Sub, (n.Real, n.Nat, n.Vec, n.Map)),
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

    # ---- types -----------------------------------------------------------------------------------
    def sort(self, written: s.SurfaceType) -> n.Sort:
        """The sort of a data binder's type.

        Raises:
            StatementError: an undeclared space, or one without the structure the type needs.
        """
        match written:
            case s.Universe():
                self._fail("type-binder", written)
            case s.NamedType(text="ℝ"):
                return REAL
            case s.NamedType(text="ℕ"):
                return NAT
            case s.NamedType():
                return n.Vec(self._space(written).name)
            case s.MapType(domain=domain, codomain=codomain):
                ends = [self._space(end) for end in (domain, codomain)]
                for end, space in zip((domain, codomain), ends, strict=True):
                    if not has_scalars(space):
                        self._fail("no-scalars", end, space=space.name)
                return n.Map(ends[0].name, ends[1].name)
            case s.SequenceType(element=element):
                found = self.sort(element)
                if not isinstance(found, n.Real | n.Vec):
                    self._fail("sequence-of", element, sort=describe(found))
                return n.Seq(found)
            case _:
                assert_never(written)

    def _space(self, written: s.NamedType) -> n.Space:
        space = self.spaces.get(written.text)
        if space is None:
            self._fail("unknown-type", written, token=written.text)
        if not space.classes:
            self._fail("no-norm", written, space=space.name)
        return space

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
                over = self._index_set(node.over)
                with_index = self._with_index(node.variable)
                return n.Forall(node.variable.text, over, with_index.prop(node.body))
            case _:
                self._fail("term-as-prop", node, text=self._text(node))

    def _relation(self, node: s.Infix) -> n.Rel:
        sort = self._common(node.left, node.right) or NAT
        ordered = node.op in ("≤", "<")
        if not isinstance(sort, (n.Real, n.Nat) if ordered else (n.Real, n.Nat, n.Vec, n.Map)):
            self.source.fail("not-joined", node.op_start, token=node.op, sort=describe(sort))
        return n.Rel(node.op, self.term(node.left, sort), self.term(node.right, sort))

    def _with_index(self, variable: s.Name) -> Elaborator:
        if variable.text in self.sorts or variable.text in self.assumed or variable.text in self.spaces:
            self._fail("shadow", variable, name=variable.text)
        return Elaborator(self.source, self.spaces, self.sorts | {variable.text: NAT}, self.assumed)

    def _index_set(self, over: s.IndexRange) -> n.IndexSet:
        stop = self.term(over.stop, NAT)
        return n.Range(stop) if over.first is None else n.Ico(self.term(over.first, NAT), stop)

    # ---- terms -----------------------------------------------------------------------------------
    def term(self, node: s.Surface, expected: n.Sort | None = None) -> n.Term:
        """A term of the expected sort; without one, of the sort its leaves have.

        Raises:
            StatementError: a proposition where a term belongs, an unknown name, or sorts that do not fit.
        """
        sort = self._hint(node)
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
                if not isinstance(sort, n.Real | n.Vec | n.Map):
                    self._fail("not-joined", node, token="-", sort=describe(sort))
                return n.Neg(self.term(operand, sort))
            case s.Infix(op="^", left=left, right=right):
                if not isinstance(sort, n.Real | n.Nat):
                    self.source.fail("not-joined", node.op_start, token="^", sort=describe(sort))
                return n.Pow(self.term(left, sort), self.term(right, NAT))
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
        close = get_close_matches(node.text, self.sorts, n=1)
        advice = (
            f"Did you mean `{close[0]}`?" if close else "Declare it in a binder, or write its definition out."
        )
        self._fail("unknown-name", node, name=node.text, advice=advice)

    def _numeral(self, node: s.Numeral, value: int, sort: n.Sort) -> n.Lit:
        if isinstance(sort, n.Seq) or (isinstance(sort, n.Vec | n.Map) and value != 0):
            self._fail("numeral-sort", node, value=value, sort=describe(sort))
        return n.Lit(value, sort)

    def _arithmetic(self, node: s.Infix, sort: n.Sort) -> n.Term:
        made, allowed = ARITHMETIC[node.op]
        if not isinstance(sort, allowed):
            self.source.fail("not-joined", node.op_start, token=node.op, sort=describe(sort))
        return made(self.term(node.left, sort), self.term(node.right, sort))

    def _application(self, function: s.Surface, argument: s.Surface) -> n.Term:
        head = self.term(function)
        match self._hint(function):
            case n.Map(domain, _):
                return n.Apply(head, self.term(argument, n.Vec(domain)))
            case n.Seq():
                return n.Index(head, self.term(argument, NAT))
            case sort:
                self._fail("not-function", function, text=self._text(function), sort=describe(sort or NAT))

    def _norm(self, node: s.Bars, operand: s.Surface) -> n.Term:
        inner = self.term(operand)
        match self._hint(operand):
            case n.Vec():
                return n.VecNorm(inner)
            case n.Map():
                return n.MapNorm(inner)
            case sort:
                self._fail("norm-of", node, sort=describe(sort or NAT))

    def _inner(self, node: s.InnerProduct) -> n.Inner:
        sort = self._common(node.left, node.right) or NAT
        if not isinstance(sort, n.Vec):
            self._fail("inner-of", node, sort=describe(sort))
        if not self.spaces[sort.space].has_inner:
            self._fail("no-inner", node, space=sort.space)
        return n.Inner(self.term(node.left, sort), self.term(node.right, sort))

    def _ascription(self, node: s.Ascription) -> n.Term:
        """`(n : ℝ)` and `((t : ℕ) : ℝ)` are casts; a numeral takes the sort it is given."""
        sort, operand = self.sort(node.type), node.operand
        if isinstance(operand, s.Numeral):
            return self._numeral(operand, operand.value, sort)
        if sort == REAL and isinstance(operand, s.Name) and self._hint(operand) == NAT:
            return n.Cast(self.term(operand, NAT))
        if sort == REAL and isinstance(operand, s.Ascription) and self.sort(operand.type) == NAT:
            return n.Cast(self.term(operand.operand, NAT))
        self._fail("ascription", node, text=self._text(operand))

    def _big(self, node: s.Big, sort: n.Sort) -> n.Term:
        if node.symbol == "∀":
            self._fail("prop-as-term", node, text=self._text(node))
        over = self._index_set(node.over)
        with_index = self._with_index(node.variable)
        if sort != REAL:
            self._fail("sum-of", node, symbol=node.symbol, sort=describe(sort))
        made = n.Sum if node.symbol == "∑" else n.Product
        return made(node.variable.text, over, with_index.term(node.body, REAL))

    # ---- sorts of leaves -------------------------------------------------------------------------
    def _hint(self, node: s.Surface) -> n.Sort | None:
        """The sort that the leaves of an arithmetic tree agree on; None while all are numerals or unknown."""
        match node:
            case s.Name(text=text):
                return self.sorts.get(text)
            case s.Infix(op="^", left=left):
                return self._hint(left)
            case s.Infix(op=op, left=left, right=right) if op in ARITHMETIC:
                return self._common(left, right)
            case s.Negation(operand=operand):
                return self._hint(operand)
            case s.Application(function=function):
                applied = self._hint(function)
                if isinstance(applied, n.Map):
                    return n.Vec(applied.codomain)
                return applied.element if isinstance(applied, n.Seq) else None
            case s.Bars() | s.Root() | s.InnerProduct():
                return REAL
            case s.Ascription(type=written):
                return self.sort(written)
            case s.Big(variable=variable, body=body) if node.symbol != "∀":
                within = Elaborator(self.source, self.spaces, self.sorts | {variable.text: NAT}, self.assumed)
                return within._hint(body)
            case _:
                return None

    def _common(self, left: s.Surface, right: s.Surface) -> n.Sort | None:
        """Of two sorts the one that is not ℕ, so that a missing cast is reported where it is missing."""
        first, second = self._hint(left), self._hint(right)
        return second if first is None or (first == NAT and second is not None) else first

    # ---- errors ----------------------------------------------------------------------------------
    def _mismatch(self, node: s.Surface, expected: n.Sort, found: n.Sort) -> NoReturn:
        """Point at the smallest part that has the wrong sort."""
        if isinstance(node, s.Infix) and node.op in ARITHMETIC:
            for part in (node.left, node.right):
                sort = self._hint(part)
                if sort is not None and sort != expected:
                    self._mismatch(part, expected, sort)
        code = "missing-cast" if (expected, found) == (REAL, NAT) else "wrong-sort"
        self._fail(code, node, text=self._text(node), expected=describe(expected), sort=describe(found))

    def _text(self, node: s.Written) -> str:
        return " ".join(self.source.text[node.start : node.end].split())

    def _fail(self, code: str, node: s.Written, **fields: object) -> NoReturn:
        self.source.fail(code, node.start, **fields)
