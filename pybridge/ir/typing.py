"""Typing rules: the sort of a term, and whether a whole statement fits together.

The reader has its own, positioned messages for what a person wrote; these rules hold the IR itself to
account, however it was made (read, loaded from JSON, mutated).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, assert_never

from pybridge.errors import TypingError
from pybridge.ir import nodes as n
from pybridge.ir.classes import CLASSES, class_binder, class_refusal, has_norm, has_scalars
from pybridge.ir.printer import print_prop, print_term
from pybridge.ir.traverse import BINDING_TYPES, children, free_variables, walk

REAL, NAT = n.Real(), n.Nat()
RELATIONS = ("≤", "<", "=", "≠")


def describe(sort: n.Sort) -> str:
    """A sort in words, for messages: `a vector of E`."""
    match sort:
        case n.Real():
            return "a real number"
        case n.Nat():
            return "a natural number"
        case n.Vec(space):
            return f"a vector of {space}"
        case n.Map(domain, codomain):
            return f"a continuous linear map from {domain} to {codomain}"
        case n.Seq(element):
            members = f"vectors of {element.space}" if isinstance(element, n.Vec) else "reals"
            return f"a sequence of {members}"
        case _:
            assert_never(sort)


def sort_of(term: n.Term) -> n.Sort:
    """The sort of a term whose variables carry theirs.

    Raises:
        TypingError: naming the smallest part that does not fit.
    """
    match term:
        case n.Var(_, sort):
            return sort
        case n.Lit(value, sort):
            return _literal(term, value, sort)
        case n.Add(left, right) | n.Sub(left, right):
            return _one_sort(term, left, right, (n.Real, n.Nat, n.Vec, n.Map))
        case n.Mul(left, right):
            return _one_sort(term, left, right, (n.Real, n.Nat))
        case n.Div(left, right):
            return _one_sort(term, left, right, (n.Real,))
        case n.Neg(operand):
            return _operand(term, operand, (n.Real, n.Vec, n.Map))
        case n.Pow(base, exponent):
            _operand(term, exponent, (n.Nat,))
            return _operand(term, base, (n.Real, n.Nat))
        case n.Cast(operand):
            _operand(term, operand, (n.Nat,))
            return REAL
        case n.Apply(function, argument):
            return _application(term, function, argument)
        case n.Index(sequence, index):
            _operand(term, index, (n.Nat,))
            found = _operand(term, sequence, (n.Seq,))
            assert isinstance(found, n.Seq)
            return found.element
        case n.VecNorm(operand):
            _operand(term, operand, (n.Vec,))
            return REAL
        case n.MapNorm(operand):
            _operand(term, operand, (n.Map,))
            return REAL
        case n.Abs(operand) | n.Sqrt(operand):
            return _operand(term, operand, (n.Real,))
        case n.Inner(left, right):
            _one_sort(term, left, right, (n.Vec,))
            return REAL
        case n.Sum(variable, over, body) | n.Product(variable, over, body):
            _index_set(over)
            _bound_as_nat(variable, body)
            return _operand(term, body, (n.Real,))
        case _:
            assert_never(term)


def check_prop(prop: n.Prop) -> None:
    """Raises TypingError for the first relation or quantifier whose parts do not fit."""
    match prop:
        case n.Rel(op, left, right):
            if op not in RELATIONS:
                raise TypingError(f"`{op}` is no relation; expected one of {', '.join(RELATIONS)}")
            ordered = op in ("≤", "<")
            _one_sort(prop, left, right, (n.Real, n.Nat) if ordered else (n.Real, n.Nat, n.Vec, n.Map))
        case n.Iff(left, right) | n.And(left, right):
            check_prop(left)
            check_prop(right)
        case n.Forall(variable, over, body):
            _index_set(over)
            _bound_as_nat(variable, body)
            check_prop(body)
        case _:
            assert_never(prop)


def check_statement(statement: n.Statement) -> None:
    """The whole statement: spaces carry what their use needs, names are unique and known, all sorts fit.

    Raises:
        TypingError: what does not fit, and in which binder, hypothesis or conclusion.
    """
    spaces = _spaces_by_name(statement)
    _check_names(statement)
    sorts = {binder.name: binder.sort for binder in statement.binders}
    for binder in statement.binders:
        _check_sort(binder.sort, spaces, binder.name)
    for hypothesis in statement.hypotheses:
        _check_in_context(hypothesis.prop, hypothesis.name, sorts, spaces)
        _check_definition(hypothesis, sorts)
    _check_in_context(statement.conclusion, "the conclusion", sorts, spaces)
    unknown = [name for name, _ in statement.doc.measures if name not in sorts]
    if unknown:
        raise TypingError(f"{statement.name}: `{unknown[0]}` is measured but is no binder")


def _fail(part: n.Term | n.Prop, reason: str) -> NoReturn:
    text = print_term(part) if isinstance(part, n.Term) else print_prop(part)
    raise TypingError(f"in `{text}`: {reason}")


def _literal(term: n.Term, value: int, sort: n.Sort) -> n.Sort:
    if value < 0:
        _fail(term, "a numeral is not negative")
    if isinstance(sort, n.Seq) or (isinstance(sort, n.Vec | n.Map) and value != 0):
        _fail(term, f"the numeral {value} cannot be {describe(sort)}")
    return sort


def _operand(term: n.Term, operand: n.Term, allowed: tuple[type, ...]) -> n.Sort:
    sort = sort_of(operand)
    if not isinstance(sort, allowed):
        _fail(term, f"`{print_term(operand)}` is {describe(sort)}, which does not go here")
    return sort


def _one_sort(part: n.Term | n.Prop, left: n.Term, right: n.Term, allowed: tuple[type, ...]) -> n.Sort:
    sort, other = sort_of(left), sort_of(right)
    if sort != other:
        _fail(part, f"the left side is {describe(sort)}, the right side {describe(other)}")
    if not isinstance(sort, allowed):
        _fail(part, f"both sides are {describe(sort)}, which does not go here")
    return sort


def _application(term: n.Term, function: n.Term, argument: n.Term) -> n.Sort:
    sort = _operand(term, function, (n.Map,))
    assert isinstance(sort, n.Map)
    if sort_of(argument) != n.Vec(sort.domain):
        _fail(term, f"the map takes a vector of {sort.domain}, and got {describe(sort_of(argument))}")
    return n.Vec(sort.codomain)


def _index_set(over: n.IndexSet) -> None:
    ends = (over.stop,) if isinstance(over, n.Range) else (over.start, over.stop)
    for end in ends:
        if sort_of(end) != NAT:
            raise TypingError(f"the end `{print_term(end)}` of an index set is not a natural number")


def _bound_as_nat(variable: str, body: n.Term | n.Prop) -> None:
    for node in walk(body):
        if isinstance(node, n.Var) and node.name == variable and node.sort != NAT:
            _fail(node, f"the index `{variable}` is used as {describe(node.sort)}")


# ---- whole statements ----------------------------------------------------------------------------
def _spaces_by_name(statement: n.Statement) -> dict[str, n.Space]:
    for space in statement.spaces:
        for position, name in enumerate(space.classes):
            if name not in CLASSES:
                raise TypingError(f"{statement.name}: unknown class {name} of the space {space.name}")
            refusal = class_refusal(name, space.classes[:position])
            if refusal:
                raise TypingError(f"{statement.name}: {class_binder(name, space.name)} {refusal}")
    return {space.name: space for space in statement.spaces}


def _check_names(statement: n.Statement) -> None:
    explicit = [b.name for b in statement.binders] + [h.name for h in statement.hypotheses]
    names = [space.name for space in statement.spaces] + explicit
    for name in names:
        if names.count(name) > 1:
            raise TypingError(f"{statement.name}: the name `{name}` is declared twice")
    if sorted(statement.binder_order) != sorted(explicit):
        raise TypingError(
            f"{statement.name}: binder_order does not list the binders and hypotheses once each"
        )


def _check_sort(sort: n.Sort, spaces: Mapping[str, n.Space], where: str) -> None:
    match sort:
        case n.Real() | n.Nat():
            return
        case n.Vec(space):
            _need_norm(spaces, space, where)
        case n.Map(domain, codomain):
            for space in (domain, codomain):
                _need_norm(spaces, space, where)
                if not has_scalars(spaces[space]):
                    raise TypingError(
                        f"{where}: a linear map needs a normed space over ℝ, and {space} is none"
                    )
        case n.Seq(element):
            _check_sort(element, spaces, where)
        case _:
            assert_never(sort)


def _need_norm(spaces: Mapping[str, n.Space], name: str, where: str) -> None:
    if name not in spaces:
        raise TypingError(f"{where}: `{name}` is not a space of this statement")
    if not has_norm(spaces[name]):
        raise TypingError(f"{where}: the space {name} has no norm")


def _check_in_context(
    prop: n.Prop, where: str, sorts: Mapping[str, n.Sort], spaces: Mapping[str, n.Space]
) -> None:
    check_prop(prop)
    _check_variables(prop, where, dict(sorts))
    for node in walk(prop):
        if isinstance(node, n.Lit):
            _check_sort(node.sort, spaces, where)
        elif isinstance(node, n.Inner):
            sort = sort_of(node.left)
            assert isinstance(sort, n.Vec)
            if not spaces[sort.space].has_inner:
                raise TypingError(f"{where}: the space {sort.space} has no inner product")


def _check_variables(node: n.Term | n.Prop, where: str, sorts: dict[str, n.Sort]) -> None:
    if isinstance(node, n.Var):
        if node.name not in sorts:
            raise TypingError(f"{where}: `{node.name}` is not declared")
        if sorts[node.name] != node.sort:
            raise TypingError(
                f"{where}: `{node.name}` is {describe(sorts[node.name])}, used as {describe(node.sort)}"
            )
    if isinstance(node, BINDING_TYPES):
        if node.variable in sorts:
            raise TypingError(f"{where}: the index `{node.variable}` hides another variable")
        inner = sorts | {node.variable: NAT}
        for child in children(node.over):
            _check_variables(child, where, sorts)
        _check_variables(node.body, where, inner)
        return
    for child in children(node):
        _check_variables(child, where, sorts)


def _check_definition(hypothesis: n.Hypothesis, sorts: Mapping[str, n.Sort]) -> None:
    if hypothesis.defines is None:
        return
    if definition_of(hypothesis.name, hypothesis.prop, sorts) != hypothesis.defines:
        raise TypingError(f"{hypothesis.name}: this does not define `{hypothesis.defines}`")


def definition_of(name: str, prop: n.Prop, sorts: Mapping[str, n.Sort]) -> str | None:
    """The variable that a hypothesis `h<var> : <var> = …` defines; None when it is an assumption.

    An equation with the variable on both sides defines nothing.
    """
    if isinstance(prop, n.Rel) and prop.op == "=" and isinstance(prop.left, n.Var):
        variable = prop.left.name
        if name == f"h{variable}" and variable in sorts and variable not in free_variables(prop.right):
            return variable
    return None
