"""Which adapter reads which `model_type`: the one table of supported families."""

from __future__ import annotations

from typing import Any

from torch import nn

from pybridge.errors import ModelError
from pybridge.models.adapter import Adapter
from pybridge.models.gemma3 import Gemma3Adapter
from pybridge.models.gpt2 import GPT2Adapter
from pybridge.models.gpt_neox import GPTNeoXAdapter
from pybridge.models.lfm2 import LFM2Adapter
from pybridge.models.llama import LlamaAdapter, MistralAdapter, Qwen2Adapter, Qwen3Adapter
from pybridge.models.moe import MixtralAdapter, Qwen2MoEAdapter, Qwen3MoEAdapter
from pybridge.models.opt import OPTAdapter
from pybridge.models.phi3 import Phi3Adapter

FAMILIES: dict[str, type[Adapter]] = {
    adapter.family: adapter
    for adapter in (
        GPT2Adapter,
        LlamaAdapter,
        MistralAdapter,
        Qwen2Adapter,
        Qwen3Adapter,
        Gemma3Adapter,
        Phi3Adapter,
        GPTNeoXAdapter,
        OPTAdapter,
        LFM2Adapter,
        MixtralAdapter,
        Qwen2MoEAdapter,
        Qwen3MoEAdapter,
    )
}

_ADVICE = {
    "gemma3": "It reads images too; open a text-only Gemma 3 checkpoint (model_type gemma3_text, such as "
    "google/gemma-3-1b-it).",
}


def require_family(model_type: str | None, where: str) -> None:
    """Refuse a model of an unsupported family before any of its weights is read."""
    if model_type in FAMILIES:
        return
    said = f"has the model_type {model_type!r}" if model_type else "names no model_type in its config.json"
    advice = _ADVICE.get(model_type or "", "Open a model of a supported family.")
    raise ModelError(f"{where} {said}; supported families: {', '.join(FAMILIES)}.\n  {advice}")


def adapter_for(model: nn.Module) -> Adapter:
    """The adapter of a loaded causal language model, chosen by its config's `model_type`.

    Raises: ModelError for an unsupported family, or when the family's blocks are not where they should be.
    """
    config: Any = getattr(model, "config", None)
    model_type = getattr(config, "model_type", None)
    require_family(model_type, type(model).__name__)
    return FAMILIES[str(model_type)](model)
