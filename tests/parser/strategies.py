"""Hypothesis strategies for well-typed statements, over a fixed set of binders that has every sort.

Strategies are cached by their arguments: built anew at every level they would be exponentially many.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from hypothesis import strategies as st

from pybridge.ir import nodes as n
from pybridge.ir import substitute

E, F = n.Vec("E"), n.Vec("F")
REAL, NAT, MAP = n.Real(), n.Nat(), n.Map("E", "F")
SPACES = (
    n.Space("E", ("NormedAddCommGroup", "InnerProductSpace")),
    n.Space("F", ("NormedAddCommGroup", "NormedSpace")),
    n.Space("k", ("Fintype", "DecidableEq")),
    n.Space("l", ("Fintype", "DecidableEq")),
)
INDEX_TYPES = ("k", "l")
MATRICES = tuple(n.Matrix(rows, columns) for rows in INDEX_TYPES for columns in INDEX_TYPES)
EUCLIDEAN = tuple(n.Vec(n.euclidean(index)) for index in INDEX_TYPES)
BINDERS: dict[str, n.Sort] = {
    **dict.fromkeys(("f", "g"), MAP),
    **dict.fromkeys(("x", "h'"), E),
    "y": F,
    **dict.fromkeys(("a", "δ₁", "cosθ"), REAL),
    **dict.fromkeys(("m", "n"), NAT),
    "ε": n.Seq(REAL),
    "u": n.Seq(E),
    "φ": n.Function("E", "F"),
    **dict.fromkeys(("W", "S"), n.Matrix("k", "l")),
    "B": n.Matrix("l", "k"),
    "v": n.Vec(n.euclidean("l")),
    "w": n.Vec(n.euclidean("k")),
    "p": n.Member("k"),
    "q": n.Member("l"),
}
INDICES = ("i", "j", "t")
# bound variables in scope, each with its sort
Bound = tuple[tuple[str, n.Sort], ...]


def _variables(sort: n.Sort, bound: Bound) -> list[st.SearchStrategy[n.Term]]:
    """A strategy for the variables of a sort, or none."""
    names = [name for name, found in (*BINDERS.items(), *bound) if found == sort]
    return [st.sampled_from(names).map(lambda name: n.Var(name, sort))] if names else []


def _literals(sort: n.Sort) -> list[st.SearchStrategy[n.Term]]:
    if isinstance(sort, n.Seq | n.Function | n.Member):
        return []
    largest = 12 if isinstance(sort, n.Real | n.Nat) else 0
    return [st.integers(0, largest).map(lambda value: n.Lit(value, sort))]


@functools.cache
def terms(sort: n.Sort, depth: int, bound: Bound = ()) -> st.SearchStrategy[n.Term]:
    """Terms of a sort with at most `depth` levels."""
    leaves = [*_variables(sort, bound), *_literals(sort)]
    if depth == 0 or isinstance(sort, n.Seq | n.Function | n.Member):
        return st.one_of(leaves)

    def below(of: n.Sort) -> st.SearchStrategy[n.Term]:
        return terms(of, depth - 1, bound)

    same = below(sort)
    options = [*leaves, st.builds(n.Add, same, same), st.builds(n.Sub, same, same)]
    if sort != NAT:
        options.append(st.builds(n.Neg, same))
    if isinstance(sort, n.Real | n.Nat):
        options += [st.builds(n.Mul, same, same), st.builds(n.Pow, same, below(NAT))]
    match sort:
        case n.Real():
            options += _real_options(depth, bound)
        case n.Vec("E"):
            options.append(st.builds(n.Index, below(n.Seq(E)), below(NAT)))
        case n.Vec("F"):
            options.append(st.builds(n.Apply, below(MAP), below(E)))
            options.append(st.builds(n.Apply, below(n.Function("E", "F")), below(E)))
        case n.Matrix(rows, columns):
            options.append(st.builds(n.Transpose, below(n.Matrix(columns, rows))))
            for middle in INDEX_TYPES:
                left, right = n.Matrix(rows, middle), n.Matrix(middle, columns)
                options.append(st.builds(n.MatMul, below(left), below(right)))
        case n.Vec(space) if rows := n.index_of(space):
            for columns in INDEX_TYPES:
                source = n.euclidean(columns)
                options.append(st.builds(n.Apply, below(n.Map(source, space)), below(n.Vec(source))))
        case n.Map(domain, codomain) if (columns := n.index_of(domain)) and (rows := n.index_of(codomain)):
            options.append(st.builds(n.LinMap, below(n.Matrix(rows, columns))))
    return st.one_of(options)


def _real_options(depth: int, bound: Bound) -> list[st.SearchStrategy[n.Term]]:
    def below(*sorts: n.Sort) -> st.SearchStrategy[n.Term]:
        return st.one_of([terms(sort, depth - 1, bound) for sort in sorts])

    euclidean_map = n.Map(n.euclidean("l"), n.euclidean("k"))
    options = [
        st.builds(n.Div, below(REAL), below(REAL)),
        st.builds(n.Cast, below(NAT)),
        st.builds(n.Abs, below(REAL)),
        st.builds(n.Sqrt, below(REAL)),
        st.builds(n.VecNorm, below(E, F, *EUCLIDEAN)),
        st.builds(n.MapNorm, below(MAP, euclidean_map)),
        st.builds(n.MatrixNorm, below(*MATRICES)),
        st.builds(n.Inner, below(E), below(E)),
        st.builds(n.Inner, below(EUCLIDEAN[0]), below(EUCLIDEAN[0])),
        st.builds(n.Index, below(n.Seq(REAL)), below(NAT)),
    ]
    for matrix in MATRICES:
        row, column = n.Member(matrix.rows), n.Member(matrix.columns)
        options.append(st.builds(n.Entry, below(matrix), below(row), below(column)))
    for index, vector in zip(INDEX_TYPES, EUCLIDEAN, strict=True):
        options.append(st.builds(n.Component, below(vector), below(n.Member(index))))
    if len(bound) < len(INDICES):
        options += [
            st.builds(made, st.just(name), over, terms(REAL, depth - 1, inner))
            for name, over, inner in bindings(depth - 1, bound)
            for made in (n.Sum, n.Product)
        ]
    return options


def bindings(depth: int, bound: Bound) -> Iterator[tuple[str, st.SearchStrategy[n.IndexSet], Bound]]:
    """Ways to bind the next variable: its name, its index sets, and what is bound within."""
    name = INDICES[len(bound)]
    yield name, index_sets(depth, bound), (*bound, (name, NAT))
    for index in INDEX_TYPES:
        yield name, st.just(n.All(index)), (*bound, (name, n.Member(index)))


@functools.cache
def index_sets(depth: int, bound: Bound) -> st.SearchStrategy[n.IndexSet]:
    end = terms(NAT, depth, bound)
    return st.one_of(st.builds(n.Range, end), st.builds(n.Ico, end, end))


@st.composite
def relations(draw: st.DrawFn, depth: int = 2, bound: Bound = ()) -> n.Rel:
    sort = draw(st.sampled_from((REAL, REAL, REAL, NAT, E, F, MAP, *MATRICES[:2], EUCLIDEAN[0])))
    ordered = isinstance(sort, n.Real | n.Nat)
    op = draw(st.sampled_from(("≤", "<", "=", "≠") if ordered else ("=", "≠")))
    side = terms(sort, depth, bound)
    return n.Rel(op, draw(side), draw(side))


@functools.cache
def props(depth: int = 2, bound: Bound = ()) -> st.SearchStrategy[n.Prop]:
    """Propositions nested in any way."""
    if depth == 0:
        return relations(2, bound)
    part = props(depth - 1, bound)
    options: list[st.SearchStrategy[n.Prop]] = [
        relations(2, bound),
        st.builds(n.And, part, part),
        st.builds(n.Iff, part, part),
    ]
    if len(bound) < len(INDICES):
        options += [
            st.builds(n.Forall, st.just(name), over, props(depth - 1, inner))
            for name, over, inner in bindings(1, bound)
        ]
    return st.one_of(options)


def plain_props() -> st.SearchStrategy[n.Prop]:
    """Propositions that need no parentheses around a part, which the specified grammar does not have."""
    quantified = st.one_of(
        [
            st.builds(n.Forall, st.just(name), over, relations(2, inner))
            for name, over, inner in bindings(1, ())
        ]
    )
    return st.one_of(
        relations(3),
        quantified,
        st.builds(n.And, relations(), st.one_of(relations(), quantified)),
        st.builds(n.Iff, relations(), st.one_of(relations(), quantified)),
    )


@st.composite
def statements(draw: st.DrawFn, conclusions: st.SearchStrategy[n.Prop] | None = None) -> n.Statement:
    shape = props() if conclusions is None else conclusions
    assumed = draw(st.lists(shape, max_size=3))
    hypotheses = [n.Hypothesis(f"h{number}", prop) for number, prop in enumerate(assumed)]
    if draw(st.booleans()):
        value = substitute(draw(terms(REAL, 2)), {"a": n.Var("cosθ", REAL)})
        prop = n.Rel("=", n.Var("a", REAL), value)
        hypotheses.append(n.Hypothesis("ha", prop, "a"))
    names = [*BINDERS, *(h.name for h in hypotheses)]
    return n.Statement(
        name="generated",
        namespace="",
        file="<string>",
        line=1,
        doc=n.Docstring(),
        spaces=SPACES,
        binders=tuple(n.Binder(name, sort) for name, sort in BINDERS.items()),
        hypotheses=tuple(hypotheses),
        conclusion=draw(shape),
        binder_order=tuple(names),
    )
