"""A second parser of the statement grammar, made by Lark from the grammar as it was specified.

In one place it is narrower, as Lean is: `Real.sqrt` and `inner` with their arguments are no arguments.
It knows no positions, sorts or advice. Both parsers' trees are brought to nested tuples and compared.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import fields
from random import Random

from lark import Lark, Token, Tree

from pybridge.parser import surface as s

GRAMMAR = r"""
start: "theorem" NAME binder* ":" prop
?binder: "{" NAME+ ":" type "}"       -> implicit
       | "[" NAME (NAME | REAL)* "]"  -> inst
       | "(" NAME+ ":" type ")"       -> var_binder
       | "(" NAME+ ":" prop ")"       -> hyp
type: TYPE -> t_type | tatom | tatom "→" type -> t_fun | tatom CLM tatom -> t_clm
?tatom: REAL -> t_real | NAT -> t_nat | NAME -> t_var
      | "Matrix" NAME NAME REAL -> t_matrix | "EuclideanSpace" REAL NAME -> t_euclid
?prop: conj | conj "↔" conj -> iff
?conj: atomp | atomp "∧" conj -> and_
?atomp: term RELOP term -> rel
      | "∀" NAME over? "," prop -> forall_
?over: "∈" fin | ":" type
fin: "Finset.range" arg -> range | "Finset.Ico" arg arg -> ico
?term: prod | term "+" prod -> add | term "-" prod -> sub
?prod: unary | prod "*" unary -> mul | prod "/" unary -> div
?unary: power | "-" power -> neg
      | "∑" NAME over? "," prod -> sum_ | "∏" NAME over? "," prod -> prod_
?power: app | app "^" power -> pow
?app: head | app arg -> apply
?head: arg | "Real.sqrt" arg -> sqrt | "inner" REAL arg arg -> inner
?arg: NAME -> var | INT -> int | arg "ᵀ" -> transpose
    | "⦃" term "⦄" -> norm | "⟦" term "⟧" -> abs
    | "(" term ")" | "(" term ":" type ")" -> cast
