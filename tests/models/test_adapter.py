"""Every adapter against the unhooked model: watching changes nothing and sees the residual stream."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import GPT2Config, GPT2Model, T5Config

from pybridge.errors import ModelError, SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.families import FAMILIES, adapter_for
from pybridge.models.residual import ResidualShape
from tests.models import parts
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

FLOATS = (torch.float32, torch.bfloat16, torch.float16)


@pytest.fixture(params=CONFIGS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param))


def logits(adapter: Adapter, ids: Tensor) -> Tensor:
    model: Any = adapter.model
    with torch.no_grad():
        return model(ids, use_cache=False).logits


def same_bits(left: Tensor, right: Tensor) -> bool:
    return left.dtype == right.dtype and left.shape == right.shape and torch.equal(left, right)


def finest(adapter: Adapter) -> str:
    return "block" if adapter.residual_shape is ResidualShape.PARALLEL else "sublayer"


def observed(adapter: Adapter, granularity: str, ids: Tensor) -> dict[int, Tensor]:
    states: dict[int, Tensor] = {}
    with adapter.observe_residual(granularity, lambda point, h: states.__setitem__(point, h.clone())):
        adapter.trunk(ids)
    return states


def test_every_family_has_a_tiny_model() -> None:
    assert {config.model_type for config in CONFIGS.values()} == set(FAMILIES)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", CONFIGS)
def test_watching_changes_no_logit(name: str, dtype: torch.dtype) -> None:
    adapter, ids = adapter_for(tiny_model(name, dtype)), tiny_ids()
    plain = logits(adapter, ids)
    seen: list[object] = []
    maps = [view.name for view in adapter.linear_maps(per_head=True)]
    with (
        adapter.observe_residual(finest(adapter), lambda point, h: seen.append((point, h))),
        adapter.observe_inputs(maps, lambda key, x: seen.append((key, x))),
        adapter.replace_embedding(lambda h: h),
    ):
        watched = logits(adapter, ids)
    inputs = {view.input_key for view in adapter.linear_maps()}
    assert len(seen) == len(adapter.points(finest(adapter))) + len(inputs)
    assert len(inputs) >= 4 * adapter.n_blocks
    assert same_bits(plain, watched)
    assert same_bits(plain, logits(adapter, ids))
    assert adapter.dtype == dtype


def test_states_are_those_the_library_reports_and_the_last_is_before_the_final_norm(adapter: Adapter) -> None:
    ids, model = tiny_ids(), adapter.model
    with torch.no_grad():
        reported = model(ids, output_hidden_states=True, use_cache=False).hidden_states
    states = observed(adapter, "block", ids)
    assert list(states) == list(range(adapter.n_blocks + 1))
    assert all(same_bits(states[t], reported[t]) for t in range(adapter.n_blocks))
    norm = parts.final_norm(adapter)
    if norm is not None:  # OPT with norms after the sums has none
        assert not torch.allclose(states[adapter.n_blocks], reported[-1])
        with torch.no_grad():
            assert same_bits(norm(states[adapter.n_blocks]), reported[-1])
    assert same_bits(adapter.trunk(ids), states[adapter.n_blocks])


def test_points_are_the_residual_sums(adapter: Adapter) -> None:
    """Each state is the one before plus what the library's own modules return: h_{t+1} = h_t + u_t."""
    ids = tiny_ids()
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        return lambda _module, _args, out: outputs.__setitem__(
            name, out[0] if isinstance(out, tuple) else out
        )

    handles = []
    blocks: Any = adapter.blocks
    for t, block in enumerate(blocks):
        attention, mlp = parts.attention(block), parts.mlp(block)
        if adapter.residual_shape is ResidualShape.POST_NORM:
            attention, mlp = block.post_attention_layernorm, block.post_feedforward_layernorm
        handles += [
            attention.register_forward_hook(keep(f"{t}.attention")),
            mlp.register_forward_hook(keep(f"{t}.mlp")),
        ]
    states = observed(adapter, finest(adapter), ids)
    for handle in handles:
        handle.remove()
    whole = observed(adapter, "block", ids)
    if adapter.residual_shape is ResidualShape.PARALLEL:
        for t in range(adapter.n_blocks):
            update = outputs[f"{t}.mlp"] + outputs[f"{t}.attention"]
            assert same_bits(update + whole[t], whole[t + 1]), t
        return
    assert len(adapter.points("sublayer")) == len(states) == 2 * adapter.n_blocks + 1
    for index in range(2 * adapter.n_blocks):
        block, part = blocks[index // 2], ("attention", "mlp")[index % 2]
        total = states[index] + outputs[f"{index // 2}.{part}"].view_as(states[index])
        if adapter.residual_shape is ResidualShape.NORMED_SUM:
            total = (block.self_attn_layer_norm, block.final_layer_norm)[index % 2](total)
        assert same_bits(total, states[index + 1]), (index, part)
    assert all(same_bits(whole[t], states[2 * t]) for t in whole)


def test_names_of_points_and_updates() -> None:
    adapter = adapter_for(tiny_model("gpt2"))
    assert adapter.points() == ("h0", "h1", "h2", "h3", "h4")
    assert adapter.updates() == ("0", "1", "2", "3")
    assert adapter.points("sublayer")[:3] == ("h0", "h0.mid", "h1")
    assert adapter.points("sublayer")[-1] == "h4"
    assert adapter.updates("sublayer")[:3] == ("0.attention", "0.mlp", "1.attention")
    assert adapter_for(tiny_model("lfm2")).updates("sublayer")[:3] == ("0.conv", "0.mlp", "1.attention")


def test_parallel_blocks_have_no_sublayers() -> None:
    assert adapter_for(tiny_model("gpt-neox-sequential")).points("sublayer")[1] == "h0.mid"
    with pytest.raises(SettingError, match=r"adds attention and MLP in one step \(parallel\)"):
        adapter_for(tiny_model("gpt-neox")).points("sublayer")


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", CONFIGS)
def test_run_from_has_the_bits_of_the_full_run(name: str, dtype: torch.dtype) -> None:
    adapter = adapter_for(tiny_model(name, dtype))
    states = observed(adapter, "block", tiny_ids())
    for t in range(adapter.n_blocks + 1):
        assert same_bits(adapter.run_from(t, states[t]), states[adapter.n_blocks])
        assert same_bits(adapter.run_from(0, states[0], stop=t), states[t])


def test_run_from_shows_observers_only_the_blocks_it_runs(adapter: Adapter) -> None:
    states = observed(adapter, "block", tiny_ids())
    before = list(adapter.blocks)
    points: list[int] = []
    with adapter.observe_residual("block", lambda point, _h: points.append(point)):
        adapter.run_from(2, states[2])
    assert points == [2, 3, 4]
    assert all(now is then for now, then in zip(adapter.blocks, before, strict=True))


def test_run_from_is_differentiable_in_the_state() -> None:
    adapter = adapter_for(tiny_model("llama"))
    state = observed(adapter, "block", tiny_ids())[1]
    assert not adapter.run_from(1, state).requires_grad
    leaf = state.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(adapter.run_from(1, leaf).sum(), leaf)
    assert gradient.shape == state.shape
    assert gradient.abs().min() > 0


def test_replace_embedding(adapter: Adapter) -> None:
    ids = tiny_ids()
    plain = observed(adapter, "block", ids)
    noise = torch.randn_like(plain[0])
    moved: dict[int, Tensor] = {}
    with (
        adapter.observe_residual("block", lambda point, h: moved.__setitem__(point, h.clone())),
        adapter.replace_embedding(lambda h: h + noise),
    ):
        end = adapter.trunk(ids)
    assert same_bits(moved[0], plain[0] + noise)
    assert same_bits(end, adapter.run_from(0, plain[0] + noise))
    assert not torch.equal(end, plain[adapter.n_blocks])
    assert same_bits(adapter.trunk(ids), plain[adapter.n_blocks])


def test_a_batch_is_its_rows(adapter: Adapter) -> None:
    ids = tiny_ids(batch=3)
    together = observed(adapter, "block", ids)
    for row in range(3):
        alone = observed(adapter, "block", ids[row : row + 1])
        for point, state in alone.items():
            torch.testing.assert_close(state, together[point][row : row + 1])


def test_blocks_that_return_tuples_are_read_alike() -> None:
    adapter, ids = adapter_for(tiny_model("llama")), tiny_ids()
    plain = observed(adapter, "block", ids)
    older = adapter_for(copy.deepcopy(adapter.model))

    def unwrap(_module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        (stream,) = args
        return (stream[0] if isinstance(stream, tuple) else stream,), kwargs

    for block in older.blocks:
        original = block.forward
        block.forward = lambda *args, _run=original, **kwargs: (_run(*args, **kwargs),)
    for block in list(older.blocks)[1:]:
        block.register_forward_pre_hook(unwrap, with_kwargs=True)
    older.body.norm.register_forward_pre_hook(lambda _m, args: args[0])
    tuples = observed(older, "block", ids)
    assert list(tuples) == list(plain)
    assert all(same_bits(tuples[t], plain[t]) for t in plain)


def test_observers_leave_no_trace(adapter: Adapter) -> None:
    class Stop(Exception): ...

    def fail(*_: object) -> Any:
        raise Stop

    def hooks() -> int:
        return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in adapter.model.modules())

    for context in (
        adapter.observe_residual(finest(adapter), fail),
        adapter.observe_inputs([view.name for view in adapter.linear_maps()], fail),
        adapter.replace_embedding(fail),
    ):
        with pytest.raises(Stop), context:
            adapter.trunk(tiny_ids())
        assert hooks() == 0


def test_observed_inputs_are_what_each_map_multiplies(adapter: Adapter) -> None:
    """W x + b of every map is what the library's own module returned, cut as its forward pass cuts it."""
    ids = tiny_ids()
    views = [view for view in adapter.linear_maps() if view.expert is None]
    inputs: dict[str, Tensor] = {}
    returned: dict[str, Tensor] = {}
    modules: dict[str, Any] = {
        name: adapter.model.get_submodule(name)
        for name in {view.parameter.removesuffix(".weight") for view in views}
    }
    handles = [
        module.register_forward_hook(lambda _m, _a, out, name=name: returned.__setitem__(name, out))
        for name, module in modules.items()
    ]
    with adapter.observe_inputs([v.name for v in views], lambda key, x: inputs.__setitem__(key, x.clone())):
        adapter.trunk(ids)
    for handle in handles:
        handle.remove()
    for view in views:
        name = view.parameter.removesuffix(".weight")
        x, bias = inputs[view.input_key], modules[name].bias
        assert x.shape == (*ids.shape, view.shape[1])
        product = x @ view.read().T
        if bias is not None:
            product = product + parts.rows_of(adapter, view, bias)
        torch.testing.assert_close(product, parts.rows_of(adapter, view, returned[name]).view_as(product))


def test_one_call_per_distinct_input() -> None:
    adapter = adapter_for(tiny_model("llama"))
    keys: list[str] = []
    with adapter.observe_inputs(
        ["0.q", "0.k.1", "0.v", "0.mlp_up", "0.mlp_gate"], lambda key, _x: keys.append(key)
    ):
        adapter.trunk(tiny_ids())
    assert keys == ["0.attn_in", "0.mlp_in"]


def test_too_many_tokens_and_foreign_ids_are_refused(adapter: Adapter) -> None:
    with pytest.raises(SettingError, match="65 tokens do not fit the context of this model, 64"):
        adapter.trunk(tiny_ids(tokens=65))
    with pytest.raises(ModelError, match="Token id 97 has no embedding"):
        adapter.trunk(torch.tensor([[96, 97]]))


def test_unknown_words_are_refused(adapter: Adapter) -> None:
    with pytest.raises(SettingError, match="Unknown granularity 'layer'"):
        adapter.observe_residual("layer", lambda point, h: None)
    with pytest.raises(ModelError, match=r"No linear map is called '0\.mlp_fc'"):
        adapter.observe_inputs(["0.mlp_fc"], lambda key, x: None)
    with pytest.raises(SettingError, match="4 blocks"):
        adapter.run_from(3, torch.zeros(1, 2, 32), stop=5)


def test_blocks_that_are_not_found() -> None:
    with pytest.raises(ModelError, match=r"no blocks found at `transformer\.h`"):
        adapter_for(GPT2Model(GPT2Config(vocab_size=9, n_embd=8, n_layer=1, n_head=2)))
    empty = tiny_model("llama")
    empty.model.layers = torch.nn.ModuleList()
    with pytest.raises(ModelError, match="num_hidden_layers"):
        adapter_for(empty)


def test_unsupported_families_are_named() -> None:
    class Model(torch.nn.Module):
        config = T5Config()

    with pytest.raises(ModelError, match="model_type 't5'; supported families: gpt2, llama, "):
        adapter_for(Model())
