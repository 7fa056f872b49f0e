"""A draw plan as lines of Python."""

from __future__ import annotations

from pybridge.codegen.expression import Scope, bound_lambda, term_code
from pybridge.codegen.names import python_name
from pybridge.codegen.plan_draw import DrawPlan
from pybridge.codegen.pyexpr import Atom, Call, Expr, Keyword, laid_out
from pybridge.codegen.roles.model import Definition, Drawn
from pybridge.codegen.verbs import VERBS
from pybridge.ir.nodes import Term


def draw_lines(plan: DrawPlan, scope: Scope) -> list[str]:
    """The body of `draw(d)` up to its return, without indentation."""
    spaces = [f'd.space("{python_name(space)}", least=1)' for space in plan.spaces]
    steps = [_step(name, value, scope) for name, value in plan.steps]
    backend = ["ops = d.ops"] if any("ops." in step for step in steps) else []
    return backend + spaces + steps


def _step(name: str, value: Definition, scope: Scope) -> str:
    inner = dict(scope)
    for hole, draw in value.draws:
        inner[hole] = _draw(draw, inner)
    target = python_name(name)
    code = laid_out(term_code(value.value, inner), indent=4, before=len(target) + 3)
    return f"{target} = {code}"


def _draw(draw: Drawn, scope: Scope) -> Expr:
    assert draw.verb in VERBS, draw.verb
    arguments = [_argument(argument, scope) for argument in draw.arguments]
    if draw.entry is not None:
        index, entry = draw.entry
        arguments.append(bound_lambda(index, scope)(lambda inner: _entry(entry, {**scope, **inner})))
    if draw.along is not None:
        arguments.append(Keyword("along", term_code(draw.along, scope)))
    return Call(f"d.{draw.verb}", tuple(arguments))


def _entry(entry: Definition, scope: Scope) -> Expr:
    """One entry of a sequence: its own draws are made anew for every index."""
    inner = dict(scope)
    for hole, draw in entry.draws:
        inner[hole] = _draw(draw, inner)
    return term_code(entry.value, inner)


def _argument(argument: str | Term, scope: Scope) -> Expr:
    return Atom(f'"{python_name(argument)}"') if isinstance(argument, str) else term_code(argument, scope)
