"""The type classes a space or an index type may carry, and what each gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pybridge.ir.nodes import Space, index_of


@dataclass(frozen=True)
class SpaceClass:
    """`over_reals`: the class takes the scalars first, as in `[NormedSpace ℝ E]`.

    `of_index`: it makes an index type of the type variable, not a space.
    """

    name: str
    over_reals: bool
    needs: str | None
    of_index: bool = False


CLASSES: dict[str, SpaceClass] = {
    c.name: c
    for c in (
        SpaceClass("NormedAddCommGroup", over_reals=False, needs=None),
        SpaceClass("NormedSpace", over_reals=True, needs="NormedAddCommGroup"),
        SpaceClass("InnerProductSpace", over_reals=True, needs="NormedAddCommGroup"),
        SpaceClass("Fintype", over_reals=False, needs=None, of_index=True),
        SpaceClass("DecidableEq", over_reals=False, needs="Fintype", of_index=True),
    )
}


def space_named(name: str, declared: Mapping[str, Space]) -> Space | None:
    """The space of a name, `ℝ^n` included once `n` is an index type; None when there is no such space."""
    index = index_of(name)
    if index is None:
        return declared.get(name)
    known = declared.get(index)
    return Space(name, ("NormedAddCommGroup", "InnerProductSpace")) if known and known.is_index else None


def has_norm(space: Space) -> bool:
    return "NormedAddCommGroup" in space.classes


def has_scalars(space: Space) -> bool:
    """Whether ℝ acts on the space, so that continuous linear maps from and to it make sense."""
    return "NormedSpace" in space.classes or space.has_inner


def class_refusal(name: str, earlier: tuple[str, ...]) -> str | None:
    """Why a class may not follow the `earlier` ones of a space; None when it may.

    Lean accepts `NormedSpace` beside `InnerProductSpace`, but as two structures that need not agree.
    """
    needed = CLASSES[name].needs
    if needed and needed not in earlier:
        return f"comes before its `{needed}`"
    if name in earlier:
        return "stands twice"
    if any(CLASSES[other].of_index != CLASSES[name].of_index for other in earlier):
        return "makes a space of an index type, or the other way round"
    if CLASSES[name].over_reals and any(CLASSES[other].over_reals for other in earlier):
        return "is a second structure of the same kind"
    return None


def class_binder(name: str, space: str) -> str:
    """`[NormedSpace ℝ E]`."""
    return f"[{name} ℝ {space}]" if CLASSES[name].over_reals else f"[{name} {space}]"
