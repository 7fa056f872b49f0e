"""Gradients taken block by block equal those of the whole model's loss, and the output Gramians theirs."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pybridge.compress import gradients as gradients_module
from pybridge.compress.gradients import LossGradients, output_grams
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.models.families import adapter_for
from pybridge.models.hooks import all_of, on_output
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

IDS = tiny_ids(batch=2, tokens=13)
TOLERANCE = 1e-9  # float64 backward passes that differ in the order of sums only, values of order 1 to 100


@pytest.fixture(params=[name for name in CONFIGS if not any(word in name for word in ("moe", "mixtral"))])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return adapter_for(tiny_model(request.param, torch.float64))


def whole_model_gradients(adapter: Adapter, ids: torch.Tensor) -> dict[Any, torch.Tensor]:
    """Reference: one backward pass of the whole model; module → gradient at its output."""
    captured: dict[Any, torch.Tensor] = {}
    wanted = [*adapter.blocks, *(site.module for block in adapter.blocks for site in adapter.sites(block))]
    with all_of([on_output(m, lambda out, m=m: captured.__setitem__(m, out)) for m in dict.fromkeys(wanted)]):
        logits = adapter.model(input_ids=ids, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:], reduction="sum")
    found = torch.autograd.grad(loss, list(captured.values()))
    return dict(zip(captured, found, strict=True))


def test_block_outputs(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradients_module, "_POSITIONS_AT_ONCE", 5)
    gradients = LossGradients(adapter, IDS)
    for index, row in enumerate(IDS):
        expected = whole_model_gradients(adapter, row[None])
        for block, module in enumerate(adapter.blocks):
            found = gradients.at_output(block, index, row)
            torch.testing.assert_close(found, expected[module], rtol=TOLERANCE, atol=TOLERANCE)
            assert float(found.abs().max()) > 1e-6


def test_blocks_that_are_not_asked_for_are_not_gone_back_through(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = adapter_for(tiny_model("llama", torch.float64))
    whole = LossGradients(adapter, IDS)
    pulled, through = gradients_module._pulled_back, []
    monkeypatch.setattr(
        gradients_module,
        "_pulled_back",
        lambda a, block, *rest: through.append(block) or pulled(a, block, *rest),
    )
    some = LossGradients(adapter, IDS, first=2)
    assert set(through) == {3}  # from the output of the last block to that of block 2
    for index, row in enumerate(IDS):
        for block in (2, 3):
            assert torch.equal(some.at_output(block, index, row), whole.at_output(block, index, row))


@pytest.mark.parametrize("per_head", [False, True])
def test_output_gramians(adapter: Adapter, per_head: bool) -> None:
    gradients = LossGradients(adapter, IDS)
    rows = [adapter.run_from(0, embedded(adapter, row[None]), stop=1) for row in IDS]
    views = [view for view in adapter.linear_maps(per_head=per_head) if view.block == 1]
    found = output_grams(adapter, 1, views, rows, gradients)
    assert list(found) == [view.name for view in views]
    references = [whole_model_gradients(adapter, row[None]) for row in IDS]
    sites = {site.component: site for site in adapter.sites(adapter.blocks[1])}
    for view in views:
        module = sites[view.component].module
        stored, mine = owned_rows(module, view)
        grams = []
        for reference in references:
            gradient = reference[module].reshape(-1, stored)[:, mine]
            grams.append(gradient.T @ gradient)
        torch.testing.assert_close(found[view.name], sum(grams), rtol=1e-8, atol=TOLERANCE)


def owned_rows(module: Any, view: Any) -> tuple[int, list[int]]:
    """(outputs of the module, those of the view), found by marking the view's entries in the weight."""
    before = view.read().clone()
    view.write(torch.full(view.shape, 1e9))
    weight = module.weight.detach()
    marked = weight == 1e9
    outputs = marked.all(dim=0) if type(module).__name__ == "Conv1D" else marked.all(dim=1)
    view.write(before)
    return len(outputs), outputs.nonzero().flatten().tolist()
