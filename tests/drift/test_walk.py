"""The one walk against n whole models, on every family."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch

import pybridge.measure.blocks
from pybridge.compress import METHODS, Settings, compress_model
from pybridge.drift import BlockCompressor, DriftStep, measure_drift, run_drift
from pybridge.errors import NonFiniteError
from pybridge.measure.perturb import perturbed_batch
from pybridge.measure.profile import ProfileSpec, measure_profile
from pybridge.measure.summary import summaries
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.models.fingerprint import weight_digests
from tests.drift.naive import HALF, POSITIONS, energy, naive, states, tiny_adapter, walked
from tests.models.tiny import CONFIGS, MOE, tiny_ids

IDS = tiny_ids(batch=1)


def steps_of(
    adapter: Adapter, compressor: BlockCompressor
) -> tuple[list[DriftStep], dict[int, torch.Tensor | None]]:
    seen: list[DriftStep] = []
    h_0, perturbed = perturbed_batch(embedded(adapter, IDS).expand(2, -1, -1), (0.01,), 0)
    ends = run_drift(adapter, h_0, perturbed, compressor.blocks, compressor.compressing, seen.append)
    return seen, ends


SUMMED = 17 * 32
"""Squares in the longest sum of a norm."""
ROUNDING = 4 * (SUMMED + 3) * 2.0**-53
"""Two quotients of two float64 sums of SUMMED squares each, added in whatever order: γ a sum."""


@pytest.mark.parametrize("name", CONFIGS)
def test_every_run_has_the_bits_of_the_naive_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row, every run is a plain forward pass; and the model has its own bits afterwards."""
    monkeypatch.setattr(pybridge.measure.blocks, "ROWS_AT_ONCE", 1)
    adapter = tiny_adapter(name)
    n, before = adapter.n_blocks, weight_digests(adapter.model)
    seen, ends = steps_of(adapter, BlockCompressor(adapter, METHODS["magnitude"], HALF))
    assert weight_digests(adapter.model) == before
    clean = states(adapter, IDS)
    for t, step in enumerate(seen):
        expected, end = naive(adapter, IDS, t), ends[t]
        assert torch.equal(step.next_h, clean[t + 1])
        assert step.compressed is not None
        assert torch.equal(step.compressed, expected[t + 1])
        assert end is not None
        assert torch.equal(end.double(), expected[n])


@pytest.mark.parametrize("name", CONFIGS)
def test_rows_are_the_naive_energies(name: str) -> None:
    """What a compressed block injects runs alone and has the bits of the naive way. Rows that share a batch
    may be rounded otherwise, by some units u in each of four blocks: in float64 1e-9 leaves room for errors
    that grow a millionfold. Experts have no float64 here; in float32 1e-3 leaves room for some thousandfold.
    """
    narrow = name in MOE
    adapter = tiny_adapter(name, torch.float32 if narrow else torch.float64)
    n, clean = adapter.n_blocks, states(adapter, IDS)
    compressed = [naive(adapter, IDS, t) for t in range(n)]
    rows = walked(adapter, IDS)
    assert [(row.positions, row.block) for row in rows] == [(p.name, t) for p in POSITIONS for t in range(n)]
    for row in rows:
        t, hats = row.block, compressed[row.block]
        assert row.injected is not None
        assert row.drift is not None
        injected = energy(clean[t + 1], hats[t + 1], row.positions)
        assert math.isclose(row.injected, injected, rel_tol=ROUNDING)
        drift = energy(clean[n], hats[n], row.positions)
        assert math.isclose(row.drift, drift, rel_tol=1e-3 if narrow else 1e-9)


def test_the_products_are_those_of_a_profile() -> None:
    adapter = tiny_adapter("llama", torch.float64)
    profile = measure_profile(adapter, IDS, ProfileSpec((0.01,), 0, "block", POSITIONS))
    expected = {(s.positions, t): p for s in summaries(profile, "block") for t, p in enumerate(s.downstream)}
    rows = walked(adapter, IDS)
    assert len(rows) == 2 * adapter.n_blocks
    for row in rows:
        assert row.downstream is not None
        product = expected[row.positions, row.block]
        assert product is not None
        assert math.isclose(row.downstream, product, rel_tol=1e-9)
    assert {row.downstream for row in rows if row.block == 3} == {1.0}
    assert {row.amplification for row in rows if row.block == 3} == {1.0}


