"""What kind of thing a variable is, in words: `real numbers`, `continuous linear maps`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import assert_never

from pybridge.ir import nodes as n
from pybridge.ir.latex import latex_space
from pybridge.ir.latex_names import latex_name
from pybridge.pages.markdown import listed, math


def let(spaces: Sequence[n.Space], binders: Sequence[n.Binder]) -> str:
    """`Let E and F be real normed spaces, x and y vectors of E, and δ a real number.`"""
    parts = [(names(group), _kind_of_space(group[0], len(group))) for group in _spaces_alike(spaces)]
    linear = frozenset(
        space.name for space in spaces if {"NormedSpace", "InnerProductSpace"} & {*space.classes}
    )
    parts += [_binders(group, linear) for group in _sorts_alike(binders)]
    if not parts:
        return ""
    (subject, kind), *others = parts
    clauses = [f"{subject} be {kind}", *(f"{subject} {kind}" for subject, kind in others)]
    if len(clauses) > 2:
        return f"Let {', '.join(clauses[:-1])}, and {clauses[-1]}."
    return f"Let {' and '.join(clauses)}."


def names(items: Sequence[n.Space]) -> str:
    return listed([math(latex_name(item.name)) for item in items])


def _spaces_alike(spaces: Sequence[n.Space]) -> list[list[n.Space]]:
    groups: dict[str, list[n.Space]] = {}
    for space in spaces:
        groups.setdefault(_kind_of_space(space, 1), []).append(space)
    return list(groups.values())


def _kind_of_space(space: n.Space, count: int) -> str:
    if space.is_index:
        one, many = "a finite set", "finite sets"
    elif space.has_inner:
        one, many = "a real inner product space", "real inner product spaces"
    elif "NormedSpace" in space.classes:
        one, many = "a real normed space", "real normed spaces"
    else:
        one, many = "a normed group", "normed groups"
    return one if count == 1 else many


def _sorts_alike(binders: Sequence[n.Binder]) -> list[list[n.Binder]]:
    groups: dict[n.Sort, list[n.Binder]] = {}
    for binder in binders:
        groups.setdefault(binder.sort, []).append(binder)
    return list(groups.values())


def _binders(group: Sequence[n.Binder], linear: Collection[str]) -> tuple[str, str]:
    """The variables of one sort and what they are; only a linear space has vectors."""
    found = [latex_name(binder.name) for binder in group]
    sort = group[0].sort
    if isinstance(sort, n.Map | n.Function):
        arrow = rf" \colon {latex_space(sort.domain)} \to {latex_space(sort.codomain)}"
        return math(", ".join(found) + arrow), kind_of_sort(sort, len(group), linear)
    return listed([math(name) for name in found]), kind_of_sort(sort, len(group), linear)


def kind_of_sort(sort: n.Sort, count: int, linear: Collection[str]) -> str:
    match sort:
        case n.Real():
            one, many = "a real number", "real numbers"
        case n.Nat():
            one, many = "a natural number", "natural numbers"
        case n.Vec(space):
            one, many = _members(space, linear)
            one = f"{'an' if one[0] == 'e' else 'a'} {one}"
        case n.Map():
            one, many = "a continuous linear map", "continuous linear maps"
        case n.Function():
            one, many = "any function", "any functions"
        case n.Matrix(rows, columns):
            size = math(rf"{latex_name(rows)} \times {latex_name(columns)}")
            one, many = f"a real {size} matrix", f"real {size} matrices"
        case n.Member(index):
            one, many = f"an element of {math(latex_name(index))}", f"elements of {math(latex_name(index))}"
        case n.Seq(element):
            inside = kind_of_sort(element, 2, linear)
            one, many = f"a sequence of {inside}", f"sequences of {inside}"
        case _:
            assert_never(sort)
    return one if count == 1 else many


def _members(space: str, linear: Collection[str]) -> tuple[str, str]:
    """One and many of a space, without an article."""
    noun = "vector" if space in linear or n.index_of(space) is not None else "element"
    return f"{noun} of {math(latex_space(space))}", f"{noun}s of {math(latex_space(space))}"
