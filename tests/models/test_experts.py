"""Experts: which tokens reach them, what their three matrices multiply, and the words for what is left."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import silu

from pybridge.models.adapter import Adapter
from pybridge.models.experts import ROUTER
from pybridge.models.families import adapter_for
from pybridge.models.linear_maps import LinearMapView
from tests.models.tiny import MOE, tiny_ids, tiny_model

BLOCK = 2


@pytest.fixture(params=MOE)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param))


def views(adapter: Adapter) -> dict[str, LinearMapView]:
    return {view.name: view for view in adapter.linear_maps()}


def inputs_and_call(adapter: Adapter, ids: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Captured expert inputs of one block; the tokens, choices and scores its experts got, and their sum."""
    block: Any = adapter.blocks[BLOCK]
    inputs: dict[str, Tensor] = {}
    call: dict[str, Tensor] = {}

    def keep(_module: Any, args: tuple[Tensor, ...], out: Tensor) -> None:
        call.update(zip(("tokens", "chosen", "scores"), args, strict=True), sum=out)

    handle = block.mlp.experts.register_forward_hook(keep)
    names = [name for name, view in views(adapter).items() if view.block == BLOCK and view.expert is not None]
    with adapter.observe_inputs(names, lambda key, x: inputs.__setitem__(key, x.clone())):
        adapter.trunk(ids)
    handle.remove()
    return inputs, call


def test_names(adapter: Adapter) -> None:
    found = views(adapter)
    view = found["3.mlp_up.e4"]
    assert (view.component, view.expert, view.head, view.block) == ("mlp_up", 4, None, 3)
    assert view.parameter == "model.layers.3.mlp.experts.gate_up_proj"
    assert view.input_key == found["3.mlp_gate.e4"].input_key == "3.mlp_in.e4"
    assert found["3.mlp_down.e4"].input_key == "3.mlp_hidden.e4"
    assert "3.mlp_up.e5" not in found
    assert "3.mlp_up.e4" in {v.name for v in adapter.linear_maps(per_head=True)}


@pytest.mark.parametrize("name", ["qwen2-moe", "qwen3-moe"])
def test_a_block_that_the_config_keeps_dense(name: str) -> None:
    found = views(adapter_for(tiny_model(name)))
    assert found["1.mlp_up"].shape == (48, 32)
    assert "1.mlp_up.e0" not in found
    assert "0.mlp_up" not in found


def test_an_expert_sees_the_tokens_routed_to_it(adapter: Adapter) -> None:
    ids = tiny_ids()
    inputs, call = inputs_and_call(adapter, ids)
    assert len(inputs) == 2 * 5
    rows = 0
    for expert in range(5):
        wanted = [t for t in range(ids.numel()) if expert in call["chosen"][t].tolist()]
        assert torch.equal(inputs[f"{BLOCK}.mlp_in.e{expert}"], call["tokens"][wanted][None])
        assert inputs[f"{BLOCK}.mlp_hidden.e{expert}"].shape[:2] == (1, len(wanted))
        rows += len(wanted)
    assert rows == 2 * ids.numel()  # two experts a token


def test_the_three_maps_of_all_experts_make_up_what_the_block_adds(adapter: Adapter) -> None:
    """Σ over experts of score · W_down (silu(W_gate x) ⊙ W_up x), in float64 from the views, is their sum."""
    inputs, call = inputs_and_call(adapter, tiny_ids())
    found = views(adapter)

    def matrix(component: str, expert: int) -> Tensor:
        return found[f"{BLOCK}.{component}.e{expert}"].read().double()

    total = torch.zeros_like(call["tokens"], dtype=torch.float64)
    for expert in range(5):
        x = inputs[f"{BLOCK}.mlp_in.e{expert}"][0].double()
        hidden = silu(x @ matrix("mlp_gate", expert).T) * (x @ matrix("mlp_up", expert).T)
        torch.testing.assert_close(inputs[f"{BLOCK}.mlp_hidden.e{expert}"][0], hidden.float())
        at, place = torch.nonzero(call["chosen"] == expert, as_tuple=True)
        total[at] += call["scores"][at, place, None] * (hidden @ matrix("mlp_down", expert).T)
    torch.testing.assert_close(call["sum"], total.float(), rtol=1e-4, atol=1e-5)


def test_an_expert_that_no_token_reaches_sees_none(adapter: Adapter) -> None:
    ids = tiny_ids(batch=1, tokens=1)
    inputs, call = inputs_and_call(adapter, ids)
    chosen = set(call["chosen"].flatten().tolist())
    assert len(chosen) == 2
    for expert in range(5):
        routed = inputs[f"{BLOCK}.mlp_in.e{expert}"].shape
        assert routed == (1, int(expert in chosen), 32)


def test_a_change_in_one_expert_moves_only_its_tokens(adapter: Adapter) -> None:
    ids = tiny_ids()
    _, before = inputs_and_call(adapter, ids)
    view = views(adapter)[f"{BLOCK}.mlp_down.e3"]
    snapshot = view.snapshot()
    view.write(torch.zeros(view.shape))
    _, after = inputs_and_call(adapter, ids)
    moved = torch.any(after["sum"] != before["sum"], dim=-1)
    assert torch.equal(moved, torch.any(before["chosen"] == 3, dim=-1))
    assert 0 < int(moved.sum()) < ids.numel()
    snapshot.restore()
    assert torch.equal(inputs_and_call(adapter, ids)[1]["sum"], before["sum"])


def test_the_shared_expert_sees_every_token() -> None:
    adapter, ids = adapter_for(tiny_model("qwen2-moe")), tiny_ids()
    found = views(adapter)
    assert found["2.shared_mlp_down"].shape == (32, 40)
    seen: dict[str, Tensor] = {}
    names = ["2.shared_mlp_up", "2.shared_mlp_down", "2.mlp_up.e0"]
    with adapter.observe_inputs(names, lambda key, x: seen.__setitem__(key, x)):
        adapter.trunk(ids)
    assert seen["2.shared_mlp_in"].shape == (*ids.shape, 32)
    assert seen["2.shared_mlp_hidden"].shape == (*ids.shape, 40)
    routed = set(map(tuple, seen["2.mlp_in.e0"][0].tolist()))
    assert routed < set(map(tuple, seen["2.shared_mlp_in"].flatten(0, 1).tolist()))


def test_the_router_is_left_with_a_reason(adapter: Adapter) -> None:
    reasons = {row.parameter: row.reason for row in adapter.uncovered()}
    assert reasons["model.layers.2.mlp.gate.weight"] == ROUTER
    gates = [reason for name, reason in reasons.items() if name.endswith("shared_expert_gate.weight")]
    assert len(gates) == (3 if adapter.family == "qwen2_moe" else 0)
    assert all("scales the shared expert" in reason for reason in gates)
    assert not any("experts" in name for name in reasons)
