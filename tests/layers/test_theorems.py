"""Every theorem about blocks and removals, put to every removal; a false one is found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pybridge_extracted
import pytest

from pybridge.binding.instances import Instances
from pybridge.layers.theorems import ALL_AT_ONCE, ONE_BLOCK, Verdicts, put_theorems
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import ProfileSpec
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict
from tests.layers.conftest import tiny_adapter
from tests.models.tiny import tiny_ids

IDS = tiny_ids(1, 17)
PROFILE = ProfileSpec((0.01,), 0, "block", position_sets(4, 17))
CHECKS = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
RUNTIME = [check for check in CHECKS if "runtime" in check.MODES]


def put(family: str, removed: tuple[int, ...], checks: Any = CHECKS, violated: Any = None) -> Verdicts:
    adapter = tiny_adapter(family)
    on_violation = violated or (lambda check, instances, index, evaluation: pytest.fail(check.NAME))
    return put_theorems(adapter, IDS, removed, PROFILE, checks, EnclosureBackend(), on_violation)


@pytest.mark.parametrize("family", ["gpt2", "gemma3", "gpt-neox", "opt-350m", "lfm2", "qwen3-moe"])
def test_every_theorem_of_the_four_scopes_has_a_verdict_and_none_is_violated(family: str) -> None:
    found = put(family, (2, 0))
    assert [one.blocks for one in found.single] == [(2,), (0,)]
    assert found.joint.blocks == (0, 2)
    for one in (*found.single, found.joint):
        scopes = ALL_AT_ONCE if one is found.joint else ONE_BLOCK
        assert {t.check.NAME for t in one.ledger.tallies} == {c.NAME for c in RUNTIME if c.SCOPE in scopes}
        assert all(tally.instances > 0 for tally in one.ledger.tallies)
    assert found.count(Verdict.VIOLATED) == found.count(Verdict.ERROR) == 0
    for one in found.single:
        verdicts = {tally.check.NAME: tally.verdicts for tally in one.ledger.tallies}
        assert verdicts["layer_removal_identity"][Verdict.HOLDS] == 2
        assert verdicts["layer_removal_downstream"][Verdict.HOLDS] == 2
        assert [row.positions for row in one.rows] == ["all", "skip:4"]
        assert all(row.block == one.blocks[0] for row in one.rows)
    joint = {tally.check.NAME: tally.verdicts for tally in found.joint.ledger.tallies}
    assert joint["heterogeneous_bound"][Verdict.HOLDS] == 2
    assert joint["residual_step_with_injection"][Verdict.HOLDS] == 2 * 4  # both position sets of every block
    assert found.joint.lockstep is not None
    for end in found.joint.lockstep.ends:
        assert end.measured is not None
        assert end.heterogeneous is not None
        assert 0 < end.measured <= end.heterogeneous


def test_one_removal_alone_is_its_own_joint_removal() -> None:
    found = put("llama", (1,))
    (one,) = found.single
    assert found.joint.lockstep is not None
    for row, end in zip(one.rows, found.joint.lockstep.ends, strict=True):
        assert row.measured == pytest.approx((end.measured or 0) ** 2, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("layer_removal_identity", "block 1, positions all"),
        ("layer_removal_downstream", "block 1 removed, positions all"),
        ("heterogeneous_bound", "model without blocks 1,2, positions all"),
        ("residual_step_with_injection", "block 1, 1,2 removed, positions all"),
    ],
)
def test_a_false_theorem_is_violated_where_it_was_put(name: str, where: str) -> None:
    check = pybridge_extracted.load(name)
    false = SimpleNamespace(
        **{k: getattr(check, k) for k in dir(check) if not k.startswith("__")}
        | {"conclusion": lambda ops, **_values: ops.le(ops.real(1), ops.real(0))}
    )
    places: list[str] = []

    def violated(_check: Any, instances: Instances, index: int, _evaluation: Any) -> None:
        places.append(instances.label(index, 1))

    found = put("gpt2", (1, 2), [false], violated)
    assert found.count(Verdict.VIOLATED) == len(places) > 0
    assert where in places
