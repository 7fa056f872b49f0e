"""How a check completes what was measured: every remaining binder from a hypothesis that determines it.

In this order, until nothing is left: a definition `v = term` is computed; an equation with one unknown
summand is solved for it; an equation for every entry of a sequence is its rule; a bound whose only unknown is
the bounding variable, or an entry of a sequence, sets it to the least value that certainly satisfies it.
Equations used this way cannot fail and are listed as solved; bounds are still evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.codegen.expression import Scope, bound_lambda, limits, term_code
from pybridge.codegen.pyexpr import Expr, call
from pybridge.codegen.solve import isolate
from pybridge.errors import PlanError
from pybridge.ir import free_variables
from pybridge.ir.nodes import Forall, Hypothesis, Ico, Index, Mul, Range, Rel, Statement, Term, Var


@dataclass(frozen=True)
class RuntimePlan:
    """What `complete` does.

    Attributes:
        given: binders that are measured, in source order.
        assignments: the others with their values, in an order in which each can be computed.
        solved: hypotheses that hold because they were solved.
    """

    given: tuple[str, ...]
    assignments: tuple[tuple[str, Expr], ...]
    solved: tuple[str, ...]


def plan_runtime(statement: Statement, scope: Scope) -> RuntimePlan:
    """Plan the completion of a statement's measured binders; without a runtime mode every binder is given.

    Raises:
        PlanError: a binder that is not measured and that no hypothesis determines.
    """
    names = [binder.name for binder in statement.binders]
    measured = {name for name, _ in statement.doc.measures}
    if "runtime" not in statement.doc.modes:
        measured = set(names)
    known, assignments, solved = set(measured), [], []
    while unknown := [name for name in names if name not in known]:
        step = _next_step(statement, unknown, scope)
        if step is None:
            raise PlanError(_explain(statement, unknown))
        name, value, hypothesis, is_equation = step
        known.add(name)
        assignments.append((name, value))
        if is_equation:
            solved.append(hypothesis.name)
    order = [hypothesis.name for hypothesis in statement.hypotheses]
    return RuntimePlan(
        tuple(name for name in names if name in measured),
        tuple(assignments),
        tuple(sorted(solved, key=order.index)),
    )


Step = tuple[str, Expr, Hypothesis, bool]


def _next_step(statement: Statement, unknown: list[str], scope: Scope) -> Step | None:
    """The first determined variable; definitions come before equations, equations before bounds."""
    rules = ((_defined, True), (_solved, True), (_entrywise, True), (_bounded, False))
    for rule, is_equation in rules:
        for hypothesis in statement.hypotheses:
            missing = [name for name in unknown if name in free_variables(hypothesis.prop)]
            if len(missing) == 1 and (value := rule(hypothesis, missing[0], scope)):
                return missing[0], value, hypothesis, is_equation
    return None


def _defined(hypothesis: Hypothesis, unknown: str, scope: Scope) -> Expr | None:
    match hypothesis.prop:
        case Rel("=", Var(name), term) if name == unknown == hypothesis.defines:
            return term_code(term, scope) if name not in free_variables(term) else None
    return None


def _solved(hypothesis: Hypothesis, unknown: str, scope: Scope) -> Expr | None:
    """`f = a + b`: the one unknown summand. A division would bring in a denominator that nothing guards."""
    match hypothesis.prop:
        case Rel("=", left, right) if hypothesis.defines:
            found = isolate(unknown, right, left)
            return term_code(found.value, scope) if found and not found.nonzero else None
    return None


def _entrywise(hypothesis: Hypothesis, unknown: str, scope: Scope) -> Expr | None:
    """`∀ t ∈ s, v t = term`: every entry by the term."""
    match hypothesis.prop:
        case Forall(t, Range() | Ico(), Rel("=", Index(Var(name), Var(index)), term)):
            if name == unknown and index == t and name not in free_variables(term):
                return call("ops.sequence", bound_lambda(t, scope)(lambda inner: term_code(term, inner)))
    return None


def _bounded(hypothesis: Hypothesis, unknown: str, scope: Scope) -> Expr | None:
    match hypothesis.prop:
        case Rel("≤", covered, Var(name)) if _only_right(unknown, name, covered):
            return call("ops.upper_end", term_code(covered, scope))
        case Rel("≤", covered, Mul(Var(name), factor)) if _only_right(unknown, name, covered, factor):
            return _factor(covered, factor, scope)
        case Forall(index, over, Rel("≤", covered, Var(name))) if _only_right(unknown, name, covered):
            covered_code = bound_lambda(index, scope)(lambda inner: term_code(covered, inner))
            return call("ops.upper_end_over", *limits(over, scope), covered_code)
        case Forall(t, Range() | Ico(), Rel("≤", covered, Mul(Index(Var(name), Var(index)), factor))):
            if index == t and _only_right(unknown, name, covered, factor):
                entry = bound_lambda(t, scope)(lambda inner: _factor(covered, factor, inner))
                return call("ops.sequence", entry)
    return None


def _factor(covered: Term, factor: Term, scope: Scope) -> Expr:
    return call("ops.smallest_factor", term_code(covered, scope), term_code(factor, scope))


def _only_right(unknown: str, name: str, *others: Term) -> bool:
    return name == unknown and all(name not in free_variables(other) for other in others)


def _explain(statement: Statement, unknown: list[str]) -> str:
    several = len(unknown) > 1
    return (
        f"{statement.file}:{statement.line}: `{statement.name}`: nothing determines "
        f"{', '.join(f'`{name}`' for name in unknown)} when it is checked on a model.\n"
        f"  Measure {'them' if several else 'it'} (`@measure {unknown[0]} …`), add a hypothesis "
        f"`h{unknown[0]} : {unknown[0]} = …`, or leave `runtime` out of `@mode`."
    )
