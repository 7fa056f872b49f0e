"""Hypotheses become draws by solving: an order of the binders in which every hypothesis holds by
construction.

A small depth-first search. Each hypothesis is a goal; a role offers ways to reach it (define a binder,
bound it, ask for something simpler); at the end every binder is defined or drawn within its bounds, in an
order that needs nothing before it has a value. Nothing is drawn and thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from pybridge.codegen.recipe import drawn_binder
from pybridge.codegen.roles import ROLES
from pybridge.codegen.roles.model import Definition, Draft, Goal, Option
from pybridge.errors import PlanError
from pybridge.ir import print_prop
from pybridge.ir.nodes import Statement

MOST_GOALS = 40


@dataclass(frozen=True)
class DrawPlan:
    """What a generated `draw(d)` does.

    Attributes:
        spaces: type variables that need dimension at least 1.
        steps: binder and value, in an order in which every value can be computed.
        roles: hypothesis → the role that makes it true.
    """

    spaces: tuple[str, ...]
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
    search = _Search(len(goals))
    plan = next(search.plans(goals, Draft(statement)), None)
    if plan is None:
        raise PlanError(_explain(statement, goals, search.reached))
    return plan


class _Search:
    """Depth-first over the ways to reach each goal; remembers how far it came, for the message."""

    def __init__(self, hypotheses: int) -> None:
        self.hypotheses = hypotheses
        self.reached = 0
        self.goals_seen = 0

    def plans(self, goals: list[Goal], draft: Draft, done: int = 0) -> Iterator[DrawPlan]:
        self.reached = max(self.reached, min(done, self.hypotheses))
        if not goals:
            plan = _finished(draft)
            if plan is not None:
                yield plan
            return
        if done > MOST_GOALS:
            return
        goal, rest = goals[0], goals[1:]
        for option in _options(goal, draft):
            derived = [Goal(prop, goal.hypothesis) for prop in option.goals]
            yield from self.plans(
                rest + derived, _extended(draft, goal, option, done < self.hypotheses), done + 1
            )


def _options(goal: Goal, draft: Draft) -> Iterator[Option]:
    for role in ROLES:
        yield from role(goal, draft)


def _extended(draft: Draft, goal: Goal, option: Option, is_hypothesis: bool) -> Draft:
    definitions, bounds, roles = dict(draft.definitions), dict(draft.bounds), draft.roles
    if option.define:
        name, definition = option.define
        definitions[name] = definition
    if option.bound:
        name, restriction = option.bound
        bounds[name] = (*bounds.get(name, ()), restriction)
    if is_hypothesis:
        roles = (*roles, (goal.hypothesis, option.role))
    return replace(draft, definitions=definitions, bounds=bounds, roles=roles)


def _finished(draft: Draft) -> DrawPlan | None:
    """Every binder's value in an order, or None where a binder cannot be drawn or the needs are circular."""
    values: dict[str, Definition] = {}
    for binder in draft.statement.binders:
        value = draft.definitions.get(binder.name) or drawn_binder(binder, draft)
        if value is None:
            return None
        values[binder.name] = value
    steps = _ordered(values)
    if steps is None:
        return None
    verbs = [draw for _, value in steps for _, draw in value.draws]
    spaces = {str(draw.arguments[0]) for draw in verbs if draw.verb in ("nonzero_vector", "vector_of_norm")}
    order = [hypothesis.name for hypothesis in draft.statement.hypotheses]
    roles = tuple(sorted(draft.roles, key=lambda pair: order.index(pair[0])))
    return DrawPlan(tuple(sorted(spaces)), steps, roles)


def _ordered(values: dict[str, Definition]) -> tuple[tuple[str, Definition], ...] | None:
    """Source order, except that a value waits for what it needs."""
    waiting, steps = dict(values), []
    while waiting:
        ready = next((name for name, value in waiting.items() if not value.needs & waiting.keys()), None)
        if ready is None:
            return None
        steps.append((ready, waiting.pop(ready)))
    return tuple(steps)


def _explain(statement: Statement, goals: list[Goal], reached: int) -> str:
    where = f"{statement.file}:{statement.line}: `{statement.name}`"
    if reached >= len(goals):
        return (
            f"{where}: each hypothesis has a role, but no order of the binders makes all of them hold.\n"
            "  State the variables that depend on others last, or add a role in pybridge/codegen/roles/."
        )
    culprit = goals[reached]
    return (
        f"{where}: the hypothesis `{culprit.hypothesis} : {print_prop(culprit.prop)}` has no known role, so "
        "no test data can be drawn for it.\n"
        "  Write it as an equation, a bound with the smaller side first, or `≠`, or add a role in "
        "pybridge/codegen/roles/."
    )
