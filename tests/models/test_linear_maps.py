"""Linear-map views: the right matrices, written through, and put back bit for bit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config
from transformers.pytorch_utils import Conv1D

from pybridge.errors import ModelError
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.models.linear_maps import MapSite, views_of
from tests.models import parts
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model


@pytest.fixture(params=CONFIGS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param))


def bits(adapter: Adapter) -> dict[str, torch.Tensor]:
    return {name: p.detach().view(torch.int32).clone() for name, p in adapter.model.named_parameters()}


def changed(before: dict[str, torch.Tensor], adapter: Adapter) -> set[str]:
    return {name for name, now in bits(adapter).items() if not torch.equal(now, before[name])}


def test_gpt2_small_has_468_maps_per_head() -> None:
    with torch.device("meta"):
        adapter = adapter_for(AutoModelForCausalLM.from_config(GPT2Config()))
    per_head = adapter.linear_maps(per_head=True)
    assert len(per_head) == 468
    assert len(adapter.linear_maps()) == 72
    assert {v.shape for v in per_head if v.component == "q"} == {(64, 768)}
    assert {v.shape for v in per_head if v.component == "mlp_up"} == {(3072, 768)}
    assert {v.shape for v in per_head if v.component == "mlp_down"} == {(768, 3072)}


def test_names_shapes_and_parameters() -> None:
    views = {v.name: v for v in adapter_for(tiny_model("gpt2")).linear_maps()}
    assert list(views)[:6] == ["0.q", "0.k", "0.v", "0.attn_out", "0.mlp_up", "0.mlp_down"]
    assert views["3.v"].parameter == "transformer.h.3.attn.c_attn.weight"
    views = {v.name: v for v in adapter_for(tiny_model("qwen3")).linear_maps(per_head=True)}
    assert views["0.q.3"].shape == (16, 32)
    assert "0.k.1" in views
    assert "0.k.2" not in views
    assert views["3.mlp_gate"].head is None
    assert views["0.k.1"].input_key == views["0.q.3"].input_key != views["0.attn_out"].input_key


# tiny model -> component -> parameter inside its block
PARAMETERS: dict[str, dict[str, str]] = {
    "phi3": {
        "q": "self_attn.qkv_proj.weight",
        "attn_out": "self_attn.o_proj.weight",
        "mlp_gate": "mlp.gate_up_proj.weight",
        "mlp_up": "mlp.gate_up_proj.weight",
        "mlp_down": "mlp.down_proj.weight",
    },
    "gpt-neox": {
        "v": "attention.query_key_value.weight",
        "attn_out": "attention.dense.weight",
        "mlp_up": "mlp.dense_h_to_4h.weight",
        "mlp_down": "mlp.dense_4h_to_h.weight",
    },
    "opt": {
        "q": "self_attn.q_proj.weight",
        "k": "self_attn.k_proj.weight",
        "v": "self_attn.v_proj.weight",
        "attn_out": "self_attn.out_proj.weight",
        "mlp_up": "fc1.weight",
        "mlp_down": "fc2.weight",
    },
    "lfm2": {
        "q": "self_attn.q_proj.weight",
        "k": "self_attn.k_proj.weight",
        "v": "self_attn.v_proj.weight",
        "attn_out": "self_attn.out_proj.weight",
        "conv_in": "conv.in_proj.weight",
        "conv_out": "conv.out_proj.weight",
        "mlp_gate": "feed_forward.w1.weight",
        "mlp_up": "feed_forward.w3.weight",
        "mlp_down": "feed_forward.w2.weight",
    },
    "mixtral": {
        "mlp_gate": "mlp.experts.gate_up_proj",
        "mlp_up": "mlp.experts.gate_up_proj",
        "mlp_down": "mlp.experts.down_proj",
    },
    "qwen2-moe": {
        "mlp_down": "mlp.experts.down_proj",
        "shared_mlp_gate": "mlp.shared_expert.gate_proj.weight",
        "shared_mlp_up": "mlp.shared_expert.up_proj.weight",
        "shared_mlp_down": "mlp.shared_expert.down_proj.weight",
    },
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_components_have_the_parameters_that_play_their_part(name: str) -> None:
    adapter = adapter_for(tiny_model(name))
    for component, path in PARAMETERS[name].items():
        own = [view for view in adapter.linear_maps() if view.component == component]
        own = [view for view in own if view.expert is not None] or own  # Qwen keeps a block dense
        assert own, component
        assert {view.parameter for view in own} == {f"{adapter.block_path}.{v.block}.{path}" for v in own}


@pytest.mark.parametrize("name", ["llama", "phi3", "lfm2"])
def test_the_gate_is_the_factor_that_is_activated(name: str) -> None:
    """mlp_down's input is silu(W_gate x) ⊙ W_up x, and not the other way round."""
    adapter = adapter_for(tiny_model(name))
    views = {view.component: view for view in adapter.linear_maps() if view.block == 2}
    seen: dict[str, torch.Tensor] = {}
    with adapter.observe_inputs(["2.mlp_up", "2.mlp_down"], lambda key, x: seen.__setitem__(key, x)):
        adapter.trunk(tiny_ids())
    x = seen["2.mlp_in"]
    activated = torch.nn.functional.silu(x @ views["mlp_gate"].read().T)
    torch.testing.assert_close(seen["2.mlp_hidden"], activated * (x @ views["mlp_up"].read().T))


