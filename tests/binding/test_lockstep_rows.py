"""The bounds from end to end on sequences whose bounds are known."""

from __future__ import annotations

import math

import pybridge_extracted
import pytest

from pybridge.binding.instances import Instances
from pybridge.binding.ledger import Ledger
from pybridge.binding.lockstep_rows import EndToEnd, end_to_end
from pybridge.binding.lockstep_values import Run, of_the_run
from pybridge.binding.record import end_record, ratio
from pybridge.binding.sequences import Values
from pybridge.runtime.enclosure import EnclosedReal, EnclosureBackend
from pybridge.runtime.verdict import Verdict

OPS = EnclosureBackend()


def values(*numbers: float) -> Values:
    return Values(EnclosedReal.exact(number) for number in numbers)


def of(factors: list[float], injections: list[float], amplitudes: list[float] | None = None) -> EndToEnd:
    """Errors that grow by all they may, unless given."""
    if amplitudes is None:
        amplitudes = [0.0]
        for factor, injection in zip(factors, injections, strict=True):
            amplitudes.append(factor * amplitudes[-1] + injection)
    some, more = values(*amplitudes), values(*injections)
    return end_to_end(OPS, "all", some, values(*factors), more, some, more)


def test_equal_contracting_blocks_reach_the_geometric_bound() -> None:
    found = of([0.5] * 4, [1.0] * 4)
    assert found.measured == 1.875
    assert found.heterogeneous == 1.875
    assert math.isclose(found.geometric or 0, 1.875, rel_tol=1e-12)
    assert math.isclose(found.geometric_limit or 0, 2.0, rel_tol=1e-12)
    assert (found.linear_max, found.linear_sum, found.expanding_blocks) == (4.0, 4.0, 0)


@pytest.mark.parametrize("cap", [0.0, 0.5, 0.96, 0.999999])
def test_the_geometric_bound_is_never_more_than_n_times_tighter(cap: float) -> None:
    """P4: "23 times tighter" cannot be with 12 layers; at 0.96 it is 1.24."""
    found = of([cap] * 12, [0.25] * 12)
    times = end_record(found)["times_tighter_than_linear"]["geometric"]
    assert 1 - 1e-9 <= times <= 12 * (1 + 1e-9)
    assert cap != 0.96 or round(times, 2) == 1.24


def test_a_factor_of_one_leaves_no_geometric_bound() -> None:
    found = of([0.5, 1.0], [1.0, 1.0])
    assert (found.geometric, found.geometric_limit) == (None, None)
    assert end_record(found)["tightness"]["geometric"] is None
    assert found.heterogeneous == found.measured == 2.0


def test_expanding_blocks_take_the_linear_line_away() -> None:
    found = of([3.0] * 3, [1.0] * 3)
    assert (found.measured, found.linear_max, found.expanding_blocks) == (13.0, 3.0, 2)
    assert found.expanding_blocks_absolute == 2


def test_the_measured_error_may_be_far_below() -> None:
    record = end_record(of([2.0, 2.0], [1.0, 1.0], [0.0, 0.5, 0.25]))
    assert record["tightness"]["heterogeneous"] == 0.25 / 3
    assert record["times_tighter_than_linear"] == {
        "heterogeneous": 2 / 3,
        "geometric": None,
        "geometric_limit": None,
        "linear_sum": 1.0,
    }


@pytest.mark.parametrize(("a", "b"), [(None, 1.0), (1.0, None), (1.0, 0.0), (1e308, 1e-308)])
def test_ratios_that_are_none(a: float | None, b: float | None) -> None:
    assert ratio(a, b) is None


def test_an_overflow_is_no_bound() -> None:
    found = of([1e300] * 3, [1.0] * 3, [0.0, 1.0, 1.0, 1.0])
    assert (found.heterogeneous, found.measured) == (None, 1.0)


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.96])
def test_contracting_runs_meet_every_theorem_of_the_whole_run(factor: float) -> None:
    """Real models rarely have every factor below one; these do, and grow by all they may."""
    point = EnclosedReal.exact
    run = Run()
    amplitudes = [0.0]
    for _ in range(5):
        amplitudes.append(factor * amplitudes[-1] + 0.25)
    run.amplitudes = [*map(point, amplitudes[:-1]), point(0.9 * amplitudes[-1])]
    run.errors = [point(0.0)] * 6
    run.factors = [OPS.upper_end(point(factor) + point(1e-9))] * 5
    run.injections = run.injected = [point(0.25 + 1e-9)] * 5
    instances = Instances("lockstep", "a made-up run", ("",), of_the_run(OPS, run))
    checks = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    ledger = Ledger([c for c in checks if c.SCOPE == "lockstep"], OPS, lambda *_: None)
    ledger.put(instances)
    assert {t.check.NUMBER for t in ledger.tallies} >= {"D0", "D2", "D2 (limit)", "D3", "D4", "D5", "D8"}
    assert {t.check.NUMBER: dict(t.verdicts) for t in ledger.tallies} == {
        t.check.NUMBER: {Verdict.HOLDS: 1} for t in ledger.tallies
    }