def test_n_blocks_cost_half_of_n_forwards() -> None:
    adapter = tiny_adapter("gpt2")
    ran: list[int] = []
    original = adapter.run_from

    def counting(start: int, state: torch.Tensor, **options: Any) -> torch.Tensor:
        ran.append(state.shape[0])
        return original(start, state, **options)

    adapter.run_from = counting  # type: ignore[method-assign]
    walked(adapter, IDS)
    n = adapter.n_blocks
    clean = perturbed = n
    assert sum(ran) == clean + perturbed + n * (n + 1) // 2


def test_a_compression_that_changes_nothing_is_exactly_that() -> None:
    adapter = tiny_adapter("llama")
    compressor = BlockCompressor(adapter, METHODS["magnitude"], Settings(sparsity=0.0))
    seen, ends = steps_of(adapter, compressor)
    assert ends == dict.fromkeys(range(4))
    for step in seen:
        assert step.compressed is not None
        assert torch.equal(step.compressed, step.next_h)


def test_only_the_chosen_blocks_are_compressed() -> None:
    adapter = tiny_adapter("lfm2")
    compressor = BlockCompressor(adapter, METHODS["magnitude"], HALF, maps=r"conv_in$|^3\.q$")
    assert compressor.blocks == (0, 2, 3)
    seen, ends = steps_of(adapter, compressor)
    assert sorted(ends) == [0, 2, 3]
    assert [step.compressed is not None for step in seen] == [True, False, True, True]


def test_what_is_compressed_runs_on_the_clean_state_and_dense_statistics() -> None:
    """Wanda on block t of an otherwise dense model: what `compress_model` does to that block alone."""
    adapter = tiny_adapter("qwen3")
    calibration = tiny_ids(batch=2, tokens=23)
    method = METHODS["wanda"]
    compressor = BlockCompressor(adapter, method, HALF, calibration=calibration)
    for block in compressor.blocks:
        with compressor.compressing(block):
            found = [view.read().clone() for view in adapter.linear_maps()]
        with compress_model(adapter, method, HALF, calibration, maps=rf"^{block}\.", one_pass=True):
            expected = [view.read().clone() for view in adapter.linear_maps()]
        assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("method", ["svd", "asvd", "balanced", "wanda+svd", "composition"])
def test_every_kind_of_method_can_be_studied(method: str) -> None:
    adapter = tiny_adapter("gpt2")
    before = weight_digests(adapter.model)
    settings = Settings(rank=4) if "+" not in method and method != "composition" else Settings(0.5, rank=4)
    calibration = tiny_ids(batch=2, tokens=23)
    compressor = BlockCompressor(adapter, METHODS[method], settings, maps="mlp", calibration=calibration)
    h_0 = embedded(adapter, IDS)[0]
    blocks, compressing = compressor.blocks, compressor.compressing
    rows = measure_drift(adapter, h_0, blocks, compressing, POSITIONS, eps=0.01, seed=0)
    assert all(row.drift is not None and row.drift > 0 for row in rows)
    assert weight_digests(adapter.model) == before


@pytest.mark.parametrize("where", ["compressing", "running"])
def test_ctrl_c_leaves_the_model_with_its_own_bits(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = tiny_adapter("gpt2")
    before = weight_digests(adapter.model)
    compressor = BlockCompressor(adapter, METHODS["magnitude"], HALF)
    writes = 0

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    if where == "compressing":
        original = torch.Tensor.copy_

        def third(tensor: torch.Tensor, *args: Any) -> torch.Tensor:
            nonlocal writes
            writes += 1
            return interrupted() if writes == 6 else original(tensor, *args)

        monkeypatch.setattr(torch.Tensor, "copy_", third)
        compressing = compressor.compressing
    else:

        def compressing(block: int) -> AbstractContextManager[None]:
            if block == 2:
                handle = adapter.blocks[2].register_forward_hook(interrupted)
                cleanup.append(handle.remove)
            return compressor.compressing(block)

    cleanup: list[Any] = []
    h_0 = embedded(adapter, IDS)[0]
    with pytest.raises(KeyboardInterrupt):
        run_drift(adapter, h_0, h_0, compressor.blocks, compressing, lambda _: None)
    monkeypatch.undo()
    for clean in cleanup:
        clean()
    assert weight_digests(adapter.model) == before


def _explode(_module: Any, _args: Any, output: Any) -> Any:
    return output * float("inf")


def test_a_clean_run_that_overflows_is_refused() -> None:
    adapter = tiny_adapter("gpt2")
    adapter.blocks[1].register_forward_hook(_explode)
    with pytest.raises(NonFiniteError, match="h2"):
        walked(adapter, IDS)