def test_every_view_is_the_matrix_it_names(adapter: Adapter) -> None:
    parameters = dict(adapter.model.named_parameters())
    for view in adapter.linear_maps():
        stored = (
            parameters[view.parameter] if view.expert is None else parameters[view.parameter][view.expert]
        )
        columns = stored if adapter.family == "gpt2" else stored.T  # (in, out)
        assert torch.equal(view.read(), parts.rows_of(adapter, view, columns).T), view.name
        assert view.stored.untyped_storage().data_ptr() == stored.untyped_storage().data_ptr()
        apart = adapter.family == "gpt_neox" and view.component in ("q", "k", "v")
        assert (view.read().data_ptr() == view.stored.data_ptr()) != apart


def test_heads_of_every_view_share_storage(adapter: Adapter) -> None:
    parameters = dict(adapter.model.named_parameters())
    for view in adapter.linear_maps(per_head=True):
        storage = parameters[view.parameter].untyped_storage().data_ptr()
        assert view.read().untyped_storage().data_ptr() == storage, view.name


def test_a_head_of_gpt_neox_is_its_rows_of_the_fused_weight() -> None:
    adapter = adapter_for(tiny_model("gpt-neox"))
    views = {view.name: view for view in adapter.linear_maps(per_head=True)}
    fused: Any = dict(adapter.model.named_parameters())[views["2.k.3"].parameter]
    first = 3 * (3 * 8) + 8  # three heads of q, k and v, then q of head 3
    assert torch.equal(views["2.k.3"].read(), fused[first : first + 8])
    assert views["2.k.3"].read().data_ptr() == fused[first].data_ptr()


def test_heads_stacked_are_the_whole_map(adapter: Adapter) -> None:
    for whole in adapter.linear_maps():
        heads = [v for v in adapter.linear_maps(per_head=True) if v.name.startswith(f"{whole.name}.")]
        if heads:
            assert torch.equal(torch.cat([v.read() for v in heads]), whole.read())
            assert [v.head for v in heads] == list(range(len(heads)))


def test_no_two_maps_share_an_entry_and_no_embedding_is_among_them(adapter: Adapter) -> None:
    with torch.no_grad():
        for view in adapter.linear_maps():
            view.write(torch.zeros(view.shape))
        for view in adapter.linear_maps(per_head=True):
            view.read().add_(1.0)
    for view in adapter.linear_maps():
        assert torch.equal(view.read(), torch.ones(view.shape)), view.name
    model: Any = adapter.model
    for module in (model.get_input_embeddings(), model.lm_head):
        assert not torch.any(module.weight == 1.0)


def test_writes_reach_the_model_and_restore_brings_back_the_bits(adapter: Adapter) -> None:
    ids, before = tiny_ids(), bits(adapter)
    plain = adapter.trunk(ids)
    for view in adapter.linear_maps(per_head=True):
        snapshot = view.snapshot()
        view.write(view.read() * 0.5)
        assert changed(before, adapter) == {view.parameter}
        if not view.name.startswith("0."):
            snapshot.restore()
            continue
        moved = adapter.trunk(ids)
        assert not torch.equal(moved, plain), view.name
        view.restore(snapshot)
        assert changed(before, adapter) == set()
    assert changed(before, adapter) == set()
    assert torch.equal(adapter.trunk(ids), plain)


