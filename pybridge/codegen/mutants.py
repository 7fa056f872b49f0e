"""Mutants of a statement: small changes that make a true theorem false if every part of it is needed.

A mutant is a statement again, made of the same typed nodes, so it goes through the same plan and templates as
the original. Its id is `kind:place:detail`, the place a hypothesis or `conclusion`:

    drop       a hypothesis; or one summand, factor, divisor, exponent, sign or bar of a term
    scale      one side of a relation, times 1 - 10⁻⁹ (`scale-`) or divided by it (`scale+`)
    constant   one numeral, likewise
    flip       `≤` to `<` in the conclusion, `<` to `≤` in a hypothesis, either way under `↔`
    swap       two variables of one sort, in one place
    transpose  a matrix, or two factors of a product exchanged, where the sorts still fit
    frobenius  every operator norm read as a Frobenius norm

Only changes that strengthen the claim, or whose direction depends on the values, are made: what is easier to
satisfy in the conclusion, or harder in a hypothesis, follows from the theorem itself. So a side that is
visibly nonnegative is scaled in one direction, and a side compared with 0 is not scaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from pybridge.codegen.contexts import Context, contexts
from pybridge.codegen.signs import is_nonnegative, nonnegative_variables
from pybridge.errors import TypingError
from pybridge.ir import (
    check_statement,
    definition_of,
    free_variables,
    print_prop,
    print_term,
    sort_of,
    substitute,
    walk,
)
from pybridge.ir.nodes import (
    Abs,
    Add,
    Div,
    Lit,
    MapNorm,
    MatMul,
    Matrix,
    MatrixNorm,
    Mul,
    Neg,
    Pow,
    Prop,
    Real,
    Rel,
    Statement,
    Sub,
    Term,
    Transpose,
    Var,
)

CONCLUSION = "conclusion"
STEP = 1_000_000_000
SCALES = {
    "-": Div(Lit(STEP - 1, Real()), Lit(STEP, Real())),
    "+": Div(Lit(STEP, Real()), Lit(STEP - 1, Real())),
}


@dataclass(frozen=True)
class Mutant:
    """One changed statement.

    Attributes:
        id: unique within its theorem; stable while the changed place keeps its text. statement: the theorem
        after the change. before, after: the changed proposition as Lean text; `after` is empty when a
        hypothesis is dropped. frobenius: whether the statement is the original one, to be read with Frobenius
        norms. Those are at least the
            operator norms, so most bounds stay true: it is killed where a bound that was attained no longer
            is.
    """

    id: str
    statement: Statement
    before: str
    after: str
    frobenius: bool = False


def mutants(statement: Statement) -> tuple[Mutant, ...]:
    """All mutants of a statement in a fixed order, without repetitions."""
    found: dict[str, Mutant] = {}
    seen = {_meaning(statement)}
    never_measured = replace(statement, doc=replace(statement.doc, modes=("property",), measures=()))
    for mutant in _candidates(never_measured):
        if _meaning(mutant.statement) in seen or not _is_typed(mutant.statement):
            continue
        seen.add(_meaning(mutant.statement))
        number, name = 1, mutant.id
        while name in found:
            number += 1
            name = f"{mutant.id}#{number}"
        found[name] = replace(mutant, id=name)
    nodes = (node for prop in _propositions(statement) for node in walk(prop))
    if any(isinstance(node, MapNorm | MatrixNorm) for node in nodes):
        found["frobenius"] = Mutant("frobenius", never_measured, "operator norms", "Frobenius norms", True)
    return tuple(found.values())


def _is_typed(statement: Statement) -> bool:
    """A change of a matrix may leave sorts that do not fit."""
    try:
        check_statement(statement)
    except TypingError:
        return False
    return True


def _propositions(statement: Statement) -> tuple[Prop, ...]:
    return (*(h.prop for h in statement.hypotheses), statement.conclusion)


def _meaning(statement: Statement) -> tuple[Any, ...]:
    return (tuple((h.name, h.prop) for h in statement.hypotheses), statement.conclusion)


def _candidates(statement: Statement) -> Iterator[Mutant]:
    nonneg = nonnegative_variables(statement)
    for hypothesis in statement.hypotheses:
        rest = tuple(h for h in statement.hypotheses if h is not hypothesis)
        order = tuple(name for name in statement.binder_order if name != hypothesis.name)
        mutated = replace(statement, hypotheses=rest, binder_order=order)
        yield Mutant(f"drop:{hypothesis.name}", mutated, print_prop(hypothesis.prop), "")
    for place, prop in [
        (CONCLUSION, statement.conclusion),
        *((h.name, h.prop) for h in statement.hypotheses),
    ]:
        strengthens = 1 if place == CONCLUSION else -1
        for kind, detail, changed in _changes(prop, strengthens, nonneg):
            name = ":".join(filter(None, (kind, place, detail)))
            yield Mutant(name, _replaced(statement, place, changed), print_prop(prop), print_prop(changed))
        for detail, changed in _swaps(statement, place, prop):
            mutated = _replaced(statement, place, changed)
            yield Mutant(f"swap:{place}:{detail}", mutated, print_prop(prop), print_prop(changed))


def _replaced(statement: Statement, place: str, prop: Prop) -> Statement:
    if place == CONCLUSION:
        return replace(statement, conclusion=prop)
    sorts = {binder.name: binder.sort for binder in statement.binders}
    changed = tuple(
        replace(h, prop=prop, defines=definition_of(h.name, prop, sorts)) if h.name == place else h
        for h in statement.hypotheses
    )
    return replace(statement, hypotheses=changed)


Change = tuple[str, str, Prop]


def _changes(prop: Prop, strengthens: int, nonneg: frozenset[str]) -> Iterator[Change]:
    for context in contexts(prop):
        direction = 0 if context.under_iff else strengthens
        match context.node:
            case Rel():
                yield from _flips(context, direction)
                yield from _scalings(context, direction, nonneg)
            case Lit(value, Real()) if value and not isinstance(context.parent, Rel):
                for mark, factor in SCALES.items():
                    yield f"constant{mark}", str(value), context.put(_scaled(context.node, factor))
            case _:
                for dropped, rest in _drops(context.node):
                    yield "drop", dropped, context.put(rest)
                for detail, turned in _transposes(context):
                    yield "transpose", detail, context.put(turned)


def _flips(context: Context, direction: int) -> Iterator[Change]:
    """The harder relation where harder is the stronger claim, the easier one where that is."""
    rel = context.node
    if rel.op == "≤" and direction >= 0:
        yield "flip", "", context.put(replace(rel, op="<"))
    if rel.op == "<" and direction <= 0:
        yield "flip", "", context.put(replace(rel, op="≤"))


def _scalings(context: Context, direction: int, nonneg: frozenset[str]) -> Iterator[Change]:
    rel = context.node
    if rel.op == "≠" or not isinstance(sort_of(rel.left), Real) or Lit(0, Real()) in (rel.left, rel.right):
        return
    # `l ≤ r` gets harder when r shrinks, easier when l does; of unknown sign, either side is scaled both ways
    lower = direction < 0 and rel.op != "=" and is_nonnegative(rel.left, nonneg)
    side, shrinking = (rel.left, "left") if lower else (rel.right, "right")
    both_ways = rel.op == "=" or direction == 0 or not is_nonnegative(side, nonneg)
    for mark in "-+" if both_ways else "-" if lower or direction > 0 else "+":
        scaled = replace(rel, **{shrinking: _scaled(side, SCALES[mark])})
        yield f"scale{mark}", shrinking, context.put(scaled)


def _scaled(term: Term, factor: Term) -> Term:
    return Mul(term, factor)


def _drops(node: Any) -> Iterator[tuple[str, Term]]:
    """Dropped part as text, and what remains. Of a chain `a + b + c` each link is met at its own node."""
    match node:
        case Add(left, right) | Sub(left, right):
            yield _name(right), left
            if not isinstance(left, Add | Sub):
                yield _name(left), right if isinstance(node, Add) else Neg(right)
        case Mul(left, right):
            yield _name(right), left
            if not isinstance(left, Mul | Div):
                yield _name(left), right
        case Div(left, right):
            yield f"/ {_name(right)}", left
            if left != Lit(1, Real()):
                yield _name(left), Div(Lit(1, Real()), right)
        case Pow(base, exponent):
            yield f"^ {_name(exponent)}", base
        case Neg(operand):
            yield "-", operand
        case Abs(operand):
            yield "|·|", operand
        case Transpose(operand):
            yield "ᵀ", operand
        case _:
            return


def _transposes(context: Context) -> Iterator[tuple[str, Term]]:
    node = context.node
    if isinstance(node, MatMul):
        yield _name(node), MatMul(node.right, node.left)
    if isinstance(context.parent, Transpose) or not isinstance(node, Var | MatMul | Add | Sub):
        return
    if isinstance(sort_of(node), Matrix) and not _is_symmetric(node):
        yield _name(node), Transpose(node)


def _is_symmetric(matrix: Term) -> bool:
    """Whether the shape shows that a matrix is its own transpose."""
    match matrix:
        case MatMul(Transpose(left), right) | MatMul(left, Transpose(right)):
            return left == right
        case Add(left, right) | Sub(left, right):
            return _is_symmetric(left) and _is_symmetric(right)
        case _:
            return False


def _name(term: Term) -> str:
    """A term as it looks in an id: a numeral without its type, anything compound in parentheses."""
    if isinstance(term, Lit):
        return str(term.value)
    text = print_term(term)
    return f"({text})" if isinstance(term, Add | Sub | Mul | Div | Neg | MatMul) else text


def _swaps(statement: Statement, place: str, prop: Prop) -> Iterator[tuple[str, Prop]]:
    """Two variables exchanged. In a hypothesis both must occur: else it would merely speak of another
    variable."""
    occurring = free_variables(prop)
    for a, b in combinations(statement.binders, 2):
        present = len({a.name, b.name} & occurring)
        if a.sort == b.sort and present >= (1 if place == CONCLUSION else 2):
            exchange = {a.name: Var(b.name, b.sort), b.name: Var(a.name, a.sort)}
            swapped: Any = substitute(prop, exchange)
            yield f"{a.name},{b.name}", swapped
