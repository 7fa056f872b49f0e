"""What the sweep computes for all levels at once is what `compress` stores one setting at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.compress.methods import METHODS
from pybridge.compress.settings import Settings
from pybridge.compress.statistics import Statistics
from pybridge.sweep.grid import RANK_FRACTIONS, SPARSITIES, Configuration
from pybridge.sweep.levels import Levels

RNG = np.random.default_rng(9)
WEIGHT = RNG.standard_normal((24, 40)).astype(np.float32)
WEIGHT[3, :20] = 0.25  # ties
ENERGY = RNG.random(40) * 5


@pytest.mark.parametrize("method", ["magnitude", "colnorm", "wanda"])
@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_pruning_has_the_same_bits(method: str, sparsity: float) -> None:
    statistics = Statistics(tokens=7, energy=torch.from_numpy(ENERGY))
    theirs = METHODS[method].compress(WEIGHT, Settings(sparsity=sparsity), statistics)
    ours = Levels(WEIGHT, ENERGY).at(Configuration(method, sparsity=sparsity))
    np.testing.assert_array_equal(ours.weight, theirs.weight)
    assert ours.zeros == theirs.zeros


@pytest.mark.parametrize("fraction", RANK_FRACTIONS)
def test_truncation_is_the_same_up_to_one_rounding(fraction: float) -> None:
    theirs = METHODS["svd"].compress(WEIGHT, Settings(rank_frac=fraction))
    ours = Levels(WEIGHT, ENERGY).at(Configuration("svd", rank_frac=fraction))
    assert ours.rank == theirs.rank
    assert np.abs(ours.weight - np.asarray(theirs.weight)).max() <= 2 * np.abs(WEIGHT).max() * 2.0**-24
