"""Typing rules: the sort of a term, and whether a whole statement fits together.

The reader has its own, positioned messages for what a person wrote; these rules hold the IR itself to
account, however it was made (read, loaded from JSON, mutated).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, assert_never

from pybridge.errors import TypingError
from pybridge.ir import nodes as n
from pybridge.ir.classes import (
    CLASSES,
    class_binder,
    class_refusal,
    has_norm,
    has_scalars,
    space_named,
)
from pybridge.ir.printer import print_prop, print_term
from pybridge.ir.traverse import BINDING_TYPES, children, free_variables, walk

REAL, NAT = n.Real(), n.Nat()
RELATIONS = ("≤", "<", "=", "≠")
ADDITIVE = (n.Real, n.Nat, n.Vec, n.Map, n.Matrix)


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
        case n.Function(domain, codomain):
            return f"a function from {domain} to {codomain}"
        case n.Matrix(rows, columns):
            return f"a matrix with rows {rows} and columns {columns}"
        case n.Member(index):
            return f"an element of {index}"
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
            return _one_sort(term, left, right, ADDITIVE)
        case n.Mul(left, right):
            return _one_sort(term, left, right, (n.Real, n.Nat))
        case n.Div(left, right):
            return _one_sort(term, left, right, (n.Real,))
        case n.Neg(operand):
            return _operand(term, operand, (n.Real, n.Vec, n.Map, n.Matrix))
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
        case n.Entry(matrix, row, column):
            found = _matrix(term, matrix)
            _index(term, row, found.rows)
            _index(term, column, found.columns)
            return REAL
        case n.Component(vector, index):
            return _component(term, vector, index)
        case n.MatMul(left, right):
            return _matrix_product(term, left, right)
        case n.Transpose(operand):
            found = _matrix(term, operand)
            return n.Matrix(found.columns, found.rows)
        case n.LinMap(operand):
            return map_of(_matrix(term, operand))
        case n.VecNorm(operand):
            _operand(term, operand, (n.Vec,))
            return REAL
        case n.MapNorm(operand):
            _operand(term, operand, (n.Map,))
            return REAL
        case n.MatrixNorm(operand):
            _matrix(term, operand)
            return REAL
        case n.Abs(operand) | n.Sqrt(operand):
            return _operand(term, operand, (n.Real,))
        case n.Inner(left, right):
            _one_sort(term, left, right, (n.Vec,))
            return REAL
        case n.Sum(variable, over, body) | n.Product(variable, over, body):
            _index_set(over)
            _bound_as(n.element_sort(over), variable, body)
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
            _one_sort(prop, left, right, (n.Real, n.Nat) if ordered else ADDITIVE)
        case n.Iff(left, right) | n.And(left, right):
            check_prop(left)
            check_prop(right)
        case n.Forall(variable, over, body):
            _index_set(over)
            _bound_as(n.element_sort(over), variable, body)
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


def takes_numeral(sort: n.Sort, value: int) -> bool:
    """Numbers take any numeral, what can be added takes `0`, all else takes none."""
    return isinstance(sort, n.Real | n.Nat) or (isinstance(sort, ADDITIVE) and value == 0)


def map_of(sort: n.Matrix) -> n.Map:
    """The sort of `linMap W` for a matrix of this sort: columns to rows."""
    return n.Map(n.euclidean(sort.columns), n.euclidean(sort.rows))


def _literal(term: n.Term, value: int, sort: n.Sort) -> n.Sort:
    if value < 0:
        _fail(term, "a numeral is not negative")
    if not takes_numeral(sort, value):
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
    sort = _operand(term, function, (n.Map, n.Function))
    assert isinstance(sort, n.Map | n.Function)
    if sort_of(argument) != n.Vec(sort.domain):
        _fail(
            term, f"{describe(sort)} takes a vector of {sort.domain}, and got {describe(sort_of(argument))}"
        )
    return n.Vec(sort.codomain)


def _matrix(term: n.Term, operand: n.Term) -> n.Matrix:
    sort = _operand(term, operand, (n.Matrix,))
    assert isinstance(sort, n.Matrix)
    return sort


def _matrix_product(term: n.Term, left: n.Term, right: n.Term) -> n.Matrix:
    first, second = _matrix(term, left), _matrix(term, right)
    if first.columns != second.rows:
        _fail(term, f"columns {first.columns} meet rows {second.rows}")
    return n.Matrix(first.rows, second.columns)


def _component(term: n.Term, vector: n.Term, index: n.Term) -> n.Real:
    sort = _operand(term, vector, (n.Vec,))
    assert isinstance(sort, n.Vec)
    over = n.index_of(sort.space)
    if over is None:
        _fail(term, f"a vector of {sort.space} has no components")
    _index(term, index, over)
    return REAL


def _index(term: n.Term, index: n.Term, over: str) -> None:
    if sort_of(index) != n.Member(over):
        _fail(
            term, f"`{print_term(index)}` is {describe(sort_of(index))}, and an element of {over} is needed"
        )


def _index_set(over: n.IndexSet) -> None:
    for end in children(over):
        assert isinstance(end, n.Term)
        if sort_of(end) != NAT:
            raise TypingError(f"the end `{print_term(end)}` of an index set is not a natural number")


def _bound_as(sort: n.Sort, variable: str, body: n.Term | n.Prop) -> None:
    for node in walk(body):
        if isinstance(node, n.Var) and node.name == variable and node.sort != sort:
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
                if not has_scalars(_need_norm(spaces, space, where)):
                    raise TypingError(
                        f"{where}: a linear map needs a normed space over ℝ, and {space} is none"
                    )
        case n.Function(domain, codomain):
            _need_norm(spaces, domain, where)
            _need_norm(spaces, codomain, where)
        case n.Matrix(rows, columns):
            _need_index(spaces, rows, where)
            _need_index(spaces, columns, where)
        case n.Member(index):
            _need_index(spaces, index, where)
        case n.Seq(element):
            _check_sort(element, spaces, where)
        case _:
            assert_never(sort)


def _need_norm(spaces: Mapping[str, n.Space], name: str, where: str) -> n.Space:
    space = space_named(name, spaces)
    if space is None:
        raise TypingError(f"{where}: `{name}` is not a space of this statement")
    if not has_norm(space):
        raise TypingError(f"{where}: the space {name} has no norm")
    return space


def _need_index(spaces: Mapping[str, n.Space], name: str, where: str) -> n.Space:
    if name not in spaces or not spaces[name].is_index:
        raise TypingError(f"{where}: `{name}` is not a finite index type of this statement")
    return spaces[name]


def _check_in_context(
    prop: n.Prop, where: str, sorts: Mapping[str, n.Sort], spaces: Mapping[str, n.Space]
) -> None:
    check_prop(prop)
    _check_variables(prop, where, dict(sorts))
    for node in walk(prop):
        match node:
            case n.Lit(_, sort):
                _check_sort(sort, spaces, where)
            case n.Inner(left, _):
                sort = sort_of(left)
                assert isinstance(sort, n.Vec)
                if not _need_norm(spaces, sort.space, where).has_inner:
                    raise TypingError(f"{where}: the space {sort.space} has no inner product")
            case n.LinMap(operand) | n.MatrixNorm(operand):
                columns = _matrix(node, operand).columns
                if "DecidableEq" not in _need_index(spaces, columns, where).classes:
                    raise TypingError(f"{where}: `{print_term(node)}` needs `[DecidableEq {columns}]`")
            case n.Sum(_, n.All(index), _) | n.Product(_, n.All(index), _) | n.Forall(_, n.All(index), _):
                _need_index(spaces, index, where)


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
        inner = sorts | {node.variable: n.element_sort(node.over)}
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
