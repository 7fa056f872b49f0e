"""The bound on a norm's Jacobian against autograd's own Jacobian, in float64."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pybridge.measure.positions import position_sets
from pybridge.models.families import adapter_for
from pybridge.models.norms import NormSite
from pybridge.profile.norms import NormWatch, inverse_sigma, largest_gain
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

TOKENS = 9


def definition(site: NormSite, x: Tensor, *, gain: bool) -> Tensor:
    """The norm of one position in float64, as `NormSite` defines it."""
    centred = x - x.mean() if site.centred else x
    scaled = centred / (centred.square().mean() + site.eps).sqrt()
    return scaled * site.gain if gain and site.gain is not None else scaled


def jacobian_norm(site: NormSite, x: Tensor, *, gain: bool) -> float:
    jacobian: Any = torch.autograd.functional.jacobian(lambda v: definition(site, v, gain=gain), x)
    return float(torch.linalg.matrix_norm(jacobian, ord=2))


@pytest.mark.parametrize("name", CONFIGS)
def test_the_bound_holds_and_is_the_norm_itself_without_the_gain(name: str) -> None:
    adapter = adapter_for(tiny_model(name))
    draw = torch.Generator().manual_seed(4)
    for site in adapter.norms(adapter.blocks[0]):
        for scale in (1e-2, 1.0, 30.0):
            x = scale * torch.randn(2, adapter.d_model, generator=draw, dtype=torch.float64) + 0.1
            for row, inverse in zip(x, inverse_sigma(site, x).tolist(), strict=True):
                assert math.isclose(jacobian_norm(site, row, gain=False), inverse, rel_tol=1e-9)
                assert jacobian_norm(site, row, gain=True) <= largest_gain(site) * inverse * (1 + 1e-9)


@pytest.mark.parametrize("name", ["gpt2", "gemma3", "llama"])
def test_the_definition_is_what_the_module_computes(name: str) -> None:
    """The Jacobian above is of the model's own norm: both agree to float32."""
    adapter = adapter_for(tiny_model(name))
    x = torch.randn(adapter.d_model, generator=torch.Generator().manual_seed(4))
    for site in adapter.norms(adapter.blocks[1]):
        own: Any = torch.autograd.functional.jacobian(site.module, x)
        mine: Any = torch.autograd.functional.jacobian(
            lambda v, s=site: definition(s, v, gain=True), x.double()
        )
        assert torch.allclose(own.double(), mine, atol=1e-4 * float(mine.abs().max()))


@pytest.mark.parametrize("name", CONFIGS)
def test_the_clean_row_of_a_batch_is_what_is_watched(name: str) -> None:
    adapter, ids = adapter_for(tiny_model(name)), tiny_ids(3, TOKENS)
    alone, batch = NormWatch(), NormWatch()
    with alone.of_the_clean_row(adapter, TOKENS):
        adapter.trunk(ids[:1])
    with batch.of_the_clean_row(adapter, TOKENS):
        adapter.trunk(ids)
    assert list(alone.seen) == [(t, s.name) for t, b in enumerate(adapter.blocks) for s in adapter.norms(b)]
    for key, (values,) in alone.seen.items():
        assert values.shape == (TOKENS,)
        # rows of one batch and a row of its own may be summed in another order by the float32 kernels
        assert torch.allclose(values, batch.seen[key][0], rtol=1e-3)


def test_rows_of_two_sequences_and_two_position_sets() -> None:
    adapter = adapter_for(tiny_model("gpt2"))
    watch = NormWatch()
    for batch in tiny_ids(2, TOKENS):
        with watch.of_the_clean_row(adapter, TOKENS):
            adapter.trunk(batch[None])
    rows = watch.rows(adapter, position_sets(4, TOKENS))
    assert len(rows) == 2 * 2 * adapter.n_blocks
    for row in rows:
        values = torch.cat([v[0 if row.positions == "all" else 4 :] for v in watch.seen[row.block, row.norm]])
        assert row.largest_inverse_sigma == float(values.max())
        assert row.contracting == float((values <= 1).double().mean())
        assert row.inverse_sigma[2] == float(values.median()) or len(values) % 2 == 0
        assert math.isclose(row.largest_bound, row.largest_gain * row.largest_inverse_sigma)


def test_a_small_spread_is_no_contraction() -> None:
    """σ = 0.17, the paper's Table 11, layer 0: the norm stretches almost six times."""
    norm = nn.LayerNorm(64, eps=0.0)
    x = torch.randn(1, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = 0.17 * (x - x.mean()) / x.std(correction=0)
    site = NormSite("ln", norm, True, 0.0, 0.0)
    assert math.isclose(float(inverse_sigma(site, x)), 1 / 0.17)
    assert jacobian_norm(site, x[0], gain=True) > 5.8
