"""Vectors: kept away from zero, or kept within a ball."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.roles.model import Definition, Draft, Drawn, Goal, Option, candidates, placeholder
from pybridge.codegen.solve import isolate, total
from pybridge.ir import sort_of, walk
from pybridge.ir.nodes import Lit, Real, Rel, Term, Var, Vec, VecNorm


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
                        (binder.name, Definition(found.value, draw, facts)),
                    )


def norm_ball(goal: Goal, draft: Draft) -> Iterator[Option]:
    """`‖x‖ ≤ r`: x is drawn of norm at most r, often r itself, often along a vector whose norm is in r."""
    match goal.prop:
        case Rel("≤", VecNorm(inside), radius):
            sort = sort_of(inside)
            hole = placeholder(sort)
            along = next((along for along in _measured_vectors(radius) if sort_of(along) == sort), None)
            draw = Drawn("vector_within", (sort.space, radius), along)  # type: ignore[union-attr]
            for binder in candidates(draft, inside):
                found = isolate(binder.name, inside, hole)
                if found and draft.is_open(binder.name):
                    value = Definition(found.value, ((hole.name, draw),))
                    radius_nonneg = Rel("≤", Lit(0, Real()), radius)
                    yield Option(
                        f"draws {binder.name} within the ball", (binder.name, value), goals=(radius_nonneg,)
                    )


def _measured_vectors(radius: Term) -> Iterator[Term]:
    yield from (node.operand for node in walk(radius) if isinstance(node, VecNorm))