@pytest.mark.parametrize(
    ("family", "name"), [("gpt2", "1.k"), ("gpt-neox", "1.k.2"), ("mixtral", "1.mlp_up.e3")]
)
def test_restore_keeps_negative_zero_and_nan_payloads(family: str, name: str) -> None:
    views = adapter_for(tiny_model(family)).linear_maps(per_head="k.2" in name)
    view = next(v for v in views if v.name == name)
    odd = torch.tensor([-0.0, 1e-42, float("nan")]).view(torch.int32) + torch.tensor(
        [0, 0, 5], dtype=torch.int32
    )
    view.read()[0, :3].copy_(odd.view(torch.float32))
    snapshot = view.snapshot()
    view.write(torch.zeros(view.shape))
    snapshot.restore()
    assert torch.equal(view.read()[0, :3].contiguous().view(torch.int32), odd)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_writes_round_to_the_dtype_of_the_model(dtype: torch.dtype) -> None:
    view = adapter_for(tiny_model("llama", dtype)).linear_maps()[0]
    values = torch.randn(view.shape)
    view.write(values)
    assert torch.equal(view.read(), values.to(dtype))


def test_conv1d_and_the_transposed_linear_agree() -> None:
    conv, linear = Conv1D(12, 8), torch.nn.Linear(8, 12)
    with torch.no_grad():
        conv.weight.copy_(torch.randn(8, 12))
        linear.weight.copy_(conv.weight.T)
        linear.bias.copy_(conv.bias)
    left, right = (
        views_of(MapSite("q", module, "m", "x", transposed, heads=3), 0, "h", per_head=True)
        for module, transposed in ((conv, True), (linear, False))
    )
    for conv_view, linear_view in zip(left, right, strict=True):
        assert conv_view.shape == linear_view.shape == (4, 8)
        assert torch.equal(conv_view.read(), linear_view.read())
        update = torch.randn(4, 8)
        conv_view.write(update)
        linear_view.write(update)
    assert torch.equal(conv.weight, linear.weight.T)
    x = torch.randn(5, 8)
    torch.testing.assert_close(conv(x), linear(x))


def test_a_whole_component_that_lies_apart_is_written_and_restored() -> None:
    adapter = adapter_for(tiny_model("gpt-neox"))
    before, view = bits(adapter), next(v for v in adapter.linear_maps() if v.name == "1.v")
    snapshot, values = view.snapshot(), torch.randn(view.shape)
    view.write(values)
    assert torch.equal(view.read(), values)
    heads = [v for v in adapter.linear_maps(per_head=True) if v.name.startswith("1.v.")]
    assert torch.equal(torch.cat([head.read() for head in heads]), values)
    now = bits(adapter)[view.parameter].view(4, 3, 8, 32)  # head, (q, k, v), row, in
    assert torch.equal(now[:, :2], before[view.parameter].view(4, 3, 8, 32)[:, :2])
    snapshot.restore()
    assert changed(before, adapter) == set()


def test_a_transposed_matrix_is_refused() -> None:
    view = next(v for v in adapter_for(tiny_model("gpt2")).linear_maps() if v.component == "mlp_up")
    with pytest.raises(ModelError, match=r"shape \(32, 128\) was written to a map of shape \(128, 32\)"):
        view.write(view.read().T)
    other = adapter_for(tiny_model("llama")).linear_maps()[0]
    with pytest.raises(ModelError, match=r"the snapshot was taken of 0\.q"):
        view.restore(other.snapshot())


def test_uncovered_matrices_have_reasons() -> None:
    def reasons(name: str) -> dict[str, str]:
        return {u.parameter: u.reason for u in adapter_for(tiny_model(name)).uncovered()}

    assert set(reasons("gpt2")) == {"transformer.wte.weight", "transformer.wpe.weight"}
    llama = reasons("llama")
    assert set(llama) == {"model.embed_tokens.weight", "lm_head.weight"}
    assert "embedding" in llama["model.embed_tokens.weight"]
    assert "head" in llama["lm_head.weight"]
    assert set(reasons("llama-tied")) == {"model.embed_tokens.weight"}

    model = tiny_model("qwen2")
    model.model.layers[2].extra = torch.nn.Linear(3, 5)
    extra = next(u for u in adapter_for(model).uncovered() if "extra" in u.parameter)
    assert (extra.shape, extra.entries) == ((5, 3), 15)
    assert extra.reason == "not a component that the adapter of this family knows"
