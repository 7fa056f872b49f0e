"""The property harness can fail: a false statement is caught, shrunk and shown; a missed hypothesis is caught
too."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace

import pytest

from pybridge.runtime.exact import ExactBackend
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.strategies import Witness, falsify, holds, property_test, refutes

FACTOR = Fraction(999_999_999, 1_000_000_000)


def check(factor: Fraction = Fraction(1), spaces: tuple[str, ...] = ("l1", "l2", "linf")) -> SimpleNamespace:
    """`‖x - xc‖ ≤ δ` gives `‖f x - f xc‖ ≤ factor * (‖f‖ * δ)`: true for 1, false below."""
    return SimpleNamespace(
        NAME="retrieval_bound",
        SPACES=spaces,
        LEAN_NAMES={"d_1": "δ₁"},
        hypotheses=lambda ops, *, f, x, xc, d_1: (("hδ", lambda: ops.le(ops.vec_norm(x - xc), d_1)),),
        conclusion=lambda ops, *, f, x, xc, d_1: ops.le(
            ops.vec_norm(f(x) - f(xc)), ops.map_norm(f) * d_1 * factor
        ),
    )


def draw(d: Draw) -> dict:
    f, x = d.map("E", "F"), d.vector("E")
    xc = x - d.displacement("E")
    return {"f": f, "x": x, "xc": xc, "d_1": d.ops.vec_norm(x - xc) + d.slack()}


def run(test: Callable[..., None], space: str) -> None:
    test(space)


@pytest.mark.parametrize("space", ["l1", "l2", "linf"])
def test_a_true_statement_passes_with_its_two_hundred_examples(space: str) -> None:
    ran = []

    @property_test(check())
    def body(d: Draw) -> None:
        ran.append(d)
        holds(check(), d, draw(d))

    run(body, space)
    assert len(ran) >= 200


@pytest.mark.parametrize("space", ["l1", "l2", "linf"])
def test_a_statement_false_by_one_part_in_a_billion_fails_with_a_readable_witness(space: str) -> None:
    false = check(FACTOR)

    @property_test(false)
    def body(d: Draw) -> None:
        holds(false, d, draw(d))

    with pytest.raises(AssertionError) as caught:
        run(body, space)
    message = str(caught.value)
    assert (
        f"retrieval_bound in {space}: the conclusion is false: not 1 ≤ 999999999/1000000000, with" in message
    )
    for line in ("  f = [1]", "  x = (0)", "  xc = (-1)", "  δ₁ = 1"):
        assert line in message.splitlines()


def test_property_test_runs_every_space_of_the_check() -> None:
    @property_test(check(spaces=("l2",)))
    def body(d: Draw) -> None: ...

    mark = body.pytestmark[0]  # type: ignore[attr-defined]
    assert (mark.name, mark.args) == ("parametrize", ("space", ("l2",)))


def test_a_draw_that_misses_a_hypothesis_is_an_error_not_a_pass() -> None:
    @property_test(check())
    def body(d: Draw) -> None:
        holds(check(), d, draw(d) | {"d_1": Fraction(-1)})

    with pytest.raises(AssertionError, match="the draw missed its hypothesis hδ: not 0 ≤ -1"):
        run(body, "l1")


def test_falsify_returns_a_shrunk_witness_and_the_same_one_again() -> None:
    first, second = (falsify(check(FACTOR), draw, "l2", 200) for _ in range(2))
    assert first is not None
    assert first == second
    assert refutes(check(FACTOR), ExactBackend("l2"), first.bindings)
    assert not refutes(check(), ExactBackend("l2"), first.bindings)
    assert str(first) == "  f = [1]\n  x = (0)\n  xc = (-1)\n  d_1 = 1"


def test_falsify_finds_nothing_against_a_true_statement() -> None:
    assert falsify(check(), draw, "l2", 200) is None


def test_an_unmet_hypothesis_refutes_nothing() -> None:
    """With δ below the distance the conclusion fails, and so does the hypothesis: no counterexample."""
    witness = falsify(check(), lambda d: draw(d) | {"d_1": Fraction(0)}, "l2", 200)
    assert witness is None
    assert Witness("l2", {}) != witness
