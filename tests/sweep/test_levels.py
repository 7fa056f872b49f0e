"""All levels of one matrix against the definition, written out naively."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pybridge.sweep.grid import GRID, Configuration
from pybridge.sweep.levels import Levels, Spectrum, places

RNG = np.random.default_rng(4)
WEIGHT = RNG.standard_normal((12, 20)).astype(np.float32)
ENERGY = RNG.random(20) * 10
SHAPES = {"tall": WEIGHT.T, "wide": WEIGHT, "square": WEIGHT[:, :12]}


def naive_pruned(method: str, weight: np.ndarray, energy: np.ndarray, sparsity: float) -> np.ndarray:
    """Row by row: the round(sparsity · in) smallest scores become 0; of equal ones the later column."""
    scale = {
        "magnitude": np.ones(weight.shape[1]),
        "colnorm": np.sqrt((weight.astype(np.float64) ** 2).sum(axis=0)),
        "wanda": np.sqrt(energy),
    }[method]
    pruned = weight.copy()
    for row in pruned:
        scores = np.abs(row).astype(np.float64) * scale
        order = sorted(range(len(row)), key=lambda j: (scores[j], -j))
        row[order[: round(sparsity * len(row))]] = 0
    return pruned


def test_the_grid_has_thirty_different_configurations() -> None:
    assert len(GRID) == len({configuration.name for configuration in GRID}) == 30
    assert 468 * len(GRID) == 14_040


@pytest.mark.parametrize("method", ["magnitude", "colnorm", "wanda"])
@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.5, 0.95, 0.975])
def test_pruning_is_the_definition(method: str, sparsity: float) -> None:
    found = Levels(WEIGHT, ENERGY).at(Configuration(method, sparsity=sparsity))
    np.testing.assert_array_equal(found.weight, naive_pruned(method, WEIGHT, ENERGY, sparsity))
    assert found.zeros == 12 * round(sparsity * 20)
    assert found.weight.dtype == np.float32


def test_equal_scores_keep_the_first_columns() -> None:
    flat = np.ones((3, 8), dtype=np.float32)
    found = Levels(flat, np.ones(8)).at(Configuration("magnitude", sparsity=0.5))
    np.testing.assert_array_equal(found.weight, [[1, 1, 1, 1, 0, 0, 0, 0]] * 3)


def test_a_dead_map_and_a_silent_input_are_pruned_like_any_other() -> None:
    found = Levels(np.zeros((3, 8), np.float32), np.zeros(8)).at(Configuration("wanda", sparsity=0.5))
    assert found.zeros == 24
    found = Levels(WEIGHT, np.zeros(20)).at(Configuration("wanda", sparsity=0.5))
    assert found.zeros == 120


def test_what_is_kept_at_one_level_is_kept_at_every_milder_one() -> None:
    levels = Levels(WEIGHT, ENERGY)
    kept = [levels.at(Configuration("wanda", sparsity=s)).weight != 0 for s in (0.3, 0.5, 0.9)]
    assert all(np.all(strict <= mild) for mild, strict in pairwise(kept))


def test_places_are_a_permutation_of_each_row() -> None:
    assert all(sorted(row) == list(range(20)) for row in places(np.abs(WEIGHT)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rank", [1, 3, 12])
def test_a_truncation_is_the_best_one(shape: str, rank: int) -> None:
    weight = SHAPES[shape].astype(np.float64)
    u, s, vt = np.linalg.svd(weight, full_matrices=False)
    best = (u[:, :rank] * s[:rank]) @ vt[:rank]
    found = Spectrum(weight).truncated(rank, np.dtype(np.float64))
    assert np.linalg.norm(found - best) <= 1e-10 * s[0]  # the Gram's eigenvectors: gaps here are above 1e-2


def test_sparse_svd_truncates_what_magnitude_kept() -> None:
    found = Levels(WEIGHT, ENERGY).at(Configuration("sparse_svd", keep=0.25, rank_frac=0.25))
    assert found.sparse is not None
    assert np.count_nonzero(found.sparse) == 60
    assert found.zeros == 180
    assert found.rank == 3
    assert np.abs(WEIGHT)[found.sparse != 0].min() >= np.abs(WEIGHT)[found.sparse == 0].max()
    s = np.linalg.svd(found.weight.astype(np.float64), compute_uv=False)
    assert s[3] < 1e-6 * s[0] < s[2]  # rank 3 but for the rounding to float32


def test_bits_do_not_depend_on_what_else_was_asked_for() -> None:
    together = Levels(WEIGHT, ENERGY)
    for configuration in reversed(GRID):
        together.at(configuration)
    for configuration in GRID:
        alone = Levels(WEIGHT, ENERGY).at(configuration)
        np.testing.assert_array_equal(together.at(configuration).weight, alone.weight)
