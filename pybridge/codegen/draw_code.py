"""A draw plan as lines of Python."""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.codegen.draft import Definition, Drawn, is_placeholder
from pybridge.codegen.expression import Scope, bound_lambda, limits, term_code, text_code
from pybridge.codegen.names import python_name
from pybridge.codegen.plan_draw import DrawPlan
from pybridge.codegen.pyexpr import Atom, Call, Expr, Keyword, flat, laid_out
from pybridge.codegen.verbs import VERBS
from pybridge.ir.nodes import All, Ico, IndexSet, Range, Term


def draw_lines(plan: DrawPlan, scope: Scope) -> list[str]:
    """The body of `draw(d)` up to its return, without indentation."""
    spaces = [f"d.{verb}({flat(text_code(name))}, least=1)" for verb, name in plan.inhabited]
    steps = [line for name, value in plan.steps for line in _step(name, value, scope)]
    backend = ["ops = d.ops"] if any("ops." in step for step in steps) else []
    return backend + spaces + steps


def _step(name: str, value: Definition, scope: Scope) -> Iterator[str]:
    inner = dict(scope)
    for hole, draw in value.draws:
        code = _draw(draw, inner)
        inner[hole] = code if is_placeholder(hole) else Atom(python_name(hole))
        if not is_placeholder(hole):
            yield _assigned(python_name(hole), code)
    yield _assigned(python_name(name), term_code(value.value, inner))


def _assigned(target: str, value: Expr) -> str:
    return f"{target} = {laid_out(value, indent=4, before=len(target) + 3)}"


def _draw(draw: Drawn, scope: Scope) -> Expr:
    assert draw.verb in VERBS, draw.verb
    arguments = [code for argument in draw.arguments for code in _argument(argument, scope)]
    if draw.entry is not None:
        variables, entry = draw.entry
        body = bound_lambda(variables, scope)
        arguments.append(body(lambda inner: _entry(entry, {**scope, **inner})))
    arguments += [Keyword(name, term_code(term, scope)) for name, term in draw.keywords]
    return Call(f"d.{draw.verb}", tuple(arguments))


def _entry(entry: Definition, scope: Scope) -> Expr:
    """One entry of a sequence: its own draws are made anew for every index."""
    inner = dict(scope)
    for hole, draw in entry.draws:
        inner[hole] = _draw(draw, inner)
    return term_code(entry.value, inner)


def _argument(argument: str | Term | IndexSet, scope: Scope) -> tuple[Expr, ...]:
    match argument:
        case str():
            return (text_code(argument),)
        case Range() | Ico() | All():
            return limits(argument, scope)
        case _:
            return (term_code(argument, scope),)
