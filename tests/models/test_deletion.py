"""Deleting blocks: the model in memory, the same model reloaded, and the original that skips them agree."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM

from pybridge.errors import ModelError, SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.deletion import delete_blocks, without_blocks
from pybridge.models.families import FAMILIES, adapter_for
from pybridge.models.folder import quiet_transformers
from tests.models.tiny import CONFIGS, tiny_ids

REMOVED = ((0,), (3,), (1, 2))
"""The first, the last, and two between; of LFM2 (conv, attention, conv, attention) each kind, and both."""

POSITION_RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "qwen2-moe-every-second": ("qwen2-moe", {"decoder_sparse_step": 2, "mlp_only_layers": []}),
    "qwen3-moe-every-second": ("qwen3-moe", {"decoder_sparse_step": 2, "mlp_only_layers": [3]}),
    "qwen2-moe-windows": (
        "qwen2-moe",
        {
            "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 3,
            "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
        },
    ),
    "qwen3-moe-windows": ("qwen3-moe", {"use_sliding_window": True, "sliding_window": 5}),
    "qwen3-windows": (
        "qwen3",
        {
            "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1,
            "layer_types": ["full_attention", *["sliding_attention"] * 3],
        },
    ),
    "lfm2-indices": ("lfm2", {"full_attn_idxs": [1, 3]}),
    "gemma3-pattern": ("gemma3", {"sliding_window_pattern": 3}),
    "phi3-window": ("phi3", {"sliding_window": 5}),
    "mixtral-window": ("mixtral", {"sliding_window": 5}),
    "gpt2-untied": ("gpt2", {"tie_word_embeddings": False}),
    "opt-no-final-norm": ("opt", {"_remove_final_layer_norm": True}),
}  # fmt: skip
"""Settings under which what a block does is a matter of its position or its kind."""

MODELS = (*CONFIGS, *POSITION_RULES)


def model_called(name: str, dtype: torch.dtype = torch.float32) -> Any:
    base, changes = POSITION_RULES.get(name, (name, {}))
    config = copy.deepcopy(CONFIGS[base])
    for field, value in changes.items():
        setattr(config, field, value)
    config.bos_token_id, config.eos_token_id, config.pad_token_id = 1, None, 0
    torch.manual_seed(20603)
    model = AutoModelForCausalLM.from_config(config, dtype=dtype).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(0.2 * torch.randn_like(parameter))
    return model


def adapter_of(name: str) -> Adapter:
    return adapter_for(model_called(name))


def logits(model: Any, ids: Tensor) -> Tensor:
    with torch.no_grad():
        return model(ids, use_cache=False).logits


def continuation(model: Any, ids: Tensor, use_cache: bool) -> Tensor:
    mask = torch.ones_like(ids)
    return model.generate(
        ids, attention_mask=mask, max_new_tokens=6, do_sample=False, use_cache=use_cache, pad_token_id=0
    )


def reloaded(model: Any, folder: Path) -> Any:
    """From the file, in memory of its own.

    A file that is mapped into memory starts its tensors where its header ends; at an address that is no
    multiple of 64 bytes, a kernel for one row (Qwen2-MoE's gate) rounds differently, deleted blocks or not.
    """
    with quiet_transformers():
        model.save_pretrained(folder)
        loaded: Any = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    again, report = loaded
    assert not any(report[keys] for keys in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    return copy.deepcopy(again.eval())


def per_block(config: Any) -> dict[str, Any]:
    fields = (
        "num_hidden_layers", "layer_types", "full_attn_idxs", "max_window_layers", "mlp_only_layers",
        "decoder_sparse_step",
    )  # fmt: skip
    return {field: getattr(config, field) for field in fields if hasattr(config, field)}


@pytest.mark.parametrize("name", MODELS)
def test_in_memory_reloaded_and_skipping_agree_and_a_cache_changes_no_token(
    name: str, tmp_path: Path
) -> None:
    ids = tiny_ids(batch=2, tokens=11)
    for removed in REMOVED:
        adapter = adapter_of(name)
        if adapter.why_not_only([t for t in range(4) if t not in removed]):
            continue  # see test_a_hybrid_keeps_an_attention_block
        whole = logits(adapter.model, ids)
        with without_blocks(adapter, removed):
            skipping = logits(adapter.model, ids)
        assert torch.equal(logits(adapter.model, ids), whole)
        assert not torch.allclose(skipping, whole)

        smaller = delete_blocks(adapter, removed)
        assert smaller.n_blocks == 4 - len(removed) == len(smaller.updates())
        assert torch.equal(logits(smaller.model, ids), skipping), removed
        again = reloaded(smaller.model, tmp_path / "".join(map(str, removed)))
        assert torch.equal(logits(again, ids), skipping), removed
        assert per_block(again.config) == per_block(smaller.config)
        assert adapter_for(again).n_blocks == smaller.n_blocks

        tokens = continuation(smaller.model, ids, use_cache=False)
        assert tokens.shape == (2, 17)
        for model in (smaller.model, again):
            assert torch.equal(continuation(model, ids, use_cache=True), tokens), removed


def test_the_cases_cover_every_family() -> None:
    assert {model_called(name).config.model_type for name in MODELS} == set(FAMILIES)


@pytest.mark.parametrize("name", MODELS)
def test_what_stays_is_numbered_and_described_as_a_fresh_model_would_be(name: str) -> None:
    """Every plain attribute of every module equals that of a model built from the new config."""
    smaller = delete_blocks(adapter_of(name), (1,))
    fresh = AutoModelForCausalLM.from_config(copy.deepcopy(smaller.config))
    kept, built = dict(smaller.model.named_modules()), dict(fresh.named_modules())
    assert kept.keys() == built.keys()
    for path, module in kept.items():
        assert plain(module) == plain(built[path]), path
    assert any("layer_idx" in module.__dict__ for module in smaller.model.modules())


def plain(module: nn.Module) -> dict[str, Any]:
    values = {key: value for key, value in module.__dict__.items() if not key.startswith("_")}
    return {
        key: value
        for key, value in values.items()
        if isinstance(value, int | float | str | None | list) and key not in ("training", "name_or_path")
    }


def test_config_fields_that_count_blocks_are_rewritten() -> None:
    def after(name: str, *removed: int) -> dict[str, Any]:
        return per_block(delete_blocks(adapter_of(name), removed).config)

    assert after("gpt2", 0, 2) == {"num_hidden_layers": 2}
    full, window = "full_attention", "sliding_attention"
    assert after("qwen2", 0) == {
        "num_hidden_layers": 3, "layer_types": [full, window, window], "max_window_layers": 1
    }  # fmt: skip
    assert after("qwen2", 2, 3) == {
        "num_hidden_layers": 2, "layer_types": [full, full], "max_window_layers": 2
    }  # fmt: skip
    assert after("gemma3", 1)["layer_types"] == [window, full, window]
    assert after("lfm2-indices", 0) == {
        "num_hidden_layers": 3, "layer_types": [full, "conv", full], "full_attn_idxs": [0, 2]
    }  # fmt: skip
    assert after("lfm2", 0)["full_attn_idxs"] is None
    assert after("qwen2-moe", 0)["mlp_only_layers"] == [0]
    moe = after("qwen3-moe-every-second", 0)  # experts in block 1 alone: block 3 is listed as dense
    assert (moe["decoder_sparse_step"], moe["mlp_only_layers"]) == (1, [1, 2])
    pattern = delete_blocks(adapter_of("gemma3-pattern"), [0]).config
    assert pattern.sliding_window_pattern is None


def test_the_config_of_whoever_else_holds_it_stays() -> None:
    config = copy.deepcopy(CONFIGS["llama"])
    model: Any = AutoModelForCausalLM.from_config(config)
    assert model.config is config
    smaller = delete_blocks(adapter_for(model), [0])
    assert config.num_hidden_layers == 4
    assert {id(m.config) for m in smaller.model.modules() if hasattr(m, "config")} == {id(smaller.config)}


def test_weights_that_stay_are_the_same_memory_under_new_names() -> None:
    adapter = adapter_of("llama")
    before = {view.name: view.stored for view in adapter.linear_maps()}
    smaller = delete_blocks(adapter, [1])
    for view in smaller.linear_maps():
        old = f"{(0, 2, 3)[view.block]}.{view.component}"
        assert view.stored.data_ptr() == before[old].data_ptr()
        assert view.parameter in dict(smaller.model.named_parameters())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_ties_dtype_and_generation_config_survive(dtype: torch.dtype, tmp_path: Path) -> None:
    model = model_called("llama-tied", dtype)
    model.generation_config.max_new_tokens = 3
    model.generation_config.repetition_penalty = 1.25
    smaller = delete_blocks(adapter_for(model), [0, 2])
    again = reloaded(smaller.model, tmp_path)
    models: tuple[Any, ...] = (smaller.model, again)
    for which in models:
        assert which.lm_head.weight.data_ptr() == which.model.embed_tokens.weight.data_ptr()
        assert which.dtype == dtype
        assert which.generation_config.repetition_penalty == 1.25
        assert which.generation_config.max_new_tokens == 3
    assert torch.equal(logits(again, tiny_ids()), logits(smaller.model, tiny_ids()))
    assert not list(tmp_path.glob("*.bin"))


def test_blocks_can_be_deleted_again_and_in_any_order() -> None:
    ids = tiny_ids()
    once = delete_blocks(adapter_of("lfm2"), [2, 0])
    twice = delete_blocks(delete_blocks(adapter_of("lfm2"), [0]), {1})
    assert torch.equal(logits(once.model, ids), logits(twice.model, ids))
    assert delete_blocks(adapter_of("llama"), []).n_blocks == 4


def test_the_old_adapter_refuses_to_speak_of_a_model_that_is_gone() -> None:
    adapter = adapter_of("gpt2")
    view = adapter.linear_maps()[-1]
    seen: list[int] = []
    with adapter.observe_residual("block", lambda point, _h: seen.append(point)):
        smaller = delete_blocks(adapter, [0])
    ids = tiny_ids()
    uses: tuple[Any, ...] = (
        lambda: adapter.trunk(ids), lambda: adapter.model, lambda: adapter.n_blocks, lambda: adapter.device,
        lambda: adapter.run_from(0, torch.zeros(1, 1, 32)), lambda: adapter.points(),
        lambda: adapter.observe_residual("block", lambda _p, _h: None), lambda: adapter.linear_maps(),
        lambda: adapter.replace_embedding(lambda h: h), lambda: adapter.observe_inputs(["0.q"], print),
        lambda: adapter.uncovered(), lambda: adapter.d_model, lambda: adapter.context_length,
        lambda: delete_blocks(adapter, [0]), lambda: adapter.config,
    )  # fmt: skip
    for use in uses:
        with pytest.raises(ModelError, match=r"Use the adapter that `delete_blocks` returned"):
            use()
    smaller.trunk(ids)
    assert seen == []  # the context that was open at the deletion has left no hook
    view.write(torch.zeros(view.shape))  # block 3 is now block 2: the view still reaches it
    assert not smaller.linear_maps()[-1].read().any()


def test_a_name_that_no_adapter_has_is_an_ordinary_attribute_error() -> None:
    adapter: Any = adapter_of("gpt2")
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = adapter.no_such_thing
    assert copy.copy(adapter).n_blocks == 4


@pytest.mark.parametrize("change", [delete_blocks, lambda a, b: without_blocks(a, b).__enter__()])
@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([0, 1, 2, 3], r"4 blocks are to be removed from a model with 4; at least one must stay"),
        ([4], r"no block 4: the model has 4 blocks, numbered 0 to 3"),
        ([-1], r"no block -1"),
        ([1, 0, 1], r"Block 1 is to be removed twice"),
    ],
)
def test_blocks_that_cannot_be_removed(change: Any, blocks: list[int], message: str) -> None:
    adapter = adapter_of("llama")
    with pytest.raises(SettingError, match=message):
        change(adapter, blocks)
    assert adapter.n_blocks == 4
    assert adapter.config.num_hidden_layers == 4


def test_a_block_whose_position_enters_its_arithmetic_may_not_move() -> None:
    model = model_called("gpt2")
    model.config.scale_attn_by_inverse_layer_idx = True
    adapter = adapter_for(model)
    with pytest.raises(ModelError, match=r"Blocks 1 cannot be deleted: .*scale_attn_by_inverse_layer_idx"):
        delete_blocks(adapter, [1])
    assert adapter.n_blocks == 4
    assert delete_blocks(adapter, [2, 3]).n_blocks == 2  # nobody moves


def test_scores_divided_by_position_survive_a_cut_at_the_end(tmp_path: Path) -> None:
    config = copy.deepcopy(CONFIGS["gpt2"])
    config.scale_attn_by_inverse_layer_idx = True
    smaller = delete_blocks(adapter_for(AutoModelForCausalLM.from_config(config).eval()), [3])
    assert torch.equal(
        logits(reloaded(smaller.model, tmp_path), tiny_ids()), logits(smaller.model, tiny_ids())
    )


def test_a_hybrid_keeps_an_attention_block() -> None:
    with pytest.raises(ModelError, match=r"Blocks 1, 3 cannot be deleted: no attention block would stay"):
        delete_blocks(adapter_of("lfm2"), [1, 3])
    with without_blocks(adapter := adapter_of("lfm2"), [1, 3]):  # nothing is cached here
        assert logits(adapter.model, tiny_ids()).isfinite().all()
    assert delete_blocks(adapter_of("lfm2"), [0, 2]).n_blocks == 2


@pytest.mark.parametrize("change", [delete_blocks, lambda a, b: without_blocks(a, b).__enter__()])
def test_blocks_of_unequal_width(change: Any) -> None:
    adapter = adapter_of("llama")
    block: Any = adapter.blocks[2]
    block.mlp.down_proj = nn.Linear(48, 20)
    with pytest.raises(ModelError, match=r"block 2 takes 32 features and returns 20, .* has 32"):
        change(adapter, [0])
    assert adapter.n_blocks == 4


def test_blocks_with_settings_of_their_own() -> None:
    config = copy.deepcopy(CONFIGS["llama"])
    config.per_layer_config = {1: {"intermediate_size": 24}}
    model = AutoModelForCausalLM.from_config(CONFIGS["llama"])
    model.config = config
    with pytest.raises(ModelError, match=r"per_layer_config.*unequal width"):
        delete_blocks(adapter_for(model), [0])


# Skipping.


@pytest.mark.parametrize("name", CONFIGS)
def test_a_cache_is_refused_while_blocks_are_skipped(name: str) -> None:
    adapter = adapter_of(name)
    model: Any = adapter.model
    ids = tiny_ids(batch=1, tokens=5)
    cache = model(ids, use_cache=True).cache
    with without_blocks(adapter, [1]):
        for call in (
            lambda: model(ids, use_cache=True),
            lambda: model(ids),
            lambda: continuation(model, ids, use_cache=True),
            lambda: model(ids, use_cache=False, cache=cache),
        ):
            with pytest.raises(ModelError, match=r"use_cache=False, or remove the blocks for good"):
                call()
        assert continuation(model, ids, use_cache=False).shape == (1, 11)
    assert continuation(model, ids, use_cache=True).shape == (1, 11)


def test_skipping_leaves_no_trace_even_after_an_error() -> None:
    adapter = adapter_of("llama")

    def traces() -> list[Any]:
        return [
            (module, {k: v for k, v in module.__dict__.items() if not k.startswith("_")}, hooks(module))
            for module in adapter.model.modules()
        ]

    def hooks(module: nn.Module) -> int:
        return len(module._forward_pre_hooks) + len(module._forward_hooks)

    before, names = traces(), list(adapter.model.state_dict())
    with without_blocks(adapter, [0, 3]):
        assert list(adapter.model.state_dict()) == names
    assert traces() == before
    context = without_blocks(adapter, [0, 3])
    context.__enter__()
    assert not context.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert traces() == before


def test_observers_see_every_point_of_a_model_that_skips() -> None:
    adapter = adapter_of("lfm2")
    states: dict[int, Tensor] = {}
    with (
        without_blocks(adapter, [1, 3]),
        adapter.observe_residual("block", lambda point, h: states.__setitem__(point, h.clone())),
    ):
        end = adapter.trunk(tiny_ids())
        assert torch.equal(adapter.run_from(1, states[1]), end)
    assert list(states) == [0, 1, 2, 3, 4]
    assert torch.equal(states[1], states[2])
    assert torch.equal(states[3], end)
    assert not torch.equal(states[2], states[3])


def test_skipping_may_be_nested_but_not_mixed_with_deletion() -> None:
    adapter = adapter_of("llama")
    with without_blocks(adapter, [2, 0]):
        both = logits(adapter.model, tiny_ids())
    with without_blocks(adapter, [0]):
        with without_blocks(adapter, [2]):
            assert torch.equal(logits(adapter.model, tiny_ids()), both)
        with pytest.raises(ModelError, match=r"Blocks 0 are being skipped"):
            delete_blocks(adapter, [1])
        assert not torch.equal(logits(adapter.model, tiny_ids()), both)