RELOP: "≤" | "<" | "=" | "≠"
REAL.3: "ℝ"
NAT.3: "ℕ"
CLM.3: "→L[ℝ]"
TYPE.3: "Type*"
NAME: /(?!(?:RESERVED)(?![\w']))(?![λΠΣℝℕ])[^\W\d](?:(?!ᵀ)[\w'])*/
INT: /\d+/
%ignore /\s+/
""".replace("RESERVED", r"theorem|inner|Matrix|EuclideanSpace|Type|Real\.sqrt|Finset\.range|Finset\.Ico")
CLOSING = {"‖": "⦄", "|": "⟧"}
OPENING = {"‖": "⦃", "|": "⟦"}
INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^", "iff": "↔", "and_": "∧"}
BIG = {"sum_": "∑", "prod_": "∏", "forall_": "∀"}


def rewrite_bars(text: str) -> str:
    """A bar closes iff one of its kind is open and the character before it, blanks aside, ends an operand."""
    out: list[str] = []
    open_bars = {"‖": 0, "|": 0}
    last = ""
    for char in text:
        written = char
        if char in open_bars:
            ends_operand = last.isalnum() or last in ("_", "'", ")", "⦄", "⟧")
            closes = open_bars[char] > 0 and ends_operand
            open_bars[char] += -1 if closes else 1
            written = CLOSING[char] if closes else OPENING[char]
        out.append(written)
        if not char.isspace():
            last = written
    return "".join(out)


@functools.cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


Shape = tuple


def oracle_shape(header: str) -> list[Shape]:
    """Trees of the propositions of a header, hypotheses first and the conclusion last."""
    tree = _lark().parse(rewrite_bars(header.partition(":=")[0]))
    hypotheses = [_shape(node.children[-1]) for node in tree.find_data("hyp")]
    return [*hypotheses, _shape(tree.children[-1])]


def _shape(node: Tree | Token) -> Shape:
    if isinstance(node, Token):
        return ("leaf", str(node))
    parts = node.children
    match node.data:
        case "var" | "int":
            return (node.data, str(parts[0]))
        case "rel":
            return (str(parts[1]), _shape(parts[0]), _shape(parts[2]))
        case "sum_" | "prod_" | "forall_":
            return (BIG[node.data], str(parts[0]), *map(_over, parts[1:-1]), _shape(parts[-1]))
        case "cast":
            return ("cast", _shape(parts[0]), _type(parts[1]))
        case "inner":
            return ("inner", *map(_shape, parts[1:]))
        case name:
            return (INFIX.get(name, str(name)), *map(_shape, parts))


def _over(node: Tree | Token) -> Shape:
    assert isinstance(node, Tree)
    return _shape(node) if node.data in ("range", "ico") else ("type", _type(node))


def _type(node: Tree | Token) -> str:
    if isinstance(node, Token):
        return str(node)
    return " ".join(_type(part) for part in node.children)


def surface_shape(node: s.Surface) -> Shape:
    """The same nested tuples from the Pratt parser's tree."""
    match node:
        case s.Name(text=text):
            return ("var", text)
        case s.Numeral(value=value):
            return ("int", str(value))
        case s.Infix(op=op, left=left, right=right):
            return (op, surface_shape(left), surface_shape(right))
        case s.Negation(operand=operand):
            return ("neg", surface_shape(operand))
        case s.Transposed(operand=operand):
            return ("transpose", surface_shape(operand))
        case s.Application(function=function, argument=argument):
            return ("apply", surface_shape(function), surface_shape(argument))
        case s.Bars(bar=bar, operand=operand):
            return ("norm" if bar == "‖" else "abs", surface_shape(operand))
        case s.Ascription(operand=operand, type=written):
            return ("cast", surface_shape(operand), _written_type(written))
        case s.Root(operand=operand):
            return ("sqrt", surface_shape(operand))
        case s.InnerProduct(left=left, right=right):
            return ("inner", surface_shape(left), surface_shape(right))
        case s.Big(symbol=symbol, variable=variable, over=over, body=body):
            return (symbol, variable.text, *_written_over(over), surface_shape(body))


def _written_over(over: s.IndexRange | s.SurfaceType | None) -> Iterator[Shape]:
    match over:
        case None:
            return
        case s.IndexRange(first=None, stop=stop):
            yield ("range", surface_shape(stop))
        case s.IndexRange(first=first, stop=stop):
            assert first is not None
            yield ("ico", surface_shape(first), surface_shape(stop))
        case written:
            yield ("type", _written_type(written))


def _written_type(node: s.SurfaceType) -> str:
    match node:
        case s.NamedType(text=text):
            return text
        case s.MapType(domain=domain, codomain=codomain):
            return f"{_written_type(domain)} →L[ℝ] {_written_type(codomain)}"
        case s.FunctionType(domain=domain, codomain=codomain):
            return f"{_written_type(domain)} {_written_type(codomain)}"
        case s.SequenceType(element=element):
            return f"ℕ {_written_type(element)}"
        case s.EuclideanType(index=index):
            return f"ℝ {index.text}"
        case s.MatrixType(rows=rows, columns=columns):
            return f"{rows.text} {columns.text} ℝ"
        case s.Universe():
            return "Type*"


# The grammar again, for making texts: of each rule the first alternative is the short one. There is one `↔`
# at most: a second one after a `∀` is refused, though Lean would end the `∀` there.
RULES: dict[str, tuple[str, ...]] = {
    "prop": ("conj", "conj ↔ conj"),
    "conj": ("atomp", "atomp ∧ conj"),
    "atomp": ("term RELOP term", "∀ NAME ∈ fin , conj", "∀ NAME , conj"),
    "fin": ("Finset.range arg", "Finset.Ico arg arg"),
    "term": ("prod", "term + prod", "term - prod"),
    "prod": ("unary", "prod * unary", "prod / unary"),
    "unary": ("power", "- power", "∑ NAME over , prod", "∏ NAME over , prod", "∑ NAME , prod"),
    "over": ("∈ fin", "∈ fin", ": type"),
    "power": ("app", "app ^ power"),
    "app": ("head", "app arg"),
    "head": ("arg", "arg", "Real.sqrt arg", "inner ℝ arg arg"),
    "arg": ("NAME", "INT", "⦃ term ⦄", "⟦ term ⟧", "( term )", "( term : type )", "arg ᵀ"),
    "type": ("ℝ", "ℕ", "E", "E →L[ℝ] F", "ℕ → ℝ", "E → F", "Matrix k l ℝ", "EuclideanSpace ℝ l"),
    "NAME": ("x", "f", "h'", "δ₁", "cosθ", "ε"),
    "INT": ("0", "1", "12"),
    "RELOP": ("≤", "<", "=", "≠"),
}


def oracle_text(seed: int) -> str:
    """A proposition made from the grammar, without regard to sorts.

    Where bare bars could not be told apart, by Lean or by the rule above, all bars get parentheses inside and
    outside.
    """
    words = _expand("prop", Random(seed), 5)
    bare, wrapped = _with_bars(words, "{}", "{}"), _with_bars(words, "({}(", "){})")
    readable = "||" not in bare and "|-" not in bare
    return bare if readable and rewrite_bars(bare).replace(" ", "") == "".join(words) else wrapped


def _expand(symbol: str, random: Random, fuel: int) -> list[str]:
    """Words of a symbol. An alternative other than the first burns fuel; without fuel there is no other."""
    if symbol not in RULES:
        return [symbol]
    chosen = random.choice(RULES[symbol]) if fuel > 0 or symbol.isupper() else RULES[symbol][0]
    left = fuel if chosen == RULES[symbol][0] else fuel - 1
    return [word for part in chosen.split() for word in _expand(part, random, left)]


def _with_bars(words: list[str], opening: str, closing: str) -> str:
    text = " ".join(words)
    for bar in ("‖", "|"):
        text = text.replace(f"{OPENING[bar]} ", opening.format(bar))
        text = text.replace(f" {CLOSING[bar]}", closing.format(bar))
    return text


def leaves_have_positions(node: s.Written) -> bool:
    """Whether every part of a tree lies within its whole."""
    parts = [part for part in (getattr(node, f.name) for f in fields(node)) if isinstance(part, s.Written)]
    return all(node.start <= p.start <= p.end <= node.end and leaves_have_positions(p) for p in parts)
