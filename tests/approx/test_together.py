"""Asked of all maps at once, a theorem answers to the last bit what it answers of each map alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from pybridge.approx import (
    Approximation,
    LowRank,
    Observation,
    Sampling,
    SemanticCache,
    Sparse,
    Stage,
    compose,
    forward_pass,
    together,
)
from pybridge.approx.matrices import product_map, streamed
from pybridge.approx.stacked import Rows, StackedMap
from pybridge.approx.together import Watched
from pybridge.models.families import adapter_for
from pybridge.runtime.enclosure import EnclosedVec, EnclosureBackend, NormSource
from pybridge.runtime.norms import NormEnclosure
from pybridge.runtime.verdict import Verdict
from tests.models.tiny import tiny_ids, tiny_model

PARTS = (SemanticCache(5.0, capacity=8), Sparse(0.3), LowRank(rank_frac=0.3))
STAGES: dict[str, Stage] = {
    "cache": SemanticCache(20.0, capacity=8),
    "sparse": Sparse(0.3),
    "everything kept": Sparse(1.0),
    "low rank": LowRank(rank=2),
    "no cache": compose(*PARTS[1:]),
    **{form: compose(*PARTS, form=form) for form in ("dropped", "printed", "cached")},
}

Pairs = list[tuple[Observation, Observation]]


def one_by_one(ops: EnclosureBackend, watched: Sequence[Watched]) -> tuple[Observation, ...]:
    """The plain way: a map at a time, a theorem at a time."""
    return tuple(seen for own in watched for seen in own.linear.observe(ops, own.sampled, own.positions))


def both_ways(monkeypatch: pytest.MonkeyPatch) -> Pairs:
    """From here on every pass is recorded in both ways; what they saw, side by side."""
    pairs: Pairs = []

    def observe(ops: EnclosureBackend, watched: Sequence[Watched]) -> tuple[Observation, ...]:
        at_once = together.observe_together(ops, watched)
        again = [
            replace(own, sampled=replace(own.sampled, x=(x := EnclosedVec.exact(own.sampled.x.mid)),
                    cached=x if own.sampled.cached is own.sampled.x else own.sampled.cached))
            for own in watched
        ]  # fmt: skip
        pairs.extend(zip(at_once, one_by_one(ops, again), strict=True))
        return at_once

    monkeypatch.setattr(forward_pass, "observe_together", observe)
    return pairs


class Shrunk(NormSource):
    """Norms that certify what is not so."""

    def enclose(self, linear_map: Any) -> NormEnclosure:
        found = super().enclose(linear_map)
        return NormEnclosure(found.lo / 20, found.hi / 20, found.label)


@pytest.mark.parametrize("norms", [NormSource, Shrunk])
@pytest.mark.parametrize("stage", STAGES)
def test_the_same_verdicts_and_the_same_ends(
    stage: str, norms: type[NormSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, ids = adapter_for(tiny_model("gpt2")), tiny_ids()
    pairs = both_ways(monkeypatch)
    sampling = Sampling(vectors=4)
    with Approximation(adapter, STAGES[stage], maps=r"^[12]\.", sampling=sampling, norms=norms()):
        adapter.trunk(ids)
        adapter.trunk(ids)  # where there is a cache, it is full of these inputs now
    assert pairs
    assert all(at_once == alone for at_once, alone in pairs)
    found = {at_once.verdict for at_once, _ in pairs}
    if norms is NormSource:
        assert found == {Verdict.HOLDS}
    elif stage in ("sparse", "no cache", "printed", "cached"):
        assert Verdict.VIOLATED in found


@pytest.mark.parametrize("stage", ["no cache", "cached"])
def test_experts_have_as_many_inputs_as_the_router_sent_them(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, ids = adapter_for(tiny_model("qwen2-moe")), tiny_ids()
    pairs = both_ways(monkeypatch)
    with Approximation(adapter, STAGES[stage], maps=r"^2\.mlp", sampling=Sampling(vectors=100)) as watched:
        adapter.trunk(ids)
    assert all(at_once == alone for at_once, alone in pairs)
    inputs = Counter(seen.map for seen in watched.passes[0].observations if seen.theorem.startswith("sparse"))
    assert len(set(inputs.values())) > 1


def test_each_map_may_have_its_own_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter, ids = adapter_for(tiny_model("gpt2")), tiny_ids()
    pairs = both_ways(monkeypatch)
    stages = list(STAGES.values())
    with Approximation(adapter, lambda view: stages[len(view.name) * view.block % len(stages)]):
        adapter.trunk(ids)
    assert all(at_once == alone for at_once, alone in pairs)
    assert len({at_once.theorem for at_once, _ in pairs}) > 3


def test_a_theorem_is_evaluated_once_a_shape_however_many_blocks_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    asked: list[str] = []
    evaluate = together.evaluate
    watched = Approximation(adapter, STAGES["no cache"])
    with watched:
        monkeypatch.setattr(
            together, "evaluate", lambda check, *given: asked.append(check.NAME) or evaluate(check, *given)
        )
        adapter.trunk(ids)
    shapes = {linear.view.shape for linear in watched.linears.values()}
    assert len(asked) == 3 * len(shapes)
    assert len(watched.passes[0].observations) == 3 * len(watched.linears)


@pytest.mark.parametrize("limit", [1, 100])
def test_how_many_are_asked_at_once_changes_nothing(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    pairs = both_ways(monkeypatch)
    monkeypatch.setattr(together, "_ENTRIES_AT_ONCE", limit)
    with Approximation(adapter, STAGES["no cache"], sampling=Sampling(vectors=3)) as watched:
        adapter.trunk(ids)
    assert len(pairs) == 3 * 3 * len(watched.linears)
    assert all(at_once == alone for at_once, alone in pairs)


def test_what_breaks_in_the_batch_is_asked_map_by_map(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    monkeypatch.setattr(Rows, "image", lambda *_: 1 / 0)
    with Approximation(adapter, STAGES["no cache"]) as watched:
        adapter.trunk(ids)
    assert len(watched.passes[0].observations) == 3 * len(watched.linears)
    assert {seen.verdict for seen in watched.passes[0].observations} == {Verdict.HOLDS}


def test_a_vector_of_zeros_and_a_huge_one_do_not_widen_their_neighbours() -> None:
    rng = np.random.default_rng(3)
    weights = rng.standard_normal((4, 6, 600)).astype(np.float32)
    factors = [product_map(w[:, :2].copy(), w[:2, :].copy(), f"uv{i}") for i, w in enumerate(weights)]
    maps = [streamed(w, f"w{i}") - uv for i, (w, uv) in enumerate(zip(weights, factors, strict=True))]
    x = rng.standard_normal((4, 600)) * np.array([[1.0], [0.0], [1e200], [1e-200]])
    norm = StackedMap(maps, Rows([1] * 4)).image(EnclosedVec.exact(x)).norm()
    for i, f in enumerate(maps):
        alone = f.image(EnclosedVec.exact(x[i : i + 1])).norm()
        assert (norm.lo[i], norm.hi[i]) == (alone.lo[0], alone.hi[0])


def test_maps_that_are_not_alike_are_applied_one_by_one() -> None:
    w = torch.arange(12.0).reshape(3, 4).numpy()
    f, uv = streamed(w, "w"), product_map(w[:, :1].copy(), w[:1, :].copy(), "uv")
    maps = [f, f - f, f + f, f - uv, uv]
    x = np.arange(24.0).reshape(6, 4)
    image = StackedMap(maps, Rows([1, 1, 2, 1, 1])).image(EnclosedVec.exact(x))
    dense = [w, 0 * w, 2 * w, 2 * w, w - w[:, :1] @ w[:1, :], w[:, :1] @ w[:1, :]]
    expected = np.stack([matrix @ row for matrix, row in zip(dense, x, strict=True)])
    np.testing.assert_allclose(image.mid, expected, rtol=1e-14, atol=1e-12)
    assert image.rad.shape == (6,)
