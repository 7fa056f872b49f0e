"""The type classes a space may carry, and what each gives it."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.ir.nodes import Space


@dataclass(frozen=True)
class SpaceClass:
    """`over_reals`: the class takes the scalars first, as in `[NormedSpace ℝ E]`."""

    name: str
    over_reals: bool
    needs: str | None


CLASSES: dict[str, SpaceClass] = {
    c.name: c
    for c in (
        SpaceClass("NormedAddCommGroup", over_reals=False, needs=None),
        SpaceClass("NormedSpace", over_reals=True, needs="NormedAddCommGroup"),
        SpaceClass("InnerProductSpace", over_reals=True, needs="NormedAddCommGroup"),
    )
}


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
    if CLASSES[name].over_reals and any(CLASSES[other].over_reals for other in earlier):
        return "is a second structure of the same kind"
    return None


def class_binder(name: str, space: str) -> str:
    """`[NormedSpace ℝ E]`."""
    return f"[{name} ℝ {space}]" if CLASSES[name].over_reals else f"[{name} {space}]"
