"""Property tests and counterexample searches over generated checks.

`hypothesis` (of the `test` extra) is imported here and nowhere else in the package. Everything is
derandomised and without an example database: the same code draws the same examples on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from pybridge.errors import UndecidedError
from pybridge.runtime.claims import Claim
from pybridge.runtime.exact.backend import ExactBackend
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.factors import RejectedDraw
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.exact.tables import MemoSeq

__all__ = ["Draw", "Witness", "drawn", "falsify", "holds", "property_test", "refutes"]

EXAMPLES = 200
PHASES = (Phase.generate, Phase.shrink)

Bindings = dict[str, Any]


@dataclass(frozen=True)
class Witness:
    """A counterexample: values that meet every hypothesis and falsify the conclusion, in spaces of one
    kind."""

    space: str
    bindings: Mapping[str, Any]

    def __str__(self) -> str:
        return assignments(self.bindings)


class _Hypothesis:
    """Choices drawn by hypothesis, which records and shrinks them."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(_integers(low, high))


@lru_cache(maxsize=1024)
def _integers(low: int, high: int) -> st.SearchStrategy[int]:
    if low < 0 < high:
        return st.sampled_from(sorted(range(low, high + 1), key=lambda n: (abs(n), n < 0)))
    return st.integers(low, high)


@st.composite
def drawn(draw: Callable[[Any], Any], space: str, extra: tuple[Fraction, ...] = ()) -> Draw:
    """A `Draw` for spaces of one kind, backed by hypothesis; `extra` as in `Draw`."""
    return Draw(_Hypothesis(draw), space, extra)


Body = Callable[[Draw], None]


def property_test(check: Any, examples: int = EXAMPLES) -> Callable[[Body], Callable[..., None]]:
    """Run a test of one `Draw` in every space of the check, `examples` times each."""

    def decorate(body: Body) -> Callable[..., None]:
        def in_space(space: str) -> None:
            run = given(drawn(space))(_rejecting(body))
            settings(_settings(examples), phases=PHASES)(run)()

        in_space.__name__, in_space.__doc__ = body.__name__, body.__doc__
        in_space.__module__ = body.__module__
        return pytest.mark.parametrize("space", check.SPACES)(in_space)

    return decorate


def _rejecting(body: Body) -> Body:
    """A test that hypothesis does not count where a draw was rejected."""

    def accepted(d: Draw) -> None:
        try:
            body(d)
        except RejectedDraw:
            reject()

    return accepted


def holds(check: Any, d: Draw, bindings: Bindings) -> None:
    """Assert that the drawn data meet every hypothesis and that the conclusion is true of them.

    Raises: AssertionError naming the check, the space, the false claim and every assignment.
    """
    for name, thunk in check.hypotheses(d.ops, **bindings):
        claim = thunk()
        missed = f"the draw missed its hypothesis {name}"
        assert claim.all_true(), _complaint(check, d.ops, missed, claim, bindings)
    claim = check.conclusion(d.ops, **bindings)
    assert claim.all_true(), _complaint(check, d.ops, "the conclusion is false", claim, bindings)


def refutes(check: Any, ops: ExactBackend, bindings: Mapping[str, Any]) -> bool:
    """Whether the values meet every hypothesis and make the conclusion false.

    Sizes of index types that `ops` does not know are those of the matrices among the values.
    """
    ops.learn(bindings)
    if not all(thunk().all_true() for _, thunk in check.hypotheses(ops, **bindings)):
        return False
    return check.conclusion(ops, **bindings).any_false()


class _Refuted(Exception):
    """Tells hypothesis that an example is worth shrinking."""


def falsify(
    check: Any,
    draw: Callable[[Draw], Bindings],
    space: str,
    max_examples: int,
    extra: tuple[Fraction, ...] = (),
) -> Witness | None:
    """A shrunk counterexample to a check, or None when `max_examples` draws hold none.

    Draws that miss a hypothesis, are rejected, or are left undecided by exact arithmetic refute nothing.
    `extra` as in `Draw`.
    """
    found: list[Bindings] = []

    def body(d: Draw) -> None:
        try:
            bindings = draw(d)
            refuted = refutes(check, d.ops, bindings)
        except (UndecidedError, RejectedDraw):
            return
        if refuted:
            found.append(bindings)
            raise _Refuted

    search = settings(_settings(max_examples), phases=PHASES)(given(drawn(space))(body))
    try:
        search()
    except _Refuted:
        return Witness(space, found[-1])  # the last one run is the shrunk one
    return None


def assignments(bindings: Mapping[str, Any], lean_names: Mapping[str, str] | None = None) -> str:
    """One line `name = value` a binder, in the names of the Lean statement."""
    names = lean_names or {}
    return "\n".join(f"  {names.get(name, name)} = {_value_text(value)}" for name, value in bindings.items())


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )


def _complaint(check: Any, ops: ExactBackend, what: str, claim: Claim, bindings: Bindings) -> str:
    sides = f"{claim.left} {claim.op} {claim.right}" if claim.is_relation else claim.op
    text = assignments(bindings, getattr(check, "LEAN_NAMES", None))
    return f"{check.NAME} in {ops.space}: {what}: not {sides}, with\n{text}"


def _value_text(value: Any) -> str:
    if isinstance(value, ExactSeq | MemoSeq):
        return f"i ↦ {value}"
    return str(value)
