"""Put on and taken off: exact while watching, gone without trace, and right about what it saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pybridge.approx import (
    Approximation,
    LowRank,
    Sampling,
    SemanticCache,
    Sparse,
    Stage,
    compose,
)
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.errors import ModelError, NonFiniteError, SettingError
from pybridge.measure.swap import replaced
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.verdict import Verdict
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

STAGES: dict[str, Stage] = {
    "cache": SemanticCache(delta=20.0, capacity=8),
    "sparse": Sparse(0.3),
    "low rank": LowRank(rank_frac=0.3),
    "dropped": compose(SemanticCache(5.0), Sparse(0.3), LowRank(rank_frac=0.3)),
    "printed": compose(SemanticCache(5.0), Sparse(0.3), LowRank(rank_frac=0.3), form="printed"),
    "cached": compose(SemanticCache(5.0), Sparse(0.3), LowRank(rank_frac=0.3), form="cached"),
}


def logits(adapter: Adapter, ids: Tensor) -> Tensor:
    model: Any = adapter.model
    with torch.no_grad():
        return model(ids, use_cache=False).logits


def traces(model: nn.Module) -> list[object]:
    """All that a wrapper could leave behind: hooks, modules, attributes, bits."""
    state = [(name, value.clone()) for name, value in model.state_dict().items()]
    return [
        [(name, id(module), sorted(vars(module))) for name, module in model.named_modules()],
        [
            [list(hooks) for hooks in (m._forward_hooks, m._forward_pre_hooks, m._forward_hooks_with_kwargs)]
            for m in model.modules()
        ],
        [name for name, _ in state],
        [value.view(torch.uint8).numpy().tobytes() for _, value in state if value.ndim],
    ]


THOROUGH = ("gpt2", "qwen2-moe")
CASES = [(name, stage) for name in CONFIGS for stage in STAGES if name in THOROUGH or stage == "dropped"]


def plain_maps(adapter: Adapter) -> list[str]:
    """All but the experts: which of those are visited is up to the router, and they have no module each."""
    return [view.name for view in adapter.linear_maps() if view.expert is None]


@pytest.mark.parametrize(("name", "stage"), CASES)
def test_watching_changes_no_bit_and_every_theorem_holds(name: str, stage: str) -> None:
    adapter, ids = adapter_for(tiny_model(name)), tiny_ids()
    before, plain = traces(adapter.model), logits(adapter, ids)
    with Approximation(adapter, STAGES[stage], sampling=Sampling(vectors=4)) as watched:
        assert torch.equal(plain, logits(adapter, ids))
    assert traces(adapter.model) == before
    (record,) = watched.passes
    verdicts = {seen.verdict for seen in record.observations}
    assert verdicts == {Verdict.HOLDS}
    seen = {seen.map for seen in record.observations}
    assert seen
    assert seen <= set(watched.linears)
    if stage != "cache":  # a theorem about reuse alone speaks of hits alone
        assert seen >= set(plain_maps(adapter))


@pytest.mark.parametrize(("name", "stage"), CASES)
def test_running_changes_the_logits_and_leaves_no_trace(name: str, stage: str) -> None:
    adapter, ids = adapter_for(tiny_model(name)), tiny_ids()
    before, plain = traces(adapter.model), logits(adapter, ids)
    maps = plain_maps(adapter)
    sampling = Sampling(vectors=4)
    with Approximation(adapter, STAGES[stage], maps=maps, mode="approximate", sampling=sampling) as watched:
        assert (plain - logits(adapter, ids)).abs().max() > 1e-3
    assert traces(adapter.model) == before
    assert torch.equal(plain, logits(adapter, ids))
    assert {seen.verdict for seen in watched.passes[0].observations} == {Verdict.HOLDS}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
@pytest.mark.parametrize("mode", ["exact", "approximate"])
def test_errors_are_measured_in_any_dtype_without_false_violations(dtype: torch.dtype, mode: str) -> None:
    adapter, ids = adapter_for(tiny_model("llama", dtype)), tiny_ids()
    stage = compose(SemanticCache(5.0), Sparse(0.99), LowRank(rank_frac=0.9))
    with Approximation(adapter, stage, mode=mode, sampling=Sampling(vectors=8)) as watched:
        logits(adapter, ids)
    assert {seen.verdict for seen in watched.passes[0].observations} == {Verdict.HOLDS}


def test_experts_are_watched_but_not_run() -> None:
    adapter, ids = adapter_for(tiny_model("mixtral")), tiny_ids()
    with pytest.raises(ModelError, match=r"0\.mlp_up\.e0: .* is not the weight of a linear module"):
        Approximation(adapter, Sparse(0.3), maps=r"0\.mlp_up\.e", mode="approximate")
    with Approximation(adapter, Sparse(0.3), maps=r"mlp_up\.e", sampling=Sampling(vectors=100)) as watched:
        adapter.trunk(ids)
    seen = watched.passes[0].observations
    each_token = int(adapter.config.num_experts_per_tok)
    assert len(seen) == adapter.n_blocks * ids.numel() * each_token  # every routed token, at its experts


def sparse_of(view: LinearMapView) -> Tensor:
    kept = top_magnitude_mask(view.read().numpy(), 0.3)
    return torch.where(torch.from_numpy(kept), view.read(), torch.zeros(()))


def test_running_a_sparse_map_has_the_bits_of_the_model_that_stores_it() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    with Approximation(adapter, Sparse(0.3), maps="mlp", mode="approximate"):
        run = logits(adapter, ids)
    with replaced([v for v in adapter.linear_maps() if "mlp" in v.name], sparse_of):
        assert torch.equal(run, logits(adapter, ids))


@pytest.mark.parametrize("per_head", [False, True])
def test_single_heads_and_whole_components_run_the_same_rows(per_head: bool) -> None:
    """Every head of v alone gives what v as a whole gives, when each row is treated for itself."""
    adapter, ids = adapter_for(tiny_model("gpt2", torch.float64)), tiny_ids()
    cache = SemanticCache(delta=20.0)
    with Approximation(adapter, cache, maps=r"^2\.v", per_head=per_head, mode="approximate") as whole:
        run = logits(adapter, ids)
    with Approximation(adapter, cache, maps=["2.v"], mode="approximate"):
        torch.testing.assert_close(run, logits(adapter, ids), rtol=1e-12, atol=1e-12)
    assert len(whole.linears) == (4 if per_head else 1)


def test_an_observation_is_the_error_at_the_input_it_names() -> None:
    adapter, ids = adapter_for(tiny_model("qwen2")), tiny_ids()
    inputs: dict[str, Tensor] = {}
    with (
        adapter.observe_inputs(["2.mlp_up"], lambda key, x: inputs.__setitem__(key, x.clone())),
        Approximation(adapter, Sparse(0.3), maps=["2.mlp_up"], sampling=Sampling(vectors=9)) as watched,
    ):
        adapter.trunk(ids)
    view = watched.linears["2.mlp_up"].view
    residual = (view.read() - sparse_of(view)).double().numpy()
    norm = np.linalg.norm(residual, 2)
    (record,) = watched.passes
    assert len({seen.position for seen in record.observations}) == 9
    for seen in record.observations:
        x = inputs[view.input_key][seen.position].double().numpy()
        error, bound = np.linalg.norm(residual @ x), norm * np.linalg.norm(x)
        assert seen.error[0] * (1 - 1e-13) <= error <= seen.error[1] * (1 + 1e-13)
        assert seen.error[1] - seen.error[0] <= 1e-12 * error
        assert seen.bound[0] * (1 - 1e-13) <= bound <= seen.bound[1] * (1 + 1e-13)
        assert seen.tightness == pytest.approx(error / bound, rel=0.011)
        assert (seen.number, seen.term, seen.hit, seen.hypotheses_met) == ("2", "total", False, True)
    (line,) = watched.summary()
    assert line.worst_error == max(seen.error[1] for seen in record.observations)
    assert (line.hypotheses_met, line.verdicts) == (9, {Verdict.HOLDS: 9})


def test_each_pass_has_a_record_and_sampling_thins_them() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()

    def run() -> Approximation:
        with Approximation(adapter, Sparse(0.5), maps="q", sampling=Sampling(every=2)) as watched:
            for _ in range(5):
                adapter.trunk(ids)
        return watched

    first = run()
    assert [record.forward_pass for record in first.passes] == [0, 2, 4]
    assert all(len(record.observations) == adapter.n_blocks for record in first.passes)
    places = [record.observations[0].position for record in first.passes]
    assert len(set(places)) > 1
    assert first.passes == run().passes
    first.clear()
    assert first.passes == []
    with first:
        adapter.trunk(ids)
    assert first.passes[0].forward_pass == 0


def test_all_maps_of_a_pass_are_watched_at_the_same_tokens() -> None:
    adapter = adapter_for(tiny_model("llama"))
    with Approximation(adapter, Sparse(0.5), sampling=Sampling(vectors=3)) as watched:
        adapter.trunk(tiny_ids())
    by_map: dict[str, list[tuple[int, ...]]] = {}
    for seen in watched.passes[0].observations:
        by_map.setdefault(seen.map, []).append(seen.position)
    assert len({tuple(places) for places in by_map.values()}) == 1


def test_each_map_may_have_its_own_stage_and_its_own_cache() -> None:
    adapter, ids = adapter_for(tiny_model("gpt2")), tiny_ids()

    def stage(view: LinearMapView) -> Stage:
        return (
            SemanticCache(delta=3.0 * view.block, capacity=5) if view.component == "mlp_up" else Sparse(0.5)
        )

    with Approximation(adapter, stage, maps="mlp") as watched:
        adapter.trunk(ids)
    statistics = {name: linear.statistics for name, linear in watched.linears.items()}
    assert all(statistics[f"{t}.mlp_down"] is None for t in range(4))
    ups = [statistics[f"{t}.mlp_up"] for t in range(4)]
    assert all(said is not None and said.lookups == ids.numel() for said in ups)
    assert len({said.hits for said in ups if said}) > 1


def test_a_pass_that_breaks_off_leaves_no_half_record() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    before = traces(adapter.model)

    def fail(_: int, __: Tensor) -> None:
        raise KeyboardInterrupt

    watched = Approximation(adapter, Sparse(0.5))
    with pytest.raises(KeyboardInterrupt), watched, adapter.observe_residual("block", fail):
        adapter.trunk(ids)
    assert watched.passes == []
    assert not watched.is_on
    assert traces(adapter.model) == before


def test_explicit_on_and_off() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    before = traces(adapter.model)
    watched = Approximation(adapter, Sparse(0.5))
    assert watched.on() is watched
    with pytest.raises(SettingError, match="on already"):
        watched.on()
    adapter.trunk(ids)
    watched.off()
    watched.off()
    adapter.trunk(ids)
    assert len(watched.passes) == 1
    assert traces(adapter.model) == before


def test_weights_changed_meanwhile_are_noticed_and_prepared_anew() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    watched = Approximation(adapter, Sparse(0.5), maps="0.mlp_up").on()
    (view,) = (linear.view for linear in watched.linears.values())
    view.write(2 * view.read())
    with pytest.raises(ModelError, match=r"0\.mlp_up: its weights were changed while"):
        adapter.trunk(ids)
    watched.off()
    with watched:
        adapter.trunk(ids)
    assert watched.passes[0].observations[0].verdict is Verdict.HOLDS
    residual = watched.linears["0.mlp_up"].parts.residual
    assert residual is not None
    assert np.array_equal(residual, (view.read() - torch.where(
        torch.from_numpy(top_magnitude_mask(view.read().numpy(), 0.5)), view.read(), torch.zeros(())
    )).numpy())  # fmt: skip


def test_activations_that_are_no_numbers_are_named() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    broken = Approximation(adapter, SemanticCache(1.0), maps="1.mlp_up")
    nothing = adapter.replace_embedding(lambda h: h * float("nan"))
    with pytest.raises(NonFiniteError, match=r"input 1\.mlp_in"), broken, nothing:
        adapter.trunk(ids)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"maps": "mlp_sideways"}, "matches none of the 28 linear maps, such as 0.q"),
        ({"maps": "["}, "no regular expression"),
        ({"maps": ["0.q", "9.q"]}, "no linear map '9.q'"),
        ({"maps": []}, "No linear map is named"),
        ({"mode": "fast"}, "no mode 'fast'"),
    ],
)
def test_what_cannot_be_put_on_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Approximation(adapter_for(tiny_model("llama")), Sparse(0.5), **settings)


def test_a_rank_above_some_matrix_is_refused_before_anything_runs() -> None:
    with pytest.raises(SettingError, match=r"0\.k: rank 20 is above 16"):
        Approximation(adapter_for(tiny_model("llama")), LowRank(rank=20))


def test_generation_with_a_cache_is_a_pass_a_token() -> None:
    adapter, model = (a := adapter_for(tiny_model("llama"))), a.model
    ids = tiny_ids(batch=1, tokens=5)
    plain = model.generate(ids, max_new_tokens=4, min_new_tokens=4, do_sample=False, pad_token_id=0)  # type: ignore
    with Approximation(adapter, compose(SemanticCache(1.0), Sparse(0.5))) as watched:
        same = model.generate(ids, max_new_tokens=4, min_new_tokens=4, do_sample=False, pad_token_id=0)  # type: ignore
    assert torch.equal(plain, same)
    assert len(watched.passes) == 4
    statistics = watched.linears["0.q"].statistics
    assert statistics is not None
    assert statistics.lookups == 5 + 3
