"""The order of the questions behind a verdict, and what each answer says."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pybridge.errors import NonFiniteError
from pybridge.runtime.claims import Claim
from pybridge.runtime.enclosure import EnclosedReal, EnclosedVec, EnclosureBackend
from pybridge.runtime.verdict import Verdict, evaluate

ops = EnclosureBackend()
HOLDS, VIOLATED, INCONCLUSIVE = Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE


def check(
    conclusion: Callable[..., Claim],
    hypotheses: Callable[..., tuple] = lambda ops, **values: (),
    guards: Callable[..., tuple] = lambda ops, **values: (),
    modes: tuple[str, ...] = ("runtime", "property"),
) -> Any:
    """A check of the claim about measured reals a and b."""
    return SimpleNamespace(
        NAME="sample",
        MODES=modes,
        MEASURED={"a": "gain", "b": "alignment"},
        SOLVED=("hsolved",),
        complete=lambda ops, *, a, b: {"a": a, "b": b},
        hypotheses=hypotheses,
        guards=guards,
        conclusion=conclusion,
    )


def at_most(ops: Any, *, a: Any, b: Any) -> Claim:
    return ops.le(a, b)


def reals(*values: float | tuple[float, float]) -> EnclosedReal:
    pairs = [value if isinstance(value, tuple) else (value, value) for value in values]
    return EnclosedReal([lo for lo, _ in pairs], [hi for _, hi in pairs])


def test_each_instance_has_its_own_verdict() -> None:
    found = evaluate(check(at_most), ops, {"a": reals(1.0, 3.0, (1.0, 3.0)), "b": reals(2.0, 2.0, 2.0)})
    assert found.verdicts.tolist() == [HOLDS, VIOLATED, INCONCLUSIVE]
    assert all(type(verdict) is Verdict for verdict in found.verdicts)
    assert found.reasons[0] == ""
    assert found.reasons[1] == "certainly not left ≤ right: left in [3.0, 3.0], right in [2.0, 2.0]"
    assert "undecided, joint relative width 0.667" in found.reasons[2]
    assert found.lhs_hi is not None
    assert found.rhs_lo is not None
    assert found.tightness is not None
    assert found.lhs_hi.tolist() == [1.0, 3.0, 3.0]
    assert found.rhs_lo.tolist() == [2.0, 2.0, 2.0]
    assert found.tightness.tolist() == [0.5, 1.5, 1.5]
    assert found.values["a"].hi[1] == 3.0


def test_a_false_hypothesis_comes_first_and_is_named() -> None:
    def hypotheses(ops: Any, *, a: Any, b: Any) -> tuple:
        return (("ha", lambda: ops.le(a, 1)), ("hb", lambda: ops.lt(0, b)))

    a, b = reals(2.0, 0.5, (0.5, 2.0), (0.5, 2.0), 2.0), reals(1.0, -1.0, 1.0, -1.0, -1.0)
    found = evaluate(check(at_most, hypotheses), ops, {"a": a, "b": b})
    assert found.verdicts.tolist() == [
        Verdict.HYPOTHESIS_UNMET,
        Verdict.HYPOTHESIS_UNMET,
        INCONCLUSIVE,
        Verdict.HYPOTHESIS_UNMET,
        Verdict.HYPOTHESIS_UNMET,
    ]
    assert found.reasons == ["not met: ha", "not met: hb", "undecided: ha", "not met: hb", "not met: ha, hb"]


def test_a_solved_hypothesis_is_not_asked_again() -> None:
    def hypotheses(ops: Any, *, a: Any, b: Any) -> tuple:
        return (("hsolved", lambda: pytest.fail("asked")), ("ha", lambda: ops.le(a, 1)))

    assert evaluate(check(at_most, hypotheses), ops, {"a": 0.0, "b": 1.0}).verdicts.tolist() == [HOLDS]


def test_a_violated_conclusion_under_an_undecided_hypothesis_is_no_violation() -> None:
    found = evaluate(
        check(at_most, lambda ops, *, a, b: (("hb", lambda: ops.lt(0, b)),)),
        ops,
        {"a": reals(5.0, 5.0), "b": reals((-1.0, 1.0), 1.0)},
    )
    assert found.verdicts.tolist() == [INCONCLUSIVE, VIOLATED]


def test_a_zero_denominator_is_an_unmet_hypothesis() -> None:
    divided = check(
        lambda ops, *, a, b: ops.le(ops.div(a, b), ops.real(1)),
        guards=lambda ops, *, a, b: (("b", lambda: ops.ne(b, ops.real(0))),),
    )
    found = evaluate(divided, ops, {"a": reals(1.0, 1.0, 1.0), "b": reals(0.0, 2.0, (-1.0, 1.0))})
    assert found.verdicts.tolist() == [Verdict.HYPOTHESIS_UNMET, HOLDS, INCONCLUSIVE]
    assert found.reasons[0] == "not met: b ≠ 0"
    assert found.reasons[2] == "undecided: b ≠ 0"


def test_strict_claims_are_violated_by_equality() -> None:
    strict = check(lambda ops, *, a, b: ops.lt(a, b))
    assert evaluate(strict, ops, {"a": reals(1.0, 0.5), "b": reals(1.0, 1.0)}).verdicts.tolist() == [
        VIOLATED,
        HOLDS,
    ]


def test_equality_holds_when_narrow_and_prints_its_width() -> None:
    equality = check(lambda ops, *, a, b: ops.eq(a, b))
    a = reals((1.0, 1.0 + 1e-9), (1.0, 1.1), 1.0)
    found = evaluate(equality, ops, {"a": a, "b": reals(1.0, 1.0, 2.0)})
    assert found.verdicts.tolist() == [HOLDS, INCONCLUSIVE, VIOLATED]
    assert found.reasons[0] == "joint relative width 1e-09"
    assert found.relative_width is not None
    assert found.relative_width[0] == pytest.approx(1e-9)


def test_an_equivalence_follows_from_its_sides() -> None:
    both_ways = check(lambda ops, *, a, b: ops.iff(ops.lt(a, 1), ops.lt(b, 1)))
    found = evaluate(both_ways, ops, {"a": reals(0.0, 2.0, 0.0, 0.0), "b": reals(0.0, 2.0, 2.0, (0.0, 2.0))})
    assert found.verdicts.tolist() == [HOLDS, HOLDS, VIOLATED, INCONCLUSIVE]
    assert found.reasons[2:] == ["one side true, the other false", "a side of ↔ is undecided"]
    assert found.tightness is None


def test_a_cancelled_factor_never_shows_as_tighter_than_the_bound() -> None:
    norm = EnclosedReal(1.0, 1.01)
    found = evaluate(check(lambda ops, *, a, b: ops.le(norm * a, norm * b)), ops, {"a": 1.0, "b": 1.001})
    assert found.verdicts.tolist() == [HOLDS]
    assert found.tightness is not None
    assert found.tightness[0] == 1.0


def test_zero_against_zero_is_tight() -> None:
    found = evaluate(check(at_most), ops, {"a": reals(0.0, 1.0, 0.0), "b": reals(0.0, 0.0, -1.0)})
    assert found.tightness is not None
    assert found.tightness[:2].tolist() == [1.0, np.inf]
    assert np.isnan(found.tightness[2])


def test_vector_conclusions_have_no_sides() -> None:
    same = check(lambda ops, *, a, b: ops.eq(a, b))
    x, y = EnclosedVec.exact([[1.0], [2.0]]), EnclosedVec.exact([[1.0], [3.0]])
    found = evaluate(same, ops, {"a": x, "b": y})
    assert found.verdicts.tolist() == [HOLDS, VIOLATED]
    assert found.reasons == ["", "left = right is false"]
    assert found.lhs_lo is None


def test_what_cannot_be_run_is_unsupported_with_a_reason() -> None:
    found = evaluate(check(at_most, modes=("property",)), ops, {"a": 1.0, "b": 2.0})
    assert found.verdicts.tolist() == [Verdict.UNSUPPORTED]
    assert "property tests only" in found.reasons[0]
    found = evaluate(check(at_most), ops, {"a": 1.0})
    assert found.verdicts.tolist() == [Verdict.UNSUPPORTED]
    assert found.reasons == ["nothing was measured for b"]


def test_a_broken_check_is_an_error_with_its_cause() -> None:
    broken = check(lambda ops, *, a, b: ops.le(a.missing, b))
    found = evaluate(broken, ops, {"a": 1.0, "b": 2.0})
    assert found.verdicts.tolist() == [Verdict.ERROR]
    assert "AttributeError" in found.reasons[0]
    assert isinstance(found.error, AttributeError)


def test_bad_elements_of_a_sequence_are_named_too() -> None:
    summed = check(lambda ops, *, a, b: ops.le(ops.sum(0, 3, a), b))
    with pytest.raises(NonFiniteError, match="variable a 2"):
        evaluate(summed, ops, {"a": lambda i: float("inf") if i == 2 else 0.5, "b": 1.0})


@pytest.mark.parametrize("value", [float("nan"), EnclosedVec.exact([np.inf])])
def test_bad_data_is_the_users_error_and_names_the_variable(value: Any) -> None:
    with pytest.raises(NonFiniteError, match="variable b"):
        evaluate(check(at_most), ops, {"a": 1.0, "b": value})
