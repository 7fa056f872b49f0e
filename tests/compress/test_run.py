"""compress_model against a naive reference, on every family: calibration, filters, and the way back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from pybridge.compress import METHODS, NM, Compressed, Settings, Statistics, compress_model
from pybridge.compress.undo import Undo
from pybridge.errors import NonFiniteError, SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.models.fingerprint import weight_digest
from pybridge.models.linear_maps import LinearMapView
from tests.compress.naive_run import inputs_of, sequential_wanda
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

HALF = Settings(sparsity=0.5)
CALIBRATION = tiny_ids(batch=6, tokens=33)  # every expert of the tiny models is reached


def settings_of(name: str) -> Settings:
    sparse = name in ("magnitude", "colnorm", "wanda", "sparsegpt") or "+" in name or name == "composition"
    low_rank = name in ("svd", "asvd", "balanced") or "+" in name or name == "composition"
    return Settings(sparsity=0.5 if sparse else None, rank=3 if low_rank else None)


@pytest.fixture(params=CONFIGS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param))


@pytest.fixture
def gpt2() -> Adapter:
    return adapter_for(tiny_model("gpt2"))


def weights(adapter: Adapter) -> dict[str, Tensor]:
    return {view.name: view.read().clone() for view in adapter.linear_maps()}


@pytest.mark.parametrize("one_pass", [False, True])
def test_wanda_equals_the_naive_reference(adapter: Adapter, one_pass: bool) -> None:
    digest = weight_digest(adapter.model)
    with compress_model(adapter, METHODS["wanda"], HALF, CALIBRATION, one_pass=one_pass):
        found = weights(adapter)
    assert weight_digest(adapter.model) == digest
    sequential_wanda(adapter, CALIBRATION, 0.5, one_pass=one_pass)
    for name, expected in weights(adapter).items():
        assert (found[name] == 0).sum() == found[name].shape[0] * round(0.5 * found[name].shape[1]), name
        assert torch.equal(found[name], expected), name


def test_sequential_and_one_pass_differ_after_the_first_block(gpt2: Adapter) -> None:
    with compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION):
        sequential = weights(gpt2)
    with compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION, one_pass=True):
        dense = weights(gpt2)
    same = {name for name in sequential if torch.equal(sequential[name], dense[name])}
    assert same >= {name for name in sequential if name.startswith("0.")}
    assert len(same) < len(sequential)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_changes_every_map_and_restores_the_bits(name: str, gpt2: Adapter) -> None:
    digest, before = weight_digest(gpt2.model), weights(gpt2)
    undo = compress_model(gpt2, METHODS[name], settings_of(name), CALIBRATION)
    for view in gpt2.linear_maps():
        assert not torch.equal(view.read(), before[view.name]), view.name
    undo.restore()
    undo.restore()
    assert weight_digest(gpt2.model) == digest


@pytest.mark.parametrize("name", ["wanda", "balanced"])
def test_every_family_comes_back(name: str, adapter: Adapter) -> None:
    if name == "balanced" and any(view.expert is not None for view in adapter.linear_maps()):
        with pytest.raises(SettingError, match="outputs of an expert"):
            compress_model(adapter, METHODS[name], settings_of(name), CALIBRATION)
        return
    digest = weight_digest(adapter.model)
    with compress_model(adapter, METHODS[name], settings_of(name), CALIBRATION, per_head=True):
        assert weight_digest(adapter.model) != digest
    assert weight_digest(adapter.model) == digest
    assert all(parameter.grad is None for parameter in adapter.model.parameters())


def test_embeddings_and_head_and_everything_else_stay(adapter: Adapter) -> None:
    of_maps = {view.parameter for view in adapter.linear_maps()}
    others = {n: p.detach().clone() for n, p in adapter.model.named_parameters() if n not in of_maps}
    assert others
    compress_model(adapter, METHODS["magnitude"], HALF)
    for name, parameter in adapter.model.named_parameters():
        if name in others:
            assert torch.equal(parameter, others[name]), name


@pytest.mark.parametrize("per_head", [False, True])
def test_a_filter_chooses_by_name(gpt2: Adapter, per_head: bool) -> None:
    before = weights(gpt2)
    compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION, maps=r"^[12]\.(q|mlp_up)", per_head=per_head)
    changed = {name for name, now in weights(gpt2).items() if not torch.equal(now, before[name])}
    assert changed == {"1.q", "2.q", "1.mlp_up", "2.mlp_up"}


def test_by_head_a_row_is_pruned_as_in_the_whole_map(gpt2: Adapter) -> None:
    with compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION):
        whole = weights(gpt2)
    with compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION, per_head=True):
        by_head = weights(gpt2)
    assert all(torch.equal(whole[name], by_head[name]) for name in whole)


def test_patterns_reach_every_group(gpt2: Adapter) -> None:
    compress_model(gpt2, METHODS["wanda"], Settings(pattern=NM(2, 4)), CALIBRATION)
    for view in gpt2.linear_maps():
        assert ((view.read().reshape(-1, 4) == 0).sum(1) == 2).all()


def test_the_callback_is_given_what_was_there_and_what_will_be_stored(gpt2: Adapter) -> None:
    before, told = weights(gpt2), dict[str, tuple[Tensor, Compressed]]()

    def on_map(view: LinearMapView, weight: Tensor, compressed: Compressed, seen: Statistics | None) -> None:
        assert seen is not None
        assert seen.energy is not None
        assert (seen.tokens, len(seen.energy)) == (CALIBRATION.numel(), view.shape[1])
        told[view.name] = (weight.clone(), compressed)

    compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION, on_map=on_map)
    after = weights(gpt2)
    assert list(told) == [view.name for view in gpt2.linear_maps()]
    for name, (weight, compressed) in told.items():
        assert torch.equal(weight, before[name])
        assert torch.equal(torch.as_tensor(compressed.weight), after[name])
        assert compressed.zeros == (after[name] == 0).sum()


def test_statistics_are_sums_over_all_tokens(adapter: Adapter) -> None:
    view = next(view for view in adapter.linear_maps() if view.component == "mlp_up")
    inputs = inputs_of(adapter, [view.name], CALIBRATION)[view.input_key].numpy()
    found: list[Statistics] = []

    def on_map(_view: LinearMapView, _weight: Tensor, _c: Compressed, seen: Statistics | None) -> None:
        assert seen is not None
        found.append(seen)

    for method in ("wanda", "asvd"):
        settings = settings_of(method)
        compress_model(
            adapter, METHODS[method], settings, CALIBRATION, maps=f"^{view.name}$", on_map=on_map
        ).restore()
    for seen in found:
        assert seen.tokens == len(inputs)
        assert seen.energy is not None
        # sums of `tokens` float64 squares in any order
        np.testing.assert_allclose(seen.energy.numpy(), np.square(inputs).sum(0), rtol=1e-13)
    assert found[0].gram is None
    assert found[1].gram is not None
    np.testing.assert_allclose(found[1].gram.numpy(), inputs.T @ inputs, rtol=1e-12, atol=1e-12)


def count_blocks(adapter: Adapter) -> list[int]:
    ran: list[int] = []
    for index, block in enumerate(adapter.blocks):

        def note(_module: object, _args: object, index: int = index) -> None:
            ran.append(index)

        block.register_forward_pre_hook(note)
    return ran


def test_two_trunk_passes_and_no_block_more_than_needed(gpt2: Adapter) -> None:
    ran = count_blocks(gpt2)
    compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION[:1]).restore()
    assert sorted(ran) == [0, 0, 1, 1, 2, 2, 3]
    ran.clear()
    compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION[:1], one_pass=True).restore()
    assert ran == [0, 1, 2, 3]
    ran.clear()
    compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION[:1], maps=r"^2\.").restore()
    assert ran == [0, 1, 2]
    ran.clear()
    compress_model(gpt2, METHODS["magnitude"], HALF).restore()
    assert ran == []


BAD: dict[str, tuple[str, Settings, dict[str, Any], str]] = {
    "filter matches nothing": ("magnitude", HALF, {"maps": "nothing"}, "matches none of the 24 linear maps"),
    "filter is no expression": ("magnitude", HALF, {"maps": "("}, "no regular expression"),
    "no calibration": ("wanda", HALF, {}, "wanda needs calibration text"),
    "calibration of one row": ("wanda", HALF, {"calibration": CALIBRATION[0]}, r"shape \(33,\)"),
    "empty calibration": ("wanda", HALF, {"calibration": CALIBRATION[:0]}, r"shape \(0, 33\)"),
    "calibration of floats": ("wanda", HALF, {"calibration": CALIBRATION.float()}, "torch.float32"),
    "longer than the context": (
        "wanda", HALF, {"calibration": tiny_ids(1, 65)}, "65 tokens do not fit the context"
    ),
    "rank above the last maps": ("svd", Settings(rank=33), {}, r"rank is 33, above what 0\.q"),
    "pattern": ("magnitude", Settings(pattern=NM(2, 5)), {}, r"2:5 needs groups of 5 inputs, but 0\.q"),
    "no setting": ("wanda", Settings(), {"calibration": CALIBRATION}, "wanda needs --sparsity or --pattern"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_and_changes_nothing(case: str, gpt2: Adapter) -> None:
    name, settings, arguments, message = BAD[case]
    digest = weight_digest(gpt2.model)
    with pytest.raises(SettingError, match=message):
        compress_model(gpt2, METHODS[name], settings, **arguments)
    assert weight_digest(gpt2.model) == digest


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_activations_that_are_not_finite_are_named_and_the_weights_come_back(
    gpt2: Adapter, value: float
) -> None:
    bias: Any = gpt2.blocks[2]
    with torch.no_grad():
        bias.mlp.c_fc.bias[0] = value
    digest = weight_digest(gpt2.model)
    with pytest.raises(NonFiniteError, match=r"2\.mlp_down: the activations of the calibration text"):
        compress_model(gpt2, METHODS["wanda"], HALF, CALIBRATION)
    assert weight_digest(gpt2.model) == digest


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_error_half_way_puts_the_weights_back(gpt2: Adapter, error: type[BaseException]) -> None:
    digest, seen = weight_digest(gpt2.model), list[str]()

    def on_map(view: LinearMapView, *_rest: object) -> None:
        seen.append(view.name)
        if len(seen) == 9:
            assert weight_digest(gpt2.model) != digest
            raise error

    with pytest.raises(error):
        compress_model(gpt2, METHODS["magnitude"], HALF, on_map=on_map)
    assert weight_digest(gpt2.model) == digest


def test_an_interrupt_while_weights_are_put_back_waits(
    gpt2: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = weight_digest(gpt2.model)
    undo = compress_model(gpt2, METHODS["magnitude"], HALF)
    write, calls = LinearMapView.write, list[str]()

    def interrupted(view: LinearMapView, values: Tensor) -> None:
        calls.append(view.name)
        if len(calls) in (3, 4):
            raise KeyboardInterrupt
        write(view, values)

    monkeypatch.setattr(LinearMapView, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        undo.restore()
    assert weight_digest(gpt2.model) == digest


def test_odd_bits_come_back() -> None:
    adapter = adapter_for(tiny_model("llama", torch.bfloat16))
    view = adapter.linear_maps()[0]
    view.write(torch.full(view.shape, -0.0))
    digest = weight_digest(adapter.model)
    with compress_model(adapter, METHODS["magnitude"], HALF) as undo:
        assert isinstance(undo, Undo)
        assert weight_digest(adapter.model) != digest
    assert weight_digest(adapter.model) == digest


def test_a_run_twice_gives_the_same_bits(gpt2: Adapter) -> None:
    digests = set()
    for _ in range(2):
        with compress_model(gpt2, METHODS["balanced"], settings_of("balanced"), CALIBRATION):
            digests.add(weight_digest(gpt2.model))
    assert len(digests) == 1


@pytest.mark.parametrize("name", ["mixtral", "qwen2-moe", "qwen3-moe"])
def test_experts_have_no_output_gramian_and_the_message_says_how_to_leave_them_out(name: str) -> None:
    adapter, ids = adapter_for(tiny_model(name)), tiny_ids(batch=2, tokens=12)
    digest = weight_digest(adapter.model)
    with pytest.raises(
        SettingError, match=r"mlp_gate\.e0: the outputs of an expert cannot be seen"
    ) as refused:
        compress_model(adapter, METHODS["balanced"], Settings(rank=2), ids)
    assert weight_digest(adapter.model) == digest
    (pattern,) = re.findall(r"--maps '(.*)'", str(refused.value))
    seen: list[str] = []
    compress_model(
        adapter, METHODS["balanced"], Settings(rank=2), ids, maps=pattern,
        on_map=lambda view, *_: seen.append(view.name),
    )  # fmt: skip
    assert seen == [view.name for view in adapter.linear_maps() if view.expert is None]
