"""The norms of a block: in the order of their use, and what they compute."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pybridge.models.adapter import Adapter
from pybridge.models.families import adapter_for
from pybridge.models.norms import NormSite
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model


@pytest.fixture(params=CONFIGS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param))


def applied(site: NormSite, x: Tensor) -> Tensor:
    """The definition, in float64."""
    x = x.double()
    centre = x.mean(-1, keepdim=True) if site.centred else 0.0
    scaled = (x - centre) / ((x - centre).square().mean(-1, keepdim=True) + site.eps).sqrt()
    bias: Any = getattr(site.module, "bias", None)
    scaled = scaled if site.gain is None else scaled * site.gain
    return scaled if bias is None else scaled + bias.double()


def test_every_norm_over_d_model_is_named_once_and_in_the_order_of_use(adapter: Adapter) -> None:
    used: list[int] = []
    width = adapter.d_model
    modules = [m for m in adapter.blocks.modules() if type(m).__name__.endswith(("LayerNorm", "RMSNorm"))]
    wide = [m for m in modules if int(m.get_parameter("weight").numel()) == width]
    handles = [m.register_forward_hook(lambda m, _a, _o: used.append(id(m))) for m in wide]
    adapter.trunk(tiny_ids())
    for handle in handles:
        handle.remove()
    named = [site for block in adapter.blocks for site in adapter.norms(block)]
    assert [id(site.module) for site in named] == used
    assert len(named) >= 2 * adapter.n_blocks


def test_a_norm_is_what_its_site_says(adapter: Adapter) -> None:
    x = torch.randn(2, 5, adapter.d_model, generator=torch.Generator().manual_seed(2))
    block: nn.Module = adapter.blocks[0]
    for site in adapter.norms(block):
        with torch.no_grad():
            found = site.module(x).double()
        # d_model = 32 additions of float32: a few dozen ulps of entries that are below 10
        assert torch.allclose(found, applied(site, x), rtol=64 * 2**-24, atol=640 * 2**-24), site.name
