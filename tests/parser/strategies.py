"""Hypothesis strategies for well-typed statements, over a fixed set of binders that has every sort.

Strategies are cached by their arguments: built anew at every level they would be exponentially many.
"""

from __future__ import annotations

import functools

from hypothesis import strategies as st

from pybridge.ir import nodes as n
from pybridge.ir import substitute

E, F = n.Vec("E"), n.Vec("F")
REAL, NAT, MAP = n.Real(), n.Nat(), n.Map("E", "F")
SPACES = (
    n.Space("E", ("NormedAddCommGroup", "InnerProductSpace")),
    n.Space("F", ("NormedAddCommGroup", "NormedSpace")),
)
BINDERS: dict[str, n.Sort] = {
    **dict.fromkeys(("f", "g"), MAP),
    **dict.fromkeys(("x", "h'"), E),
    "y": F,
    **dict.fromkeys(("a", "δ₁", "cosθ"), REAL),
    **dict.fromkeys(("m", "n"), NAT),
    "ε": n.Seq(REAL),
    "u": n.Seq(E),
}
INDICES = ("i", "j", "k")


def _variable(sort: n.Sort, indices: tuple[str, ...]) -> st.SearchStrategy[n.Term]:
    names = [name for name, found in BINDERS.items() if found == sort]
    return st.sampled_from([*names, *(indices if sort == NAT else ())]).map(lambda name: n.Var(name, sort))


def _literal(sort: n.Sort) -> st.SearchStrategy[n.Term]:
    largest = 12 if isinstance(sort, n.Real | n.Nat) else 0
    return st.integers(0, largest).map(lambda value: n.Lit(value, sort))


@functools.cache
def terms(sort: n.Sort, depth: int, indices: tuple[str, ...] = ()) -> st.SearchStrategy[n.Term]:
    """Terms of a sort with at most `depth` levels; `indices` are the bound variables in scope."""
    leaves = [_variable(sort, indices)]
    if not isinstance(sort, n.Seq):
        leaves.append(_literal(sort))
    if depth == 0 or isinstance(sort, n.Seq):
        return st.one_of(leaves[:1] if isinstance(sort, n.Seq) else leaves)

    def below(of: n.Sort) -> st.SearchStrategy[n.Term]:
        return terms(of, depth - 1, indices)

    same = below(sort)
    options = [*leaves, st.builds(n.Add, same, same), st.builds(n.Sub, same, same)]
    if sort != NAT:
        options.append(st.builds(n.Neg, same))
    if isinstance(sort, n.Real | n.Nat):
        options += [st.builds(n.Mul, same, same), st.builds(n.Pow, same, below(NAT))]
    if sort == REAL:
        options += _real_options(depth, indices)
    if sort == E:
        options.append(st.builds(n.Index, _variable(n.Seq(E), indices), below(NAT)))
    if sort == F:
        options.append(st.builds(n.Apply, below(MAP), below(E)))
    return st.one_of(options)


def _real_options(depth: int, indices: tuple[str, ...]) -> list[st.SearchStrategy[n.Term]]:
    def below(of: n.Sort) -> st.SearchStrategy[n.Term]:
        return terms(of, depth - 1, indices)

    options = [
        st.builds(n.Div, below(REAL), below(REAL)),
        st.builds(n.Cast, below(NAT)),
        st.builds(n.Abs, below(REAL)),
        st.builds(n.Sqrt, below(REAL)),
        st.builds(n.VecNorm, st.one_of(below(E), below(F))),
        st.builds(n.MapNorm, below(MAP)),
        st.builds(n.Inner, below(E), below(E)),
        st.builds(n.Index, _variable(n.Seq(REAL), indices), below(NAT)),
    ]
    if len(indices) < len(INDICES):
        index = INDICES[len(indices)]
        body = terms(REAL, depth - 1, (*indices, index))
        for made in (n.Sum, n.Product):
            options.append(st.builds(made, st.just(index), index_sets(depth - 1, indices), body))
    return options


@functools.cache
def index_sets(depth: int, indices: tuple[str, ...]) -> st.SearchStrategy[n.IndexSet]:
    end = terms(NAT, depth, indices)
    return st.one_of(st.builds(n.Range, end), st.builds(n.Ico, end, end))


@st.composite
def relations(draw: st.DrawFn, depth: int = 2, indices: tuple[str, ...] = ()) -> n.Rel:
    sort = draw(st.sampled_from((REAL, REAL, NAT, E, F, MAP)))
    ordered = isinstance(sort, n.Real | n.Nat)
    op = draw(st.sampled_from(("≤", "<", "=", "≠") if ordered else ("=", "≠")))
    side = terms(sort, depth, indices)
    return n.Rel(op, draw(side), draw(side))


@functools.cache
def props(depth: int = 2, indices: tuple[str, ...] = ()) -> st.SearchStrategy[n.Prop]:
    """Propositions nested in any way."""
    if depth == 0:
        return relations(2, indices)
    part = props(depth - 1, indices)
    options: list[st.SearchStrategy[n.Prop]] = [
        relations(2, indices),
        st.builds(n.And, part, part),
        st.builds(n.Iff, part, part),
    ]
    if len(indices) < len(INDICES):
        index = INDICES[len(indices)]
        body = props(depth - 1, (*indices, index))
        options.append(st.builds(n.Forall, st.just(index), index_sets(1, indices), body))
    return st.one_of(options)


def plain_props() -> st.SearchStrategy[n.Prop]:
    """Propositions that need no parentheses around a part, which the specified grammar does not have."""
    quantified = st.builds(n.Forall, st.just("i"), index_sets(1, ()), relations(2, ("i",)))
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
