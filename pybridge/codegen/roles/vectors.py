"""Vectors: kept away from zero, or kept within a ball."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import Definition, Draft, Drawn, Goal, Option, candidates, placeholder
from pybridge.codegen.solve import isolate, rewritten, total
from pybridge.ir import free_variables, sort_of, walk
from pybridge.ir.nodes import Add, Inner, Lit, Real, Rel, Sort, Term, Var, Vec, VecNorm


def nonzero_vector(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`x ≠ y` of vectors: the difference is drawn nonzero and the equation solved for one of them."""
    match goal.prop:
        case Rel("≠", Var(name), right) if draft.knows(name, "nonzero") and right == Lit(0, sort_of(right)):
            yield Option(f"{name} is drawn nonzero")
        case Rel("≠", left, right) if isinstance(sort_of(left), Vec):
            sort = sort_of(left)
            hole = placeholder(sort)
            draw = ((hole.name, Drawn("nonzero_vector", (sort.space,))),)  # type: ignore[union-attr]
            for binder in candidates(draft, left):
                found = isolate(binder.name, left, total(right, hole))
                if found and draft.is_open(binder.name):
                    facts = ("nonzero",) if found.value == hole else ()
                    yield Option(
                        f"draws {binder.name} so that it holds",
                        {binder.name: Definition(found.value, draw, facts)},
                    )


def norm_ball(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`‖x‖ ≤ r`: x is drawn of norm at most r, often r itself, often along a vector whose norm is in r.

    The norm may stand under `+` and positive factors: `2 * ‖x‖ + s ≤ r` says `‖x‖ ≤ (r - s) / 2`.
    """
    match goal.prop:
        case Rel("≤" | "<" as op, left, right):
            for norm in [node for node in walk(left) if isinstance(node, VecNorm)]:
                whole = Var("‹norm›", Real())
                found = isolate(whole.name, rewritten(left, norm, whole), right)
                if found and found.sign > 0:
                    yield from _within(draft, norm.operand, op, found.value)


def _within(draft: Draft, inside: Term, op: str, radius: Term) -> Iterator[Option]:
    sort = sort_of(inside)
    hole, less = placeholder(sort), placeholder(Real(), 1)
    shrunk = ((less.name, Drawn("below", (radius,))),) if op == "<" else ()
    for binder in candidates(draft, inside):
        found = isolate(binder.name, inside, hole)
        if not found or not draft.is_open(binder.name):
            continue
        along = next(
            (v for v in _measured_vectors(radius, sort) if binder.name not in free_variables(v)), None
        )
        keywords = (("along", along),) if along is not None else ()
        draw = Drawn("vector_within", (sort.space, less if shrunk else radius), keywords=keywords)  # type: ignore[union-attr]
        value = Definition(found.value, (*shrunk, (hole.name, draw)))
        yield Option(
            f"draws {binder.name} within the ball",
            {binder.name: value},
            goals=(Rel(op, Lit(0, Real()), radius),),
        )


def _measured_vectors(radius: Term, sort: Sort) -> Iterator[Term]:
    norms = (node.operand for node in walk(radius) if isinstance(node, VecNorm))
    yield from (vector for vector in norms if sort_of(vector) == sort)


def acute(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`0 < inner x y` with y free: y is drawn nearer to x than 0 is, and x is not zero."""
    match goal.prop:
        case Rel("≤" | "<", Lit(0), Inner(x, Var(name, Vec(space)))) if draft.is_open(name):
            if name in free_variables(x):
                return
            length, step = placeholder(Real(), 0), placeholder(Vec(space), 1)
            draws = (
                (length.name, Drawn("below", (VecNorm(x),))),
                (step.name, Drawn("vector_within", (space, length))),
            )
            value = Definition(Add(x, step), draws, ("nonzero",))
            yield Option(
                f"draws {name} near the other vector",
                {name: value},
                goals=(Rel("≠", x, Lit(0, Vec(space))),),
            )
