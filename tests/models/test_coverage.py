"""The coverage report: every parameter is in one row, and published sizes have the maps they should have."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPTNeoXConfig,
    Lfm2Config,
    LlamaConfig,
    MixtralConfig,
    OPTConfig,
    Phi3Config,
    PretrainedConfig,
    Qwen2MoeConfig,
    Qwen3MoeConfig,
)

from pybridge.models import Adapter, adapter_for, coverage
from pybridge.models.linear_maps import MapSite
from pybridge.models.llama import LlamaAdapter
from tests.models.tiny import CONFIGS, tiny_model

# published sizes: config, maps, maps per head
SIZES: dict[str, tuple[PretrainedConfig, int, int]] = {
    # 12 blocks × (12 heads × q, k, v + attn_out + mlp_up + mlp_down)
    "gpt2": (GPT2Config(), 72, 468),
    # SmolLM2-135M: 30 × (9 q + 3 k + 3 v + 4)
    "smollm2-135m": (
        LlamaConfig(
            vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
            num_attention_heads=9, num_key_value_heads=3, tie_word_embeddings=True,
        ),
        210,
        570,
    ),
    # Phi-3-mini: 32 × (32 × q, k, v + 4)
    "phi-3-mini": (Phi3Config(), 224, 3200),
    # Pythia-160m: 12 × (12 × q, k, v + 3)
    "pythia-160m": (
        GPTNeoXConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12),
        72,
        468,
    ),
    "opt-125m": (OPTConfig(), 72, 468),
    # LFM2-1.2B: 10 convolution blocks × 5, 6 attention blocks × (32 q + 8 k + 8 v + 4)
    "lfm2-1.2b": (
        Lfm2Config(hidden_size=2048, num_hidden_layers=16, full_attn_idxs=[2, 5, 8, 10, 12, 14]), 92, 362,
    ),
    # Mixtral-8x7B: 32 × (32 q + 8 k + 8 v + attn_out + 8 × 3)
    "mixtral-8x7b": (MixtralConfig(), 896, 2336),
    # Qwen1.5-MoE-A2.7B: 24 × (16 × q, k, v + attn_out + 3 shared + 60 × 3)
    "qwen1.5-moe": (Qwen2MoeConfig(), 4488, 5568),
    # 4 × (32 q + 4 k + 4 v + attn_out + 128 × 3)
    "qwen3-moe": (Qwen3MoeConfig(num_hidden_layers=4), 1552, 1700),
}  # fmt: skip


def on_meta(config: PretrainedConfig) -> Any:
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


@pytest.mark.parametrize("name", SIZES)
def test_published_sizes_counted_without_a_number_in_memory(name: str) -> None:
    config, maps, per_head = SIZES[name]
    adapter = adapter_for(on_meta(config))
    report = coverage(adapter)
    assert (report.maps, report.maps_per_head) == (maps, per_head)
    assert len(adapter.linear_maps()) == maps
    assert len({view.name for view in adapter.linear_maps(per_head=True)}) == per_head


@pytest.mark.parametrize("name", CONFIGS)
def test_every_parameter_is_in_one_row(name: str) -> None:
    adapter = adapter_for(tiny_model(name))
    report = coverage(adapter)
    sizes = {key: parameter.numel() for key, parameter in adapter.model.named_parameters()}
    rows = (*report.covered, *report.left)
    assert report.parameters == sum(sizes.values()) == sum(row.parameters for row in rows)
    assert sum(row.share for row in rows) == pytest.approx(1, abs=1e-12)
    named = [key for row in report.left for key in row.names]
    assert len(named) == len(set(named))
    assert set(named) | {view.parameter for view in adapter.linear_maps()} == set(sizes)
    assert not any("knows" in row.reason for row in report.left)


def test_reasons_of_lfm2() -> None:
    reasons = {row.reason.split(":")[0]: row for row in coverage(adapter_for(tiny_model("lfm2"))).left}
    convolution = reasons["a depthwise convolution"]
    assert convolution.names == ("model.layers.0.conv.conv.weight", "model.layers.2.conv.conv.weight")
    assert convolution.parameters == 2 * 32 * 3


def test_reasons_of_opt_with_a_narrow_embedding() -> None:
    reasons = {row.reason: row.names for row in coverage(adapter_for(tiny_model("opt-350m"))).left}
    assert reasons["outside the blocks (between the embedding's width and d_model)"] == (
        "model.decoder.project_out.weight",
        "model.decoder.project_in.weight",
    )


def test_rows_that_no_component_claims_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = adapter_for(tiny_model("phi3"))
    all_sites = type(adapter).sites

    def without_v(adapter: Adapter, block: Any) -> tuple[MapSite, ...]:
        return tuple(site for site in all_sites(adapter, block) if site.component != "v")

    monkeypatch.setattr(type(adapter), "sites", without_v)
    report = coverage(adapter)
    (row,) = [row for row in report.left if row.reason.startswith("rows of a fused weight")]
    assert row.parameters == 4 * 16 * 32
    assert row.names[0] == "model.layers.0.self_attn.qkv_proj.weight"
    assert "v" not in {row.component for row in report.covered}


def test_a_matrix_that_the_adapter_forgets_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LlamaAdapter, "mlp_sites", lambda self, block: ())
    report = coverage(adapter_for(tiny_model("llama")))
    (row,) = [row for row in report.left if "knows" in row.reason]
    assert len(row.names) == 4 * 3


def test_the_record_is_plain_data() -> None:
    report = coverage(adapter_for(tiny_model("gpt2")))
    record = json.loads(json.dumps(report.record()))
    assert record["maps_per_head"] == 4 * (3 * 4 + 3)
    assert record["covered"][0] == {
        "component": "q",
        "maps": 4,
        "maps_per_head": 16,
        "shapes": [[32, 32]],
        "parameters": 4 * 32 * 32,
        "share": 4 * 32 * 32 / report.parameters,
    }


def test_the_text_says_what_and_why() -> None:
    text = coverage(adapter_for(on_meta(GPT2Config()))).text()
    assert text.splitlines()[0] == (
        "gpt2, 12 blocks, sequential: 72 linear maps (468 per head) hold 68.3 % of 124,439,808 parameters."
    )
    assert "  mlp_down   22.8 %  12 maps of 768 × 3072" in text
    assert "31.6 %  2 parameters like transformer.wte.weight: an embedding table" in text
    assert " 0.0 %" not in coverage(adapter_for(on_meta(MixtralConfig()))).text()
