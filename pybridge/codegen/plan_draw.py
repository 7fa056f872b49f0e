"""Hypotheses become draws by solving: an order of the binders in which every hypothesis holds by
construction.

A small depth-first search. Each hypothesis is a goal; a role offers ways to reach it (define a binder,
bound it, ask for something simpler); at the end every binder is defined or drawn within its bounds, in an
order that needs nothing before it has a value. Nothing is drawn and thrown away, except where a number has to
lie between two others and nothing shows that they are in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from pybridge.codegen.draft import Definition, Draft, Goal, Option
from pybridge.codegen.recipe import drawn_binder
from pybridge.codegen.roles import ROLES
from pybridge.errors import PlanError
from pybridge.ir import free_variables, print_prop
from pybridge.ir.nodes import Statement

MOST_GOALS = 40
INHABITED = {
    "nonzero_vector": "space",
    "nonzero_vector_sequence": "space",
    "vector_of_norm": "space",
    "member": "size",
}
"""Verbs that need something to draw from, and the verb that sees to it."""


@dataclass(frozen=True)
class DrawPlan:
    """What a generated `draw(d)` does.

    Attributes:
        inhabited: (verb, name) of spaces that need dimension at least 1 and index types that need an element.
        steps: binder and value, in an order in which every value can be computed.
        roles: hypothesis → the role that makes it true.
    """

    inhabited: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, Definition], ...]
    roles: tuple[tuple[str, str], ...]


def plan_draw(statement: Statement, *, ignoring: Collection[str] = ()) -> DrawPlan:
    """Plan the draws of a statement.

    Args:
        statement: the theorem.
        ignoring: hypotheses that the draws need not satisfy (the caller then has to look whether they hold).
    Raises:
        PlanError: a hypothesis fits no role, or no order of the binders works; the message names it with
        file and line.
    """
    goals = [
        Goal(hypothesis.prop, hypothesis.name, hypothesis.defines)
        for hypothesis in sorted(statement.hypotheses, key=lambda h: h.defines is None)
        if hypothesis.name not in ignoring
    ]
    search = _Search(frozenset(goals))
    for may_reject in (False, True):
        plan = next(search.plans(goals, Draft(statement, may_reject=may_reject)), None)
        if plan is not None:
            return plan
    raise PlanError(_explain(statement, search.obstacle))


class _Search:
    """Depth-first over the ways to reach each goal; remembers the furthest obstacle, for the message."""

    def __init__(self, hypotheses: frozenset[Goal]) -> None:
        self.hypotheses = hypotheses
        self.furthest = -1
        self.obstacle: Goal | str = ""

    def plans(self, goals: list[Goal], draft: Draft, done: int = 0) -> Iterator[DrawPlan]:
        if not goals:
            plan = _finished(draft)
            if isinstance(plan, DrawPlan):
                yield plan
            else:
                self._meet(plan, done)
            return
        goal, rest = goals[0], goals[1:]
        self._meet(goal, done)
        if done > MOST_GOALS:
            return
        for option in _options(goal, draft):
            derived = [Goal(prop, goal.hypothesis) for prop in option.goals]
            extended = _extended(draft, goal, option, goal in self.hypotheses)
            yield from self.plans(rest + derived, extended, done + 1)

    def _meet(self, obstacle: Goal | str, done: int) -> None:
        if done > self.furthest:
            self.furthest, self.obstacle = done, obstacle


def _options(goal: Goal, draft: Draft) -> Iterator[Option]:
    for role in ROLES:
        yield from role(goal, draft)


def _extended(draft: Draft, goal: Goal, option: Option, is_hypothesis: bool) -> Draft:
    definitions, bounds, roles = {**draft.definitions, **option.define}, dict(draft.bounds), draft.roles
    entries = dict(draft.entries)
    if option.bound:
        name, restriction = option.bound
        bounds[name] = (*bounds.get(name, ()), restriction)
    if option.entries:
        name, rule = option.entries
        entries[name] = rule
    if is_hypothesis:
        roles = (*roles, (goal.hypothesis, option.role))
    return replace(draft, definitions=definitions, bounds=bounds, entries=entries, roles=roles)


def _finished(draft: Draft) -> DrawPlan | str:
    """Every binder's value in an order, or the name of a binder that cannot be drawn or needs itself."""
    values: dict[str, Definition] = {}
    for binder in draft.statement.binders:
        value = draft.definitions.get(binder.name) or drawn_binder(binder, draft)
        if value is None:
            return binder.name
        values[binder.name] = value
    steps = _ordered(values)
    if isinstance(steps, str):
        return steps
    verbs = [inner for _, value in steps for _, draw in value.draws for inner in draw.walk()]
    inhabited = {(INHABITED[draw.verb], str(draw.arguments[0])) for draw in verbs if draw.verb in INHABITED}
    order = [hypothesis.name for hypothesis in draft.statement.hypotheses]
    roles = tuple(sorted(draft.roles, key=lambda pair: order.index(pair[0])))
    return DrawPlan(tuple(sorted(inhabited)), steps, roles)


def _ordered(values: dict[str, Definition]) -> tuple[tuple[str, Definition], ...] | str:
    """Source order, except that a value waits for what it needs; or the first binder of a circle."""
    waiting, steps = dict(values), []
    while waiting:
        ready = next((name for name, value in waiting.items() if not value.needs & waiting.keys()), None)
        if ready is None:
            return next(iter(waiting))
        steps.append((ready, waiting.pop(ready)))
    return tuple(steps)


def _explain(statement: Statement, obstacle: Goal | str) -> str:
    where = f"{statement.file}:{statement.line}: `{statement.name}`"
    advice = (
        "  Write it as an equation, a bound with the smaller side first, or `≠`, or add a role in "
        "pybridge/codegen/roles/."
    )
    if isinstance(obstacle, str):
        about = [h for h in statement.hypotheses if obstacle in free_variables(h.prop)]
        texts = ", ".join(f"`{h.name} : {print_prop(h.prop)}`" for h in about)
        return f"{where}: no draw of `{obstacle}` is certain to satisfy {texts or 'the statement'}.\n{advice}"
    hypothesis = next(h for h in statement.hypotheses if h.name == obstacle.hypothesis)
    text = f"`{hypothesis.name} : {print_prop(hypothesis.prop)}`"
    needed = f" (it would need `{print_prop(obstacle.prop)}`)" if obstacle.prop != hypothesis.prop else ""
    return (
        f"{where}: the hypothesis {text} has no known role{needed}, so no test data can be drawn.\n{advice}"
    )
