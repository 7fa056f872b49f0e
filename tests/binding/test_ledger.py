"""The ledger on synthetic theorems: each verdict lands in its column, violations are handed on, the worst is
kept.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from pybridge.binding.instances import Instances
from pybridge.binding.ledger import Ledger
from pybridge.runtime.enclosure import EnclosedReal, EnclosureBackend
from pybridge.runtime.verdict import Verdict


def at_most_one(name: str = "below", factor: float = 1.0, **changes: Any) -> Any:
    """`0 < g → factor · g ≤ 1`, with the shape of a generated check."""
    return SimpleNamespace(
        **{
            "NAME": name,
            "NUMBER": "0",
            "SECTION": "",
            "STATEMENT": "sha256:0",
            "SCOPE": "block",
            "CERTIFICATE": False,
            "MODES": ("runtime",),
            "MEASURED": {"g": "gain"},
            "SOLVED": (),
            "complete": lambda ops, g: {"g": g},
            "hypotheses": lambda ops, g: (("hg", lambda: ops.lt(ops.real(0), g)),),
            "guards": lambda ops, g: (),
            "conclusion": lambda ops, g: ops.le(EnclosedReal.exact(factor) * g, ops.real(1)),
        }
        | changes
    )


def gains(*values: Any) -> Instances:
    lo = np.array([v[0] if isinstance(v, tuple) else v for v in values])
    hi = np.array([v[1] if isinstance(v, tuple) else v for v in values])
    return Instances(
        "block", "block 0", tuple(f"g{i}" for i in range(len(values))), {"gain": EnclosedReal(lo, hi)}
    )


def test_every_verdict_has_its_column_and_the_worst_its_place() -> None:
    seen = []
    ledger = Ledger(
        [at_most_one()], EnclosureBackend(), lambda c, i, k, e: seen.append((c.NAME, i.label(k, 5)))
    )
    ledger.put(gains(0.5, -1.0, 2.0, (0.9, 1.1), (-0.1, 0.1)))
    (tally,) = ledger.tallies
    assert tally.verdicts == {
        Verdict.HOLDS: 1,
        Verdict.HYPOTHESIS_UNMET: 1,
        Verdict.VIOLATED: 1,
        Verdict.INCONCLUSIVE: 2,
    }
    assert (tally.instances, tally.hypotheses_met) == (5, 3)
    assert tally.tightness is not None
    assert (tally.tightness.value, tally.tightness.where) == (2.0, "block 0, g2")
    assert tally.reasons == {"not met: hg": 1, "undecided: hg": 1}
    assert seen == [("below", "block 0, g2")]
    assert [w.split(":")[0] for w in tally.examples[Verdict.INCONCLUSIVE]] == ["block 0, g3", "block 0, g4"]


def test_only_checks_of_the_scope_with_something_offered_are_put() -> None:
    other_scope = at_most_one("elsewhere", SCOPE="profile", MEASURED={"n": "block count"})
    nothing_offered = at_most_one("nothing", MEASURED={"L": "lipschitz ratio"})
    property_only = at_most_one("property_only", MODES=("property",))
    ledger = Ledger(
        [at_most_one(), other_scope, nothing_offered, property_only], EnclosureBackend(), lambda *_: None
    )
    ledger.put(gains(0.5))
    assert {t.check.NAME: t.instances for t in ledger.tallies} == {"below": 1, "elsewhere": 0, "nothing": 0}


def test_noise_is_unsupported_with_its_reason() -> None:
    ledger = Ledger([at_most_one()], EnclosureBackend(), lambda *_: None)
    ledger.put(Instances("block", "block 0", ("",), {}, {"gain": "noise: too small"}))
    (tally,) = ledger.tallies
    assert tally.verdicts == {Verdict.UNSUPPORTED: 1}
    assert tally.reasons == {"noise: too small": 1}


def test_a_broken_check_is_one_error() -> None:
    def broken(ops: Any, g: Any) -> Any:
        raise ZeroDivisionError("oh")

    ledger = Ledger([at_most_one(conclusion=broken)], EnclosureBackend(), lambda *_: None)
    ledger.put(gains(0.5, 0.6))
    assert ledger.count(Verdict.ERROR) == 1
    assert "ZeroDivisionError" in ledger.tallies[0].examples[Verdict.ERROR][0]
