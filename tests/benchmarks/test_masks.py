"""The comparison of two masks tells a near-tie from a real difference."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

MASKS = Path(__file__).resolve().parents[2] / "benchmarks" / "masks.py"


@pytest.fixture(scope="module")
def masks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_masks", MASKS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


SCORES = torch.tensor(
    [[1.0, 2.0, 2.001, 8.0], [1.0, 2.0, 4.0, 8.0], [0.0, 0.0, 0.0, 1.0]], dtype=torch.float64
)
OURS = torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0]], dtype=torch.bool)


def test_equal_masks_have_no_difference(masks: ModuleType) -> None:
    assert list(masks.differences("0.q", masks.Pruned(SCORES, OURS), OURS.clone())) == []


def test_every_row_that_differs_is_told_with_its_gap(masks: ModuleType) -> None:
    theirs = torch.tensor([[1, 0, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0]], dtype=torch.bool)
    near, far, tie = masks.differences("0.q", masks.Pruned(SCORES, OURS), theirs)
    assert (near.row, near.ours_only, near.theirs_only) == (0, [1], [2])
    assert near.gap == pytest.approx(0.001 / 2.001)
    assert (far.row, far.gap) == (1, 0.5)
    assert (tie.row, tie.ours_only, tie.theirs_only, tie.gap) == (2, [2], [0], 0.0)
    assert str(far) == "  0.q row 1: [1] here, [2] there, gap 5.0e-01"


def test_one_side_dropping_more_is_a_difference(masks: ModuleType) -> None:
    theirs = OURS.clone()
    theirs[1, 2] = True
    (found,) = masks.differences("0.q", masks.Pruned(SCORES, OURS), theirs)
    assert (found.row, found.ours_only, found.theirs_only) == (1, [], [2])
