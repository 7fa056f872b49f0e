"""Draws of reals and naturals within their bounds: certain to be inside, often on the bound itself."""

from __future__ import annotations

from collections.abc import Sequence

from pybridge.codegen.draft import Bound, Definition, Drawn, drawn, placeholder
from pybridge.codegen.solve import folded, is_zero, number, total
from pybridge.ir.nodes import Add, Lit, Nat, Real, Sub, Term


def within(bounds: Sequence[Bound], *, may_reject: bool = False) -> Definition | None:
    """A real within its bounds.

    Args:
        bounds: what restricts it.
        may_reject: whether bounds may be taken that could cross, in which case the draw throws itself away.
    """
    lower = _limit([b for b in bounds if b.side == "lower" and b.over is None], "largest")
    upper = _limit([b for b in bounds if b.side == "upper"], "smallest")
    special = [b for b in bounds if b.over is not None or b.side in ("share", "equal")]
    if special:
        kept_from_zero = any(b.side == "nonzero" for b in bounds)
        return None if kept_from_zero or upper else _special(special, lower)
    if any(b.side == "nonzero" for b in bounds):
        if lower is None and upper is None:
            return drawn(Real(), "nonzero", facts=("nonzero",))
        if lower is None or upper is not None or not is_zero(lower[0]):
            return None
        lower = (lower[0], True, lower[2])
    match lower, upper:
        case None, None:
            return drawn(Real(), "real")
        case (low, strict, draws), None:
            return _above(low, strict, draws)
        case None, (high, strict, draws):
            hole = placeholder(Real(), 9)
            verb = "positive" if strict else "slack"
            return Definition(Sub(high, hole), (*draws, (hole.name, Drawn(verb))))
        case (low, low_strict, before), (high, high_strict, draws):
            between = _between(low, low_strict, high, high_strict)
            if between is None and may_reject and not (folded(low) is not None and folded(high) is not None):
                between = _rejecting(low, high, low_strict or high_strict, (*before, *draws))
            return between
    return None


def _special(parts: Sequence[Bound], lower: Limit | None) -> Definition | None:
    match parts:
        case [Bound("equal") as fixed] if lower is None and fixed.term is not None:
            return Definition(fixed.term)
        case [Bound("share") as part] if lower is None or is_zero(lower[0]):
            return _share(part, lower)
        case [Bound("lower") as part]:
            return _above_all(part, lower)
        case _:
            return None


def _share(part: Bound, lower: Limit | None) -> Definition | None:
    if part.term is None or part.per is None or (lower and lower[1]):
        return None
    hole, less = placeholder(Real(), 9), placeholder(Real(), 8)
    draws = ((hole.name, Drawn("share_below" if part.strict else "share_at_most", (part.term, part.per))),)
    if lower:
        return Definition(hole, draws, ("nonneg",))
    return Definition(Sub(hole, less), (*draws, (less.name, Drawn("slack"))))


def _above_all(part: Bound, lower: Limit | None) -> Definition | None:
    if part.term is None or part.over is None or part.index is None:
        return None
    hole, more = placeholder(Real(), 9), placeholder(Real(), 7)
    least, before = ((("least", lower[0]),), lower[2]) if lower else ((), ())
    draw = Drawn("above_all", (part.over,), ((part.index,), Definition(part.term)), least)
    if part.strict or (lower and lower[1]):
        return Definition(Add(hole, more), (*before, (hole.name, draw), (more.name, Drawn("positive"))))
    return Definition(hole, (*before, (hole.name, draw)))


def _rejecting(low: Term, high: Term, strict: bool, before: tuple[tuple[str, Drawn], ...]) -> Definition:
    hole = placeholder(Real(), 7)
    verb = "strictly_between" if strict else "between"
    return Definition(hole, (*before, (hole.name, Drawn(verb, (low, high)))))


Limit = tuple[Term, bool, tuple[tuple[str, Drawn], ...]]


def _limit(bounds: Sequence[Bound], verb: str) -> Limit | None:
    """All bounds of one side as one term, with the draws it needs."""
    terms = list(dict.fromkeys(b.term for b in bounds if b.term is not None))
    if not terms:
        return None
    strict = any(b.strict for b in bounds)
    if len(terms) == 1:
        return terms[0], strict, ()
    hole = placeholder(Real(), 8 if verb == "largest" else 6)
    return hole, strict, ((hole.name, Drawn(verb, tuple(terms))),)


def _above(low: Term, strict: bool, draws: tuple[tuple[str, Drawn], ...]) -> Definition:
    if is_zero(low):
        return drawn(Real(), "positive" if strict else "nonneg", facts=("nonneg",))
    hole = placeholder(Real(), 9)
    return Definition(total(low, hole), (*draws, (hole.name, Drawn("positive" if strict else "slack"))))


def _between(low: Term, low_strict: bool, high: Term, high_strict: bool) -> Definition | None:
    """Between two numbers; bounds that are not literals could cross."""
    a, b = folded(low), folded(high)
    if a is None or b is None or a >= b:
        return None
    hole, width = placeholder(Real(), 9), number(b - a)
    if (a, b, low_strict, high_strict) == (0, 1, False, True):
        return drawn(Real(), "unit", facts=("nonneg",))
    match low_strict, high_strict:
        case True, True:
            value, verb = total(low, hole), "inside"
        case True, False:
            value, verb = Sub(high, hole), "below"
        case False, True:
            value, verb = total(low, hole), "below"
        case _:
            value, verb = total(low, hole), "at_most"
    facts = ("nonneg",) if a >= 0 else ()
    return Definition(value, ((hole.name, Drawn(verb, (width,))),), facts)


def natural_within(bounds: Sequence[Bound]) -> Definition | None:
    """A natural number above its bound."""
    terms = list(dict.fromkeys(b.term for b in bounds if b.side == "lower" and b.term is not None))
    if any(b.side == "upper" for b in bounds) or len(terms) > 1:
        return None
    away = any(b.side == "nonzero" or b.strict for b in bounds)
    verb = "positive_nat" if away else "nat"
    if not terms or terms[0] == Lit(0, Nat()):
        return drawn(Nat(), verb)
    hole = placeholder(Nat(), 9)
    return Definition(total(terms[0], hole), ((hole.name, Drawn(verb)),))
