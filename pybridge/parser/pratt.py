"""Terms and propositions: a Pratt parser with Lean's binding powers.

| power | operators | | power | operators |
|---|---|---|---|---|
| 20 | `↔`, not associative | | 70 | `* /`, left |
| 35 | `∧`, right | | 75 | unary `-`; `^`, right |
| 50 | `≤ < = ≠`, not associative | | 1023 | `∑ ∏` (body 67), `∀` (body 0), application |
| 65 | `+ -`, left | | 1024 | names, numerals, parentheses, bars, `ᵀ` after one of these |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields

from pybridge.parser import surface as s
from pybridge.parser.constructs import CONSTRUCTS
from pybridge.parser.lexer import Token
from pybridge.parser.stream import Stream
from pybridge.parser.types import read_type

RELATIONS = ("≤", "<", "=", "≠")
REVERSED = {"≥": "≤", ">": "<"}
BARS = ("‖", "|")
BIG = {"∑": 67, "∏": 67, "∀": 0}
NEGATION, HIGHEST = 75, 1024
TYPE_WORDS = ("ℝ", "ℕ", "Type", "Matrix", "EuclideanSpace")
# operator -> (its power, least power of the left side, least power of the right side)
INFIX: dict[str, tuple[int, int, int]] = {
    "↔": (20, 21, 21),
    "∧": (35, 36, 35),
    **dict.fromkeys((*RELATIONS, *REVERSED), (50, 51, 51)),
    "+": (65, 65, 66),
    "-": (65, 65, 66),
    "*": (70, 70, 71),
    "/": (70, 70, 71),
    "^": (75, 76, 75),
}
DEEPEST = 100
LONGEST_NUMERAL = 30


class ExpressionReader:
    """Reads one expression at the cursor of a stream.

    Args:
        aliases: short names that an `open` made available, e.g. `range` for `Finset.range`.
    """

    def __init__(self, stream: Stream, aliases: Mapping[str, str]) -> None:
        self.stream = stream
        self.aliases = aliases
        self._open_bars: Counter[str] = Counter()
        self._depth = 0

    def read(self) -> s.Surface:
        """A whole term or proposition.

        Raises:
            StatementError: text outside the grammar, or nested deeper than anything a person writes.
        """
        start = self.stream.next.start
        expression = self._expression(0)
        if _height(expression) > DEEPEST:
            self.stream.source.fail("too-deep", start, limit=DEEPEST)
        return expression

    # ---- operators -------------------------------------------------------------------------------
    def _expression(self, least: int) -> s.Surface:
        self._depth += 1
        if self._depth > DEEPEST:
            self.stream.source.fail("too-deep", self.stream.next.start, limit=DEEPEST)
        left, power = self._leading()
        while True:
            operator = self.stream.next
            if operator.kind != "symbol" or operator.text not in INFIX:
                break
            own, least_left, least_right = INFIX[operator.text]
            if own < least:
                break
            if power < least_left:
                self._refuse_chain(operator)
            self.stream.take()
            right = self._expression(least_right)
            if operator.text in REVERSED:
                self._refuse_reversed(operator, left, right)
            left = s.Infix(left.start, right.end, operator.text, left, right, operator.start)
            power = own
        self._depth -= 1
        return left

    def _refuse_chain(self, operator: Token) -> None:
        self.stream.source.fail("chain", operator.start, token=operator.text)

    def _refuse_reversed(self, operator: Token, left: s.Surface, right: s.Surface) -> None:
        self.stream.source.fail(
            "reversed",
            operator.start,
            token=operator.text,
            straight=REVERSED[operator.text],
            left=self._text(left),
            right=self._text(right),
        )

    def _text(self, node: s.Written) -> str:
        return " ".join(self.stream.source.text[node.start : node.end].split())

    # ---- operands --------------------------------------------------------------------------------
    def _leading(self) -> tuple[s.Surface, int]:
        token = self.stream.next
        if self.stream.accept("-"):
            operand = self._expression(NEGATION)
            return s.Negation(token.start, operand.end, operand), NEGATION
        if token.kind == "symbol" and token.text in BIG:
            return self._big(), HIGHEST
        operand = self._atom_or_builtin()
        while self._argument_follows():
            argument = self._atom()
            operand = s.Application(token.start, argument.end, operand, argument)
        return operand, HIGHEST

    def _builtin(self, token: Token) -> str | None:
        name = self.aliases.get(token.text, token.text)
        return name if token.kind == "name" and name in ("Real.sqrt", "inner") else None

    def _atom_or_builtin(self) -> s.Surface:
        start = self.stream.next.start
        match self._builtin(self.stream.next):
            case "Real.sqrt":
                self.stream.take()
                operand = self._argument("Real.sqrt")
                return s.Root(start, operand.end, operand)
            case "inner":
                self.stream.take()
                self.stream.expect("ℝ", "as the field of `inner`")
                left, right = self._argument("inner"), self._argument("inner")
                return s.InnerProduct(start, right.end, left, right)
            case _:
                return self._atom()

    def _argument(self, function: str) -> s.Surface:
        if not self._argument_follows():
            self.stream.refuse("an argument", f"after `{function}`")
        return self._atom()

    def _argument_follows(self) -> bool:
        """Lean takes what starts an atom as an argument only after a blank; a bar of an open kind closes."""
        token = self.stream.next
        if token.kind == "symbol" and token.text in BARS and self._open_bars[token.text]:
            return False
        starts = (
            token.kind == "number"
            or (token.kind == "name" and self.stream.sees_name() and token.text not in CONSTRUCTS)
            or (token.kind == "symbol" and token.text in ("(", *BARS))
        )
        if starts and not token.spaced:
            self.stream.source.fail("no-blank", token.start, token=token.text)
        return starts

    def _atom(self) -> s.Surface:
        operand = self._bare_atom()
        while self.stream.sees("ᵀ"):
            operand = s.Transposed(operand.start, self.stream.take().end, operand)
        return operand

    def _bare_atom(self) -> s.Surface:
        token = self.stream.next
        if token.kind == "number":
            return self._numeral()
        if token.kind == "name" and self.stream.sees_name() and token.text not in CONSTRUCTS:
            return self._name()
        if token.kind == "symbol" and token.text == "(":
            return self._parenthesised()
        if token.kind == "symbol" and token.text in BARS:
            return self._bars()
        self.stream.refuse("a term", "here")

    def _numeral(self) -> s.Numeral:
        token = self.stream.take()
        if not token.text.isdigit():
            self.stream.source.fail("numeral", token.start, token=token.text)
        if len(token.text) > LONGEST_NUMERAL:
            self.stream.source.fail("numeral-size", token.start, digits=len(token.text))
        return s.Numeral(token.start, token.end, int(token.text))

    def _name(self) -> s.Name:
        token = self.stream.take()
        if self._builtin(token):
            self.stream.source.fail("builtin-argument", token.start, token=token.text)
        if token.text in TYPE_WORDS:
            self.stream.source.fail("type-as-term", token.start, token=token.text)
        return s.Name(token.start, token.end, token.text)

    def _parenthesised(self) -> s.Surface:
        opening = self.stream.take()
        inner = self._expression(0)
        if self.stream.accept(":"):
            written = read_type(self.stream)
            closing = self.stream.expect(")", "after the type")
            return s.Ascription(opening.start, closing.end, inner, written)
        self.stream.expect(")", f"to close the `(` of column {self._column(opening)}")
        return inner

    def _bars(self) -> s.Bars:
        opening = self.stream.take()
        bar = opening.text
        if bar == "|" and self.stream.next.spaced:
            self.stream.source.fail("bar-blank", opening.start, bar=bar)
        self._open_bars[bar] += 1
        operand = self._expression(0)
        closing = self.stream.expect(bar, f"to close the `{bar}` of column {self._column(opening)}")
        if closing.spaced:
            self.stream.source.fail("bar-blank", closing.start, bar=bar)
        self._open_bars[bar] -= 1
        return s.Bars(opening.start, closing.end, bar, operand)

    def _column(self, token: Token) -> int:
        return self.stream.source.position(token.start)[1]

    # ---- ∑, ∏ and ∀ ------------------------------------------------------------------------------
    def _big(self) -> s.Big:
        symbol = self.stream.take()
        name = self.stream.expect_name("an index", f"after `{symbol.text}`")
        variable = s.Name(name.start, name.end, name.text)
        over = self._over(symbol, name)
        self.stream.expect(",", "after the index set")
        body = self._expression(BIG[symbol.text])
        return s.Big(symbol.start, body.end, symbol.text, variable, over, body)

    def _over(self, symbol: Token, name: Token) -> s.IndexRange | s.SurfaceType | None:
        if self.stream.accept("∈"):
            return self._index_set()
        if self.stream.accept(":"):
            return read_type(self.stream)
        if not self.stream.sees(","):
            self.stream.source.fail("no-range", self.stream.next.start, symbol=symbol.text, index=name.text)
        return None

    def _index_set(self) -> s.IndexRange:
        token = self.stream.next
        name = self.aliases.get(token.text, token.text)
        if token.kind != "name" or name not in ("Finset.range", "Finset.Ico"):
            self.stream.source.fail("index-set", token.start, token=token.text)
        self.stream.take()
        first = self._argument(name) if name == "Finset.Ico" else None
        stop = self._argument(name)
        return s.IndexRange(token.start, stop.end, first, stop)


def _height(expression: s.Surface) -> int:
    """Levels of nesting, found without recursion: a long chain `a + b + …` is as deep as it is long."""
    height, level = 0, [expression]
    while level:
        height += 1
        level = [
            child
            for node in level
            for child in (getattr(node, field.name) for field in fields(node))
            if isinstance(child, s.Written)
        ]
    return height
